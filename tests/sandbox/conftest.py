"""A running sandbox for the tests of this folder."""

from tests.sandbox_fixtures import merchant, providers, sandbox, sandbox_process

__all__ = ["merchant", "providers", "sandbox", "sandbox_process"]
