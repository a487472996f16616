"""What is left, for a person and for a program."""

from __future__ import annotations

from dataclasses import asdict

from msconfig.checking.quota import QuotaReport
from msconfig.checking.report import TokenStatus
from msconfig.modelscope.sites import addresses_of
from msconfig.parsing import dumps, rfc3339
from msconfig.reports.wording import magicubes
from msconfig.text import visible, wrapped

__all__ = ["as_json", "as_text"]

_RULES = """\
How it renews, since July or August 2026: calls are paid in Magicubes, 0.5, 1 or 2 each. Going to
the web site brings 200 for the next 24 hours, an account bound to Alibaba Cloud gets 50 on top;
what was earned otherwise lasts 90 days. Older Magicubes go first, and failures on their side are
paid back.

How it was before, and older guides still say: 2000 calls a day for an account, 500 (in the end
200) of them for one model, counted from 00:00 UTC+8.

At the limit: fetch today's Magicubes on the web site, take another token or another provider
(Alibaba Cloud Bailian), or make fewer calls.
"""
_MAX_WIDTH = 80


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


def as_text(report: QuotaReport, width: int = _MAX_WIDTH) -> str:
    """`report` as text of at most `width` columns, and at most 80, but for ids and addresses."""
    width = min(width, _MAX_WIDTH)
    lines = [*wrapped(_verdict(report), width), ""]
    head = ("TOKEN", "AVAILABLE", "TOTAL", "FROZEN")
    rows = [
        (each.fingerprint, *map(_amount, (each.available, each.total, each.frozen)))
        for each in report.quota
    ]
    lines += _columns([head, *rows])
    for token in report.tokens:
        if token.reason:
            words = f"{token.fingerprint}: {visible(token.reason)}"
            lines += wrapped(words, width, first="  ", later="    ")
    if report.models:
        lines += ["", *_calls_left(report, width)]
    if report.quota:
        first = report.quota[0]
        verb = "Not read" if all(each.available is None for each in report.quota) else "Read"
        read = f"{verb} from {first.source} at {first.at:%Y-%m-%d %H:%M} UTC."
        lines += ["", *wrapped(read, width), f"Spent: {addresses_of(report.site).usage_page}"]
    for rule in _RULES.split("\n\n"):
        lines += ["", *wrapped(rule, width)]
    return "\n".join([*lines, ""])


def _calls_left(report: QuotaReport, width: int) -> list[str]:
    """A row a model, or two lines where a row is too long."""
    fingerprints = [each.fingerprint for each in report.quota]
    rows = [
        (
            visible(model.id),
            _amount(model.magicubes),
            *(_amount(model.calls[fingerprint]) for fingerprint in fingerprints),
        )
        for model in report.models
    ]
    many = len(fingerprints) > 1
    heads = [f"CALLS {each}" if many else "CALLS LEFT" for each in fingerprints]
    table = _columns([("MODEL", "COST", *heads), *rows])
    if max(map(len, table)) <= width:
        return table
    lines = []
    for name, cost, *calls in rows:
        lines.append(f"  {name}")
        left = (
            f"calls left{f' with {fingerprint}' if many else ''}: {count}"
            for fingerprint, count in zip(fingerprints, calls, strict=True)
        )
        lines += [f"    {each}" for each in (f"cost of a call: {cost}", *left)]
    return lines


def _verdict(report: QuotaReport) -> str:
    if any(token.status is TokenStatus.REJECTED for token in report.tokens):
        return "✗ A token is rejected."
    known = [each.available for each in report.quota if each.available is not None]
    if len(known) < len(report.quota):
        return "? What is left is unknown: the balance cannot be read."
    left = sum(known)
    words = f"{magicubes(left)} {'is' if left == 1 else 'are'} available"
    together = f", on {len(known)} tokens together" if len(known) > 1 else ""
    return f"{'✓' if left > 0 else '!'} {words}{together}."


def _amount(amount: float | None) -> str:
    return "unknown" if amount is None else f"{amount:g}"


def _columns(rows: list[tuple[str, ...]]) -> list[str]:
    """The first column is text; the others are numbers, and end where their heading ends."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for name, *numbers in rows:
        cells = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=True)]
        lines.append("  ".join([f"  {name.ljust(widths[0])}", *cells]))
    return lines
