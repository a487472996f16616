"""The content of an answer to a chat call: text, reasoning, tool calls."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from msconfig.mock.scenario import Reply, ToolCall
from msconfig.mock.smallest import NoValue, smallest_value
from msconfig.parsing import dumps

__all__ = ["Answer", "NoAnswer", "answer_of"]

_TEXT = "Hello from the mock ModelScope."
_REASONING = "A greeting asks for one in return."
_TOKEN = re.compile(r"\s*\S+?(?=\.$)|\s*\S+|\s+$")
"""A token of the mock: a word with the white space before it, or the full stop of the last."""


class NoAnswer(ValueError):
    """The message of the 400 for a call that asks for what is not to be had."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, in tokens."""

    content: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str = "stop"
    chunk_delay: float = 0.0
    """Seconds between the events of a stream."""

    @property
    def text(self) -> str | None:
        """The content; None where reasoning took all tokens, and beside tool calls."""
        return "".join(self.content) or None

    @property
    def tokens(self) -> int:
        """Completion tokens, those of the reasoning included; a tool call is one."""
        return len(self.content) + len(self.reasoning) + len(self.tool_calls)


def answer_of(body: Mapping[str, Any], reply: Reply | None, *, thinks: bool) -> Answer:
    """The answer to a call with `body`: that of `reply`, or else the smallest that the call allows.

    `max_tokens` counts the reasoning too: with few of them, a thinking model answers without
    content. ``enable_thinking: false`` switches the reasoning of a model off, not that of `reply`.

    Raises:
        NoAnswer: `tool_choice` or `response_format` cannot be satisfied.
    """
    thinks = thinks and body.get("enable_thinking") is not False
    reasoning = _tokens(_REASONING) if thinks else ()
    if reply is not None:
        answer = Answer(
            _tokens(reply.content),
            _tokens(reply.reasoning) or reasoning,
            reply.tool_calls,
            chunk_delay=reply.chunk_delay,
        )
    elif (tool_call := _required_tool_call(body)) is not None:
        answer = Answer((), reasoning, (tool_call,))
    else:
        answer = Answer(_tokens(_required_text(body)), reasoning)
    return _limited(answer, _limit(body))


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(text))


def _required_tool_call(body: Mapping[str, Any]) -> ToolCall | None:
    """The smallest call of the tool that `tool_choice` names, or of the first if it is required."""
    choice = body.get("tool_choice")
    if choice is None or choice in ("auto", "none"):
        return None
    tools = {
        function["name"]: function
        for function in map(_function, _list(body.get("tools")))
        if isinstance(function.get("name"), str)
    }
    name = next(iter(tools), "") if choice == "required" else str(_function(choice).get("name"))
    if name not in tools:
        raise NoAnswer("tool_choice has to be auto, none, required, or name one of the tools")
    arguments = _smallest(tools[name].get("parameters", True), f"the parameters of {name}")
    return ToolCall(name, dumps(_mapping(arguments)))


def _required_text(body: Mapping[str, Any]) -> str:
    """The smallest text of the `response_format`; a greeting where none is wanted."""
    wanted = _mapping(body.get("response_format"))
    match wanted.get("type", "text"):
        case "text":
            return _TEXT
        case "json_object":
            return "{}"
        case "json_schema":
            schema = _mapping(wanted.get("json_schema")).get("schema", True)
            return dumps(_smallest(schema, "response_format"))
        case _:
            raise NoAnswer("response_format has to be text, json_object or json_schema")


def _smallest(schema: object, name: str) -> object:
    try:
        return smallest_value(schema)
    except NoValue as error:
        raise NoAnswer(f"{name}: {error}; give the mock a value with [[replies]]") from None


def _limit(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        limit = body.get(name)
        if isinstance(limit, int) and not isinstance(limit, bool) and limit > 0:
            return limit
    return None


def _limited(answer: Answer, limit: int | None) -> Answer:
    """`answer` within `limit` tokens; tool calls are not cut."""
    if answer.tool_calls:
        return replace(answer, finish_reason="tool_calls")
    if limit is None or limit >= answer.tokens:
        return answer
    reasoning = answer.reasoning[:limit]
    content = answer.content[: limit - len(reasoning)]
    return replace(answer, content=content, reasoning=reasoning, finish_reason="length")


def _function(value: object) -> Mapping[str, Any]:
    return _mapping(_mapping(value).get("function"))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
