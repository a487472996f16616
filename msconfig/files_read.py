"""Digests of the files that a run reads and may change later."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from msconfig.errors import FileError

__all__ = ["FilesRead"]


@dataclass(slots=True)
class FilesRead:
    """The files that a run may change later, each with a digest of its content when it was read.

    Readers call `add` with the name that the places of ids have as their `file`. A run that changes
    nothing keeps none of this and loads no hashes.
    """

    _files: dict[str, tuple[Path, bytes]] = field(default_factory=dict)

    def add(self, file: str, raw: bytes) -> None:
        """Keep that `file` was read with the content `raw`; of two readings, the first counts.

        Pipes and other devices are left out, and so is what is behind ``/dev/stdin``.
        """
        path = Path(file)
        if path.is_file() and not file.startswith(_DEVICES):
            self._files.setdefault(file, (path.resolve(), _digest(raw)))

    def place_of(self, file: str) -> Path | None:
        """Where `file` was when it was read, links resolved; None if it was not read."""
        found = self._files.get(file)
        return found[0] if found else None

    def content_of(self, file: str) -> bytes | None:
        """The content of `file`; None if it is not what was read, or in another place.

        Raises:
            FileError: it cannot be read.
        """
        real, digest = self._files[file]
        if Path(file).resolve() != real or not real.is_file():  # a pipe would wait for ever
            return None
        try:
            raw = real.read_bytes()
        except OSError as error:
            raise FileError.from_os("read", file, error) from None
        return raw if _digest(raw) == digest else None


_DEVICES = ("/dev/", "/proc/")


def _digest(raw: bytes) -> bytes:
    import hashlib  # noqa: PLC0415 - loads OpenSSL, and most runs change no file

    return hashlib.sha256(raw).digest()
