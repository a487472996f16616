"""A pytest plugin: the fixture `modelscope` is a mock ModelScope on a real port.

pytest loads this module in every project where msconfig is installed, so it imports nothing but
pytest until the fixture is used; then it needs the extra `mock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from msconfig.mock.mock import Mock

__all__ = ["modelscope"]


@pytest.fixture
def modelscope() -> Iterator[Mock]:
    """A mock ModelScope with the facts that come with msconfig, until the test ends.

    `hub_url`, `inference_url` and `token` are its addresses and its token; `use` takes a
    scenario; `requests` and `spent` are the requests that it received and their cost in
    Magicubes; `assert_no_quota_spent` fails if anything was paid for.
    """
    try:
        from msconfig.mock.mock import Mock  # noqa: PLC0415 - it may be missing, and is not light
    except ImportError as error:
        pytest.fail(f"the fixture modelscope needs msconfig's extra `mock`: {error}", pytrace=False)
    with Mock() as mock:
        yield mock
