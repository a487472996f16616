"""Recognition of documents by their content, and validation of each."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from msconfig.cherry import acceptance
from msconfig.errors import DocumentError, UsageError
from msconfig.files import read_at_most
from msconfig.model_ids import GivenId, located
from msconfig.parsing import NotJson, NotToml, loads, loads_toml
from msconfig.problems import Problem, format_problems
from msconfig.schemas import MAX_BYTES, schema_problems, time_problems
from msconfig.settings.rules import settings_problems
from msconfig.text import as_utf8

_LINK_SCHEME = b"cherrystudio:"
_MARKS_OF_A_SCENARIO = {"accounts", "app", "bailian", "faults", "envelope", "request_id", "seed"}
_MARKS_OF_DATA_JSON = (b'"localStorage"', b'"persist:cherry-studio"')
_IS_DATA_JSON = (
    "the data.json of a backup of Cherry Studio; use the .zip or .bak that it is from, or zip it"
)
_BOM = b"\xef\xbb\xbf"
ZIP = b"PK\x03\x04"
"""The first bytes of a backup, and of no text."""


class DocumentKind(StrEnum):
    """A document that msconfig reads or writes; the value names its schema."""

    PROVIDER_V2 = "provider.v2"
    PROVIDER_V1 = "provider.v1"
    LINKS = "link"
    REPORT = "report"
    SNAPSHOT = "snapshot"
    SETTINGS = "settings"
    SCENARIO = "scenario"
    QUOTA = "quota"
    PLAN = "plan"
    DECODED_LINK = "decoded-link"
    MODELS = "models"
    DOCTOR = "doctor"

    @property
    def what(self) -> str:
        """Its name for people."""
        return {
            DocumentKind.PROVIDER_V2: "Cherry Studio v2 provider",
            DocumentKind.PROVIDER_V1: "Cherry Studio v1 provider",
            DocumentKind.LINKS: "Cherry Studio links",
            DocumentKind.REPORT: "msconfig report",
            DocumentKind.SNAPSHOT: "msconfig snapshot",
            DocumentKind.SETTINGS: "msconfig settings",
            DocumentKind.SCENARIO: "scenario of the mock",
            DocumentKind.QUOTA: "msconfig quota",
            DocumentKind.PLAN: "msconfig plan for a backup",
            DocumentKind.DECODED_LINK: "decoded Cherry Studio links",
            DocumentKind.MODELS: "msconfig models",
            DocumentKind.DOCTOR: "msconfig doctor",
        }[self]


_OF_THE_APP = (DocumentKind.PROVIDER_V2, DocumentKind.PROVIDER_V1)


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was examined: its kind, its value, its problems."""

    kind: DocumentKind | None
    value: object = None
    """The parsed document; of a links file the list of its payloads."""
    errors: tuple[Problem, ...] = ()
    """Best match first."""
    warnings: tuple[Problem, ...] = ()
    text: str = ""
    """The file as it was read, without a byte order mark."""
    is_zip: bool = False
    """Whether it was examined as a backup."""
    facts: tuple[str, ...] = ()
    """Of a backup, which has no value and no text: its summary, a line each."""
    keys: tuple[Problem, ...] = ()
    """Where it holds a key, if that was looked for."""


def read_document(path: Path) -> Document:
    """Read a file, recognise it by its content, and examine it.

    Args:
        path: the file; TOML if its name ends in .toml. A backup of Cherry Studio may be of any
            size.

    Raises:
        FileError: it cannot be read.
    """
    raw = _content(path)
    if raw.startswith(ZIP):
        return replace(_backup(path), is_zip=True)
    return _document(path, raw)


def _document(path: Path, raw: bytes) -> Document:
    text = raw.decode("utf-8-sig", "replace")
    return replace(examine(raw, is_toml=path.suffix == ".toml"), text=text)


def _content(path: Path) -> bytes:
    """A file's bytes, UTF-16 as UTF-8; one byte over the limit shows that it is too large."""
    raw = read_at_most(path, MAX_BYTES)
    return as_utf8(raw) if len(raw) <= MAX_BYTES else raw


def _backup(path: Path) -> Document:
    from msconfig.documents.backups import summary_of  # noqa: PLC0415 - loads SQLite

    try:
        return Document(None, facts=summary_of(path))
    except DocumentError as error:
        return _invalid(None, str(error).removeprefix(f"{path}: "))


