"""The whole desk, for acceptance tests."""

from tests.workflows.conftest import client, desk, desk_pool, make_worker, policies_dir, room, sandbox, worker

__all__ = ["client", "desk", "desk_pool", "make_worker", "policies_dir", "room", "sandbox", "worker"]
