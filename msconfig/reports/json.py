"""The format `json`."""

from __future__ import annotations

from msconfig.checking.report import Report

__all__ = ["render"]


def render(report: Report) -> str:
    """`report` as JSON text."""
    return report.to_json()