def ids_in_document(path: Path) -> list[GivenId]:
    """The model ids in a provider document of Cherry Studio, a backup, or a saved model list.

    Of a backup they are those of ModelScope's providers, as `ids_in_backup` says. A model list is
    the reply of GET /v1/models of an OpenAI-compatible API. Only a backup gives no places.

    Raises:
        FileError: it cannot be read.
        DocumentError: it is one of these documents, and broken.
        UsageError: it is something else.
    """
    raw = _content(path)
    if raw.startswith(ZIP):
        from msconfig.documents.backups import ids_in_backup  # noqa: PLC0415 - as above

        return ids_in_backup(path)
    document = _document(path, raw)
    listed = _listed_models(document.value)
    if listed is not None:
        return located(listed, document.text, str(path))
    if is_data_json(raw):
        raise UsageError(f"{path}: {_IS_DATA_JSON}")
    if not _is_provider(document, raw):
        raise UsageError(f"{path}: {_what_it_is(document, raw)}; {_WHAT_READS_WHAT}")
    if document.errors:
        raise DocumentError(format_problems(str(path), document.errors))
    body = cast("dict[str, Any]", document.value)
    key = "modelId" if document.kind is DocumentKind.PROVIDER_V2 else "id"
    ids = [model[key] for model in body["models"]]
    return located(ids, document.text, str(path))


_PROVIDERS = frozenset({DocumentKind.PROVIDER_V1, DocumentKind.PROVIDER_V2})
_KEYS_OF_A_PROVIDER = (b'"modelId"', b'"endpointConfigs"', b'"apiHost"', b'"presetProviderId"')
_WHAT_READS_WHAT = (
    "--scan finds the ids in other files, --models reads a list, one id a line, and --from reads"
    " provider documents and backups of Cherry Studio and saved replies of GET /v1/models"
)


def _listed_models(value: object) -> list[str] | None:
    """The ids of a saved model list; None if `value` is no such list."""
    data = value.get("data") if isinstance(value, dict) else None
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        return None
    ids = [each.get("id") for each in data]
    return [each for each in ids if isinstance(each, str)] if all(ids) else None


def _is_provider(document: Document, raw: bytes) -> bool:
    """Whether it is a provider document of Cherry Studio, valid or broken."""
    if document.value is None:  # it does not even parse
        return document.kind in {None, *_PROVIDERS} and names_a_provider(raw)
    return document.kind in _PROVIDERS and is_provider(cast("dict[str, Any]", document.value))


def is_provider(value: dict[str, Any]) -> bool:
    """Whether it is a provider document, however broken: other programs have some of its keys."""
    models, provider = value.get("models"), value.get("provider")
    rows = models if isinstance(models, list) else []
    if {"apiHost", "apiKey"} <= value.keys() or ("apiHost" in value and models is rows):
        return True
    if isinstance(provider, dict) and ("providerId" in provider or models is rows):
        return True
    return any(
        isinstance(each, dict) and ("modelId" in each or {"provider", "group"} <= each.keys())
        for each in rows
    )


def is_data_json(raw: bytes) -> bool:
    """Whether it is `data.json`, taken out of a backup; the first of its 8 MiB are enough."""
    text = raw.removeprefix(_BOM).lstrip()
    return text.startswith(b"{") and all(mark in raw for mark in _MARKS_OF_DATA_JSON)


def names_a_provider(raw: bytes) -> bool:
    """Whether a text that does not parse has keys that only a provider document has."""
    return any(key in raw for key in _KEYS_OF_A_PROVIDER)


def _what_it_is(document: Document, raw: bytes) -> str:
    if document.kind in {DocumentKind.SETTINGS, DocumentKind.SCENARIO} and document.errors:
        valid = "valid" if document.kind is DocumentKind.SETTINGS else "a valid"
        return f"not a document with models, nor {valid} {document.kind.what}"
    if document.kind is not None and document.kind not in _PROVIDERS:
        return f"{document.kind.what}, not a document with models"
    if document.value is None:
        start = raw.lstrip()[:1]
        return (
            "neither JSON nor a backup" if start not in {b"{", b"["} else document.errors[0].message
        )
    return "JSON of another program"


