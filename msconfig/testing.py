"""The mock ModelScope for test suites, with pytest or without; needs the extra `mock`.

>>> from msconfig.testing import Mock
>>> with Mock() as mock:  # doctest: +SKIP
...     my_program(mock.inference_url, mock.token)
...     mock.assert_no_quota_spent()
"""

from __future__ import annotations

from msconfig.mock.messages import Request
from msconfig.mock.mock import Mock
from msconfig.mock.scenario import Scenario

__all__ = ["Mock", "Request", "Scenario"]
