"""The documents that `generate` writes, and their file names."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

REPORT_NAME = "report.json"
"""The report, which is always written."""


class Target(StrEnum):
    """A document that `generate` writes."""

    V2 = "v2"
    V1 = "v1"
    LINK = "link"
    GUIDE = "guide"

    def file_name(self, *, fallback: bool = False) -> str:
        """Its name in the output folder, for ModelScope or for the fallback.

        Raises:
            ValueError: a guide, which has a name for each language (`guides.FILE_NAMES`).
        """
        of = ".dashscope" if fallback else ""
        match self:
            case Target.V2 | Target.V1:
                return f"provider{of}.{self}.json"
            case Target.LINK:
                return f"links{of}.txt"
            case Target.GUIDE:
                raise ValueError("a guide has a name for each language")
            case _:
                assert_never(self)

    @property
    def template(self) -> str:
        """The name of its template, without ``.j2``, for every provider."""
        return self.file_name()
