"""A pytest plugin: fixtures that are a mock ModelScope on a real port.

pytest loads this module in every project where msconfig is installed, so it imports nothing but
pytest until a fixture is used; then it needs the extra `mock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from msconfig.mock.mock import Mock

__all__ = ["modelscope", "modelscope_session"]


@pytest.fixture(scope="session")
def modelscope_session() -> Iterator[Mock]:
    """A mock ModelScope until the end of the session, for programs that keep its address.

    It is the same in all tests: the scenario of one is there in the next, until `use` or `reset`.
    """
    with _mock() as mock:
        yield mock


@pytest.fixture
def modelscope() -> Iterator[Mock]:
    """A mock ModelScope with the facts that come with msconfig, until the test ends.

    `hub_url`, `inference_url` and `token` are its addresses and its token; `use` takes a
    scenario; `requests` and `spent` are the requests that it received and their cost in
    Magicubes; `assert_no_quota_spent` fails if anything was paid for.
    """
    with _mock() as mock:
        yield mock


def _mock() -> Mock:
    try:
        from msconfig.mock.mock import Mock  # noqa: PLC0415 - it may be missing, and is not light
    except ImportError as error:
        pytest.fail(f"the mock needs msconfig's extra `mock`: {error}", pytrace=False)
    return Mock()
