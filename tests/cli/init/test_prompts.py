"""Signals at every moment of a question."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput

from msconfig.cli.init import picker, prompts


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(pipe, DummyOutput()):
        yield pipe


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)


def test_a_signal_while_the_answer_is_taken_is_not_lost(keys: PipeInput) -> None:
    keys.send_text("word\r")

    def validated(_text: str) -> None:
        interrupt()

    with pytest.raises(KeyboardInterrupt):
        prompts.ask_text("Question? ", validated)


def test_a_signal_before_the_first_key_ends_the_question(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    def prepared(pipe: PipeInput) -> AbstractContextManager[None]:
        interrupt()
        return raw_mode(pipe)

    raw_mode = type(keys).raw_mode
    monkeypatch.setattr(type(keys), "raw_mode", prepared)
    with pytest.raises(KeyboardInterrupt):
        prompts.ask_hidden("Question? ")


@pytest.mark.parametrize(
    "ask", [lambda: prompts.choose("Question?", [(1, "one")]), lambda: picker.pick([], [])]
)
def test_a_signal_while_the_screen_is_restored_is_not_lost(
    keys: PipeInput, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]
) -> None:
    monkeypatch.setattr(DummyOutput, "reset_attributes", lambda _: interrupt())
    keys.send_text("\r")
    with pytest.raises(KeyboardInterrupt):
        ask()


def test_a_question_leaves_the_handler_as_it_was(keys: PipeInput) -> None:
    before = signal.getsignal(signal.SIGINT)
    keys.send_text("word\r")
    assert prompts.ask_text("Question? ", lambda _: None) == "word"
    assert signal.getsignal(signal.SIGINT) is before
