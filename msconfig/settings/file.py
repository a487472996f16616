"""The settings file that `init` creates or extends."""

from __future__ import annotations

import codecs
import tempfile
from dataclasses import dataclass
from pathlib import Path

from msconfig.errors import FileError, SettingsError, UsageError
from msconfig.files import OutputFile, changes_in, write
from msconfig.settings import loading
from msconfig.settings.editing import Wanted, extended
from msconfig.settings.loading import FILE_NAME, Settings
from msconfig.text import as_utf8

__all__ = ["SettingsPlace"]


@dataclass(frozen=True, slots=True)
class SettingsPlace:
    """The place of the settings file, and its content so far."""

    path: Path
    """The path as given."""
    older: bytes | None
    """The bytes of the file; None if it does not exist."""
    settings: Settings

    @classmethod
    def at(cls, config: str | None) -> SettingsPlace:
        """The file `config`, or else `msconfig.toml` of the working folder.

        Raises:
            FileError: it cannot be read.
            SettingsError: it is no valid settings file.
        """
        path = Path(config or FILE_NAME)
        try:
            older = path.read_bytes()
        except FileNotFoundError:
            return cls(path, None, Settings())
        except OSError as error:
            raise FileError.from_os("read", path, error) from None
        return cls(path, older, loading.load(path, found=_is_found(path)))

    @property
    def is_found(self) -> bool:
        """Whether commands find it here without --config."""
        return _is_found(self.path)

    def extended(self, wanted: Wanted) -> bytes:
        """The new content of the file, validated by reading it.

        Raises:
            SettingsError: the file cannot be extended.
        """
        older = None if self.older is None else as_utf8(self.older)
        made = extended(None if older is None else older.decode(), wanted).encode()
        if self.older is not None and older != self.older:
            made = _in_utf_16(made, like=self.older)
        with tempfile.TemporaryDirectory() as folder:
            draft = Path(folder) / FILE_NAME
            draft.write_bytes(made)
            try:
                loading.load(draft, found=self.is_found)
            except SettingsError as error:
                raise SettingsError(str(error).replace(str(draft), str(self.path))) from None
        return made

    def write(self, made: bytes) -> None:
        """Write `made`, or nothing; a symbolic link stays, and its target is written.

        Raises:
            FileError: it cannot be written.
            UsageError: it is no longer what it was.
        """
        real = self.path.resolve()
        planned = changes_in(
            real.parent, [OutputFile(real.name, made, replaceable=True, secret=False)]
        )
        if planned.older[real.name] != self.older:
            raise UsageError(f"{self.path} was changed meanwhile; nothing is written, begin again")
        write(planned)


def _in_utf_16(text: bytes, *, like: bytes) -> bytes:
    """UTF-8 `text` in UTF-16, with the byte order of `like`."""
    mark = like[:2]
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    return mark + text.decode("utf-8-sig").encode(encoding)


def _is_found(path: Path) -> bool:
    return path.resolve() == Path(FILE_NAME).resolve()
