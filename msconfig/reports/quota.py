"""What is left, for a person and for a program."""

from __future__ import annotations

from dataclasses import asdict

from msconfig.checking.quota import QuotaReport
from msconfig.checking.report import TokenStatus
from msconfig.modelscope.sites import addresses_of
from msconfig.parsing import dumps, rfc3339
from msconfig.text import visible

__all__ = ["as_json", "as_text"]

_RULES = """\
How it renews, since July or August 2026: calls are paid in Magicubes, 0.5, 1 or
2 each. Going to the web site brings 200 for the next 24 hours, an account bound
to Alibaba Cloud gets 50 on top; what was earned otherwise lasts 90 days. Older
Magicubes go first, and failures on their side are paid back.
How it was before, and older guides still say: 2000 calls a day for an account,
500 (in the end 200) of them for one model, counted from 00:00 UTC+8.
At the limit: fetch today's Magicubes on the web site, take another token or
another provider (Alibaba Cloud Bailian), or make fewer calls.
"""


def as_json(report: QuotaReport) -> str:
    """`report` as JSON (`schemas/quota.schema.json`)."""
    document = {
        "schema_version": 1,
        "site": report.site,
        "token": [
            {
                "status": token.status,
                "source": token.source,
                "fingerprint": token.fingerprint,
                **({"reason": token.reason} if token.reason else {}),
            }
            for token in report.tokens
        ],
        "quota": [{**asdict(each), "at": rfc3339(each.at)} for each in report.quota],
        "models": [
            {"id": each.id, "magicubes": each.magicubes, "calls": dict(each.calls)}
            for each in report.models
        ],
        "exit_code": int(report.exit_code),
    }
    return dumps(document, indent=2) + "\n"


def as_text(report: QuotaReport) -> str:
    """`report` as text of at most 80 columns, but for long ids."""
    lines = [_verdict(report), ""]
    head = ("TOKEN", "AVAILABLE", "TOTAL", "FROZEN")
    rows = [
        (each.fingerprint, *map(_amount, (each.available, each.total, each.frozen)))
        for each in report.quota
    ]
    lines += _columns([head, *rows])
    lines += [
        f"{token.fingerprint}: {visible(token.reason)}" for token in report.tokens if token.reason
    ]
    if report.models:
        fingerprints = [each.fingerprint for each in report.quota]
        calls = [
            (
                visible(model.id),
                _amount(model.magicubes),
                *(_amount(model.calls[fingerprint]) for fingerprint in fingerprints),
            )
            for model in report.models
        ]
        heads = [
            f"CALLS {each}" if len(fingerprints) > 1 else "CALLS LEFT" for each in fingerprints
        ]
        lines += ["", *_columns([("MODEL", "COST", *heads), *calls])]
    if report.quota:
        first = report.quota[0]
        read = f"Read from {first.source} at {first.at:%Y-%m-%d %H:%M} UTC."
        lines += ["", read, f"Spent: {addresses_of(report.site).usage_page}"]
    return "\n".join([*lines, "", _RULES])


def _verdict(report: QuotaReport) -> str:
    if any(token.status is TokenStatus.REJECTED for token in report.tokens):
        return "✗ A token is rejected."
    known = [each.available for each in report.quota if each.available is not None]
    if len(known) < len(report.quota):
        return "? What is left is unknown: the balance cannot be read."
    what = f"{sum(known):g} Magicubes are available"
    return f"✓ {what}." if len(known) == 1 else f"✓ {what}, on {len(known)} tokens together."


def _amount(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:g}"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
