"""A full-screen list to pick models from: search, filter by kind, marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Point
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import (
    BufferControl,
    FormattedTextControl,
    UIContent,
    UIControl,
)
from prompt_toolkit.styles import Style

from msconfig.checking.discovery.results import FoundModel
from msconfig.cli.init.prompts import end_of_input, ended_by_sigint
from msconfig.modelscope.kinds import Kind
from msconfig.text import visible

__all__ = ["PickerState", "pick"]

_KIND_FROM = 60
"""Columns from which the kind is shown."""
_DOWNLOADS_FROM = 76
"""Columns from which the downloads are shown."""
_STYLE = Style.from_dict({"at": "reverse", "marked": "bold", "keys": "italic"})


@dataclass(slots=True)
class PickerState:
    """The models, the filter, the cursor and the marked ids."""

    models: Sequence[FoundModel]
    marked: dict[str, None] = field(default_factory=dict)
    """Ids, in the order in which they were marked."""
    words: str = ""
    """What the id has to contain; letter case does not matter."""
    kind: Kind | None = None
    """None: all kinds."""
    cursor: int = 0
    """Index into `seen`."""

    @property
    def seen(self) -> list[FoundModel]:
        """The models that match words and kind."""
        words = self.words.casefold().split()
        return [
            model
            for model in self.models
            if (self.kind is None or model.kind is self.kind)
            and all(word in model.id.casefold() for word in words)
        ]

    @property
    def kinds(self) -> list[Kind | None]:
        """Choices of the filter."""
        there = {model.kind for model in self.models}
        return [None, *(kind for kind in Kind if kind in there)]

    def search(self, words: str) -> None:
        """Show only ids that contain `words`."""
        self.words, self.cursor = words, 0

    def cycle_kind(self, step: int) -> None:
        """Filter by the next kind, or the previous one; after the last, by none."""
        kinds = self.kinds
        self.kind = kinds[(kinds.index(self.kind) + step) % len(kinds)]
        self.cursor = 0

    def move(self, step: int) -> None:
        """Move the cursor; it stops at both ends."""
        self.cursor = max(0, min(self.cursor + step, len(self.seen) - 1))

    def mark(self) -> None:
        """Mark or unmark the model at the cursor."""
        seen = self.seen
        if seen:
            model_id = seen[self.cursor].id
            if model_id in self.marked:
                del self.marked[model_id]
            else:
                self.marked[model_id] = None


class _Rows(UIControl):
    """Lines of the shown models; only those on the screen are made into text."""

    def __init__(self, state: PickerState) -> None:
        self._state = state

    def create_content(self, width: int, height: int) -> UIContent:  # noqa: ARG002 - its signature
        state = self._state
        seen = state.seen
        if not seen:
            return UIContent(lambda _: [("", "  no model matches")], 1)

        def line(number: int) -> StyleAndTextTuples:
            model = seen[number]
            is_marked = model.id in state.marked
            styles = ["class:at"] * (number == state.cursor) + ["class:marked"] * is_marked
            text = f"{'[x]' if is_marked else '[ ]'} {_row(model, width - 4)}"
            return [(" ".join(styles), text)]

        return UIContent(line, len(seen), cursor_position=Point(0, state.cursor), show_cursor=False)


def _row(model: FoundModel, width: int) -> str:
    """A model in `width` columns: the id, and kind and downloads if they fit."""
    more = ""
    if width >= _KIND_FROM - 4:
        more += f"  {model.kind:<16}"
    if width >= _DOWNLOADS_FROM - 4:
        more += f" {'' if model.downloads is None else f'↓ {model.downloads:,}':>13}"
    room = width - len(more)
    model_id = visible(model.id)
    cut = model_id if len(model_id) <= room else model_id[: room - 1] + "…"
    return f"{cut:<{room}}{more}"


def pick(
    models: Sequence[FoundModel], marked: Sequence[str], *, is_complete: bool = True
) -> tuple[str, ...]:
    """The marked ids, from a full-screen list; the screen is restored afterwards.

    Args:
        models: the choices, in their order.
        marked: ids marked from the start; those not in `models` are kept.
        is_complete: whether `models` lists everything.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        EOFError: Ctrl-D.
    """
    state = PickerState(models, dict.fromkeys(marked))
    missing = "" if is_complete else "; incomplete"
    words = Buffer(multiline=False, on_text_changed=lambda buffer: state.search(buffer.text))
    rows = Window(_Rows(state))
    find = VSplit(
        [
            Window(FormattedTextControl("Find: "), width=6, height=1),
            Window(BufferControl(words), height=1),
        ]
    )
    application: Application[tuple[str, ...]] = Application(
        layout=Layout(
            HSplit(
                [
                    find,
                    Window(FormattedTextControl(lambda: _state(state) + missing), height=1),
                    rows,
                    Window(
                        FormattedTextControl("Space mark  Tab kind  Enter done"),
                        height=1,
                        style="class:keys",
                    ),
                ]
            )
        ),
        key_bindings=_keys(state, lambda: _height(rows)),
        style=_STYLE,
        full_screen=True,
    )
    with ended_by_sigint(application):
        return application.run(handle_sigint=False)


def _state(state: PickerState) -> str:
    seen, total = len(state.seen), len(state.models)
    shown = str(total) if seen == total else f"{seen} of {total}"
    return f"{state.kind or 'all kinds'}: {shown}, {len(state.marked)} marked"


def _height(rows: Window) -> int:
    return rows.render_info.window_height if rows.render_info else 1


def _keys(state: PickerState, height: Callable[[], int]) -> KeyBindings:
    keys = end_of_input()
    actions: dict[str, Callable[[], None]] = {
        "up": lambda: state.move(-1),
        "down": lambda: state.move(1),
        "pageup": lambda: state.move(-height()),
        "pagedown": lambda: state.move(height()),
        "tab": lambda: state.cycle_kind(1),
        "s-tab": lambda: state.cycle_kind(-1),
        " ": state.mark,
    }
    for key, action in actions.items():

        @keys.add(key, eager=True)
        def _(_event: KeyPressEvent, action: Callable[[], None] = action) -> None:
            action()

    @keys.add("enter", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=tuple(state.marked))

    return keys
