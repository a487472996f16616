"""Names of files that Windows keeps for devices, or changes without saying so."""

from __future__ import annotations

__all__ = ["why_unusable"]

_DEVICES = frozenset(
    {
        *("CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"),
        *(f"{port}{number}" for port in ("COM", "LPT") for number in "123456789¹²³"),
    }
)
_SPECIAL = frozenset('"*:<>?|')


def why_unusable(name: str) -> str | None:
    """The reason why a file of Windows cannot have the name `name`; None if it can.

    A device stays one behind a folder and before an ending: ``out/aux.json`` is a port. A trailing
    dot or blank is dropped, and what follows a colon is a hidden part of another file.
    """
    if name.partition(".")[0].rstrip(" ").upper() in _DEVICES:
        return "a device of Windows has this name"
    if name not in {"", ".", ".."} and name.endswith((".", " ")):
        return "Windows drops a dot or blank at the end of a name"
    if any(character in _SPECIAL or character < " " for character in name):
        return 'Windows takes none of " * : < > ? | and control characters in a name'
    return None
