"""Prompts on the terminal. They are printed to stderr, like everything that is not a result."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from types import FrameType
from typing import Any, TypeVar

from prompt_toolkit import PromptSession
from prompt_toolkit.application import Application, create_app_session
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import FormattedTextControl, HSplit, Layout, Window
from prompt_toolkit.output import create_output
from prompt_toolkit.validation import ValidationError, Validator
from prompt_toolkit.widgets import RadioList

from msconfig.cli.console import columns, note
from msconfig.text import wrapped

__all__ = [
    "ask_hidden",
    "ask_text",
    "choose",
    "end_of_input",
    "ended_by_sigint",
    "say",
    "terminal",
]

_Value = TypeVar("_Value")

Wrong = Callable[[str], str | None]
"""Validates an answer: an error in one line, or None."""


@contextlib.contextmanager
def terminal() -> Iterator[None]:
    """Prepare the terminal for prompts as long as the context lasts.

    Input between two prompts is not echoed (POSIX): it may be a token that was pasted too early.

    Raises:
        KeyboardInterrupt: the input ended or the terminal was closed, which count as Ctrl-C.
    """
    os.environ.setdefault("PROMPT_TOOLKIT_NO_CPR", "1")  # some terminals never tell their cursor
    output = create_output(stdout=sys.stderr)
    with _no_echo(), create_app_session(create_input(sys.stdin), output):
        try:
            yield
        except EOFError:
            raise KeyboardInterrupt from None
        except OSError as error:
            if error.errno != errno.EIO:  # what a terminal answers that has gone
                raise
            raise KeyboardInterrupt from None


@contextlib.contextmanager
def _no_echo() -> Iterator[None]:
    try:
        import termios
    except ImportError:  # Windows, where nothing is shown that is not read
        yield
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    silent = termios.tcgetattr(descriptor)
    silent[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSANOW, silent)
    try:
        yield
    finally:
        # what was typed and not read is thrown away: the shell must not get it
        with contextlib.suppress(termios.error):  # the terminal has gone
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


def say(text: str = "") -> None:
    """Print to stderr, wrapped to the width of the terminal; ids stay whole."""
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()))
        note("\n".join(wrapped(line, columns(), later=indent)))


def choose(
    message: str, options: Sequence[tuple[_Value, str]], default: _Value | None = None
) -> _Value:
    """The value of the chosen option; the question and the answer stay on the screen as one line.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        EOFError: Ctrl-D.
    """
    values = RadioList(
        options,
        default,
        show_numbers=True,
        select_on_focus=True,
        open_character="",
        select_character=">",
        close_character="",
        selected_style="",
        checked_style="bold",
        show_cursor=False,
        show_scrollbar=False,
    )
    keys = end_of_input()

    @keys.add("enter", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=values.current_value)

    question = Window(
        FormattedTextControl([("bold", message)]), wrap_lines=True, dont_extend_height=True
    )
    application: Application[_Value] = Application(
        Layout(HSplit([question, values]), focused_element=values),
        key_bindings=keys,
        erase_when_done=True,
    )
    with ended_by_sigint(application):
        value = application.run(handle_sigint=False)
    say(f"{message} {next(label for each, label in options if each == value)}")
    return value


def ask_text(message: str, wrong: Wrong, *, default: str = "") -> str:
    """The input, stripped; prompted again until it is valid.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        EOFError: Ctrl-D on an empty line.
    """
    session: PromptSession[str] = PromptSession()
    with ended_by_sigint(session.app):
        return session.prompt(
            message,
            default=default,
            validator=_Checked(wrong),
            validate_while_typing=False,
            handle_sigint=False,
        ).strip()


def ask_hidden(message: str) -> str:
    """The input, shown as a star for each character; it is not kept in a history.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        EOFError: Ctrl-D on an empty line.
    """
    session: PromptSession[str] = PromptSession()
    with ended_by_sigint(session.app):
        return session.prompt(message, is_password=True, handle_sigint=False)


@contextlib.contextmanager
def ended_by_sigint(application: Application[Any]) -> Iterator[None]:
    """Let SIGINT end the application, which still restores the screen.

    The handler of Prompt Toolkit stands a moment longer than the application listens to it, and a
    signal of that moment would be lost. Handlers of other signals must raise SIGINT.

    Raises:
        KeyboardInterrupt: SIGINT came while the context lasted.
    """
    came = False

    def leave() -> None:
        if came and application.future is not None and not application.future.done():
            application.exit(exception=KeyboardInterrupt())

    def handle(_number: int, _frame: FrameType | None) -> None:
        nonlocal came
        came = True
        if application.loop is not None:
            application.loop.call_soon_threadsafe(leave)

    application.pre_run_callables.append(leave)
    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            raise KeyboardInterrupt


class _Checked(Validator):
    def __init__(self, wrong: Wrong) -> None:
        self._wrong = wrong

    def validate(self, document: Document) -> None:
        words = self._wrong(document.text.strip())
        if words is not None:
            raise ValidationError(len(document.text), words)


def end_of_input() -> KeyBindings:
    """Ctrl-C, and Ctrl-D: the end of the input, as on an empty line."""
    keys = KeyBindings()

    @keys.add("c-c", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=KeyboardInterrupt())

    @keys.add("c-d", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(exception=EOFError())

    return keys
