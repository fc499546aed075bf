"""What a worker settles before it polls: which code it is."""

import pytest

from workers.build import code_id, digest_of


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([("a.py", b"1"), ("b.py", b"3")], id="other content"),
        pytest.param([("a.py", b"1"), ("c.py", b"2")], id="other name"),
        pytest.param([("a.py", b"1")], id="a file less"),
        pytest.param([("a.py", b"1b"), ("b.py", b"2")], id="a file longer"),
    ],
)
def test_other_code_has_another_id(files: list[tuple[str, bytes]]) -> None:
    one = [("a.py", b"1"), ("b.py", b"2")]
    assert digest_of(files) != digest_of(one) == digest_of(reversed(one))


def test_a_workers_code_has_a_short_id() -> None:
    assert len(code_id()) == 8
