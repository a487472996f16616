"""The schemas as a contract: named parts, and enums that equal those in the code."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from msconfig import cherry, resources
from msconfig.checking.report import Change, FindingCode, Outcome, Proof, Status, TokenStatus
from msconfig.cherry import link_reading
from msconfig.cherry.backup.changes import KeyAction, ModelAction
from msconfig.cherry.backup.opening import BackupFormat
from msconfig.cherry.presets import PRESETS
from msconfig.errors import ExitCode
from msconfig.languages import Tag
from msconfig.mock.scenario import FaultKind, behaviours
from msconfig.modelscope.facts import CallResult, Origin
from msconfig.modelscope.fallback_regions import Region
from msconfig.modelscope.kinds import Kind
from msconfig.modelscope.sites import Site
from msconfig.operations.app_models import AppResult
from msconfig.operations.doctor import Reason, Result
from msconfig.rendering.targets import Target

SCHEMAS = {
    path.name: json.loads(path.read_text("utf-8"))
    for path in sorted(resources.folder("schemas").iterdir())
}
ADDRESS = "https://example.invalid/msconfig/schemas/"

IN_CODE: dict[str, set[str]] = {
    "app_result": set(AppResult),
    "app_version": set(link_reading.App),
    "backup_format": set(BackupFormat),
    "call_result": set(CallResult),
    "baseline": set(Change),
    "belief_reason": set(Reason),
    "belief_result": set(Result),
    "behaviour": {"answers", *behaviours()},
    "fault": set(FaultKind),
    "finding_code": set(FindingCode),
    "key_action": set(KeyAction),
    "kind": set(Kind),
    "link_outcome": set(link_reading.Outcome),
    "model_action": set(ModelAction),
    "origin": set(Origin),
    "outcome": set(Outcome),
    "proof": set(Proof),
    "recorded_origin": {Origin.RECORDED, Origin.DERIVED},
    "region": set(Region),
    "site": set(Site),
    "status": set(Status),
    "target": set(Target),
    "token_status": set(TokenStatus),
}
"""Name of a definition with an enum: the values in the code, which the schema has to equal."""

_ABILITIES = tomllib.loads(Path(cherry.__file__).with_name("capabilities.toml").read_text("utf-8"))
_BY_KIND = [_ABILITIES[kind] for kind in Kind if kind is not Kind.UNKNOWN]

WRITTEN: dict[str, set[str]] = {
    "capability": {"reasoning", *(each for row in _BY_KIND for each in row["capabilities"])},
    "endpoint": {each for preset in PRESETS.values() for each in preset.endpoints},
    "modality": {each for row in _BY_KIND for each in (*row["input"], *row["output"])},
    "v1_capability": set(_ABILITIES["v1"].values()),
}
"""Words of Cherry Studio: the schema lists all that the app takes, the code writes some of them."""

FIXED = {
    "envelope": {"mixed", "error", "errors"},
    "fallback_provider": {"dashscope"},
    "mode": {"online", "offline"},
    "provider_type": {
        *("openai", "openai-response", "anthropic", "gemini", "azure-openai", "vertexai"),
        *("mistral", "aws-bedrock", "vertex-anthropic", "new-api", "gateway", "ollama"),
    },
    "request_id": {"inside", "beside"},
    "route": {"chat/completions", "embeddings", "images/generations", "messages"},
    "v1_endpoint": {
        *("openai", "openai-response", "anthropic", "gemini", "image-generation", "jina-rerank"),
    },
}
"""Words for which the code has no enum."""


def parts(value: object, path: str = "#") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in a schema, with its path."""
    if isinstance(value, dict):
        yield path, value
        for key, each in value.items():
            yield from parts(each, f"{path}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from parts(each, f"{path}/{index}")


def definitions() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for file, schema in SCHEMAS.items():
        for name, definition in schema.get("$defs", {}).items():
            yield file, name, definition


ENUMS = [(file, name, each["enum"]) for file, name, each in definitions() if "enum" in each]


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_schema_is_valid_2020_12_and_its_id_is_its_own(file: str) -> None:
    schema = SCHEMAS[file]
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == ADDRESS + file
    assert [path for path, part in parts(schema) if "$id" in part] == ["#"]


@pytest.mark.parametrize("file", SCHEMAS)
def test_a_schema_is_complete_in_itself(file: str) -> None:
    """An editor or another validator needs one file and no registry."""
    references = {part["$ref"] for _, part in parts(SCHEMAS[file]) if "$ref" in part}
    assert references == {f"#/$defs/{name}" for name in SCHEMAS[file].get("$defs", {})}


def test_a_name_means_the_same_in_every_schema() -> None:
    seen: dict[str, tuple[str, object]] = {}
    for file, name, definition in definitions():
        first, meant = seen.setdefault(name, (file, definition))
        assert definition == meant, f"{name} differs in {first} and {file}"


@pytest.mark.parametrize("file", SCHEMAS)
def test_every_enum_has_a_name_or_is_of_exit_codes(file: str) -> None:
    unnamed = {
        path: part["enum"]
        for path, part in parts(SCHEMAS[file])
        if "enum" in part and not path.startswith("#/$defs/")
    }
    assert set(unnamed) <= {"#/properties/exit_code"}
    assert {code for codes in unnamed.values() for code in codes} <= set(ExitCode)


@pytest.mark.parametrize(("file", "name", "values"), ENUMS, ids=lambda value: str(value)[:30])
def test_an_enum_has_the_values_of_the_code(file: str, name: str, values: list[str]) -> None:
    assert len(values) == len(set(values))
    if name in WRITTEN:
        assert set(values) >= WRITTEN[name] != set()
    else:
        assert set(values) == {**IN_CODE, **FIXED}[name], file


def test_every_listed_enum_is_in_a_schema() -> None:
    assert {name for _, name, _ in ENUMS} == {*IN_CODE, *WRITTEN, *FIXED}


@pytest.mark.parametrize(
    "text",
    [
        *Tag,
        *("EN", "pt-BR", "pt_pt", "zh", "zh-Hant-HK", "zh_cn", "fr-CA", "es-419"),
        *("", "C", "POSIX", "de", "en-", "-en", "english", "en.UTF-8", "en\n", "en us", "pt-Brä"),
    ],
)
def test_the_settings_take_the_languages_that_the_code_knows(text: str) -> None:
    language = SCHEMAS["settings.schema.json"]["$defs"]["language"]
    try:
        Tag(text)
    except ValueError:
        is_known = False
    else:
        is_known = True
    assert Draft202012Validator(language).is_valid(text) is is_known
    assert set(re.findall(r"[\w-]+", language["description"])) >= set(Tag)


def test_a_report_may_hold_every_exit_code() -> None:
    assert set(SCHEMAS["report.schema.json"]["properties"]["exit_code"]["enum"]) == set(ExitCode)


def test_endpoints_may_be_configured_for_every_endpoint() -> None:
    schema = SCHEMAS["provider.v2.schema.json"]
    configurable = schema["properties"]["provider"]["properties"]["endpointConfigs"]["properties"]
    assert set(configurable) == set(schema["$defs"]["endpoint"]["enum"])


def test_a_time_or_null_is_a_time_or_null() -> None:
    definitions_of_models = SCHEMAS["models.schema.json"]["$defs"]
    assert definitions_of_models["time_or_null"] == {
        **definitions_of_models["time"],
        "type": ["string", "null"],
    }