def examine(raw: bytes, *, is_toml: bool = False, kind: DocumentKind | None = None) -> Document:
    """Recognise and validate the bytes of a document.

    Args:
        raw: its bytes; more than 8 MiB are refused.
        is_toml: whether it is TOML in place of JSON.
        kind: the kind that it has to be; None recognises it by its content.
    """
    if kind is None and is_data_json(raw):  # with its chats it may be large
        return _invalid(kind, _IS_DATA_JSON)
    if len(raw) > MAX_BYTES:
        return _invalid(kind, "larger than 8 MiB, the largest document that msconfig reads")
    if is_toml:
        return _toml(raw, kind)
    if kind is DocumentKind.LINKS or (kind is None and _begins_with_link(raw)):
        kind = DocumentKind.LINKS
        return _of_app(kind, acceptance.examine(raw, acceptance.Form.LINKS))
    try:
        value = loads(raw, unique_keys=True)
    except NotJson as error:
        return _invalid(kind, str(error))
    kind = kind or _recognised(value)
    if kind is None:
        problem = Problem("$", "not a document of msconfig: no known kind has these keys")
        return Document(None, value, errors=(problem,))
    if kind in _OF_THE_APP:
        return _of_app(kind, acceptance.examine_value(value, acceptance.Form(kind)))
    problems = schema_problems(value, kind) or _times(kind, cast("dict[str, Any]", value))
    return Document(kind, value, tuple(problems))


def _begins_with_link(raw: bytes) -> bool:
    """Whether the first line holds a link, perhaps in quotation marks, Markdown or HTML."""
    first = raw.removeprefix(_BOM).lstrip().partition(b"\n")[0]
    return _LINK_SCHEME in first and not first.startswith(b"{")


def _recognised(value: object) -> DocumentKind | None:
    if not isinstance(value, dict):
        return None
    # by keys alone, and not by validation, so that a broken document is still called by its kind
    keys = value.keys()
    models = value.get("models")
    if isinstance(models, dict) and not {"catalogue", "recorded"} & keys:
        is_by_id = not models or any("/" in each for each in models)
        # other programs have models by other names
        return DocumentKind.SCENARIO if is_by_id or _MARKS_OF_A_SCENARIO & keys else None
    # the order counts: a report has `models` too, and a broken v1 provider perhaps only `type`
    marks = (
        (DocumentKind.PLAN, {"backup"}),
        (DocumentKind.SNAPSHOT, {"recorded", "catalogue"}),
        (DocumentKind.DOCTOR, {"asked_at", "beliefs"}),
        (DocumentKind.REPORT, {"tool", "checked_at", "summary"}),
        (DocumentKind.DECODED_LINK, {"links"}),
        (DocumentKind.MODELS, {"searched_at", "found"}),
        (DocumentKind.QUOTA, {"quota", "exit_code"}),
        (DocumentKind.SCENARIO, _MARKS_OF_A_SCENARIO),
        (DocumentKind.PROVIDER_V1, {"apiHost", "apiKey"}),
        (DocumentKind.PROVIDER_V2, {"provider"}),
        (DocumentKind.PROVIDER_V2, {"models"}),
        (DocumentKind.PROVIDER_V1, {"type"}),
    )
    return next((kind for kind, mark in marks if mark & keys), None)


def _times(kind: DocumentKind, document: dict[str, Any]) -> list[Problem]:
    match kind:
        case DocumentKind.SNAPSHOT:
            return time_problems(document, "recorded")
        case DocumentKind.REPORT:
            return time_problems(document, "checked_at", "snapshot_recorded")
        case DocumentKind.MODELS:
            return time_problems(document, "searched_at", "snapshot_recorded")
        case DocumentKind.DOCTOR:
            return time_problems(document, "asked_at")
        case _:
            return []


def _toml(raw: bytes, kind: DocumentKind | None) -> Document:
    try:
        value = loads_toml(raw)
    except NotToml as error:
        return _invalid(kind, str(error))
    # [[models]] of the settings is an array, [models] of a scenario a table
    is_scenario = value.keys() & _MARKS_OF_A_SCENARIO or isinstance(value.get("models"), dict)
    kind = kind or (DocumentKind.SCENARIO if is_scenario else DocumentKind.SETTINGS)
    problems = schema_problems(value, kind)
    if problems or kind is not DocumentKind.SETTINGS:
        return Document(kind, value, tuple(problems))
    return Document(kind, value, settings_problems(value))


def _of_app(kind: DocumentKind, examined: acceptance.Examined) -> Document:
    return Document(kind, examined.value, examined.errors, examined.warnings)


def _invalid(kind: DocumentKind | None, message: str) -> Document:
    return Document(kind, errors=(Problem("$", message),))
