"""A running sandbox for the tests of this folder."""

from tests.sandbox_fixtures import merchant, sandbox, sandbox_process

__all__ = ["merchant", "sandbox", "sandbox_process"]
