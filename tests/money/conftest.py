"""Fixtures of the tests of money: the sandbox, whose gateway's journal has the last word."""

from tests.sandbox_fixtures import merchant, sandbox, sandbox_process

__all__ = ["merchant", "sandbox", "sandbox_process"]
