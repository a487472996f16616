"""A list to pick models from: search, a filter by kind, and marks."""

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
from msconfig.cli.init.prompts import end_of_input
from msconfig.modelscope.kinds import Kind
from msconfig.text import visible

__all__ = ["Shelf", "pick"]

_KIND_FROM = 60
"""Columns from which on the kind has room beside the id."""
_DOWNLOADS_FROM = 76
"""The same for the downloads."""
_STYLE = Style.from_dict({"at": "reverse", "marked": "bold", "keys": "italic"})


@dataclass(slots=True)
class Shelf:
    """Models to pick from, which of them are seen, and which are marked."""

    models: Sequence[FoundModel]
    marked: dict[str, None] = field(default_factory=dict)
    """Ids, in the order in which they were marked."""
    words: str = ""
    """What the id has to contain; letter case does not matter."""
    kind: Kind | None = None
    """None: all kinds."""
    at: int = 0
    """Which of those that are seen is pointed at."""

    @property
    def seen(self) -> list[FoundModel]:
        """The models that fit words and kind."""
        words = self.words.casefold().split()
        return [
            model
            for model in self.models
            if (self.kind is None or model.kind is self.kind)
            and all(word in model.id.casefold() for word in words)
        ]

    @property
    def kinds(self) -> list[Kind | None]:
        """What the filter can be set to."""
        there = {model.kind for model in self.models}
        return [None, *(kind for kind in Kind if kind in there)]

    def search(self, words: str) -> None:
        """See only what contains `words`."""
        self.words, self.at = words, 0

    def turn_kind(self, step: int) -> None:
        """See the next kind alone, or the one before; after the last come all."""
        kinds = self.kinds
        self.kind = kinds[(kinds.index(self.kind) + step) % len(kinds)]
        self.at = 0

    def move(self, step: int) -> None:
        """Point at another one; at an end it stays there."""
        self.at = max(0, min(self.at + step, len(self.seen) - 1))

    def mark(self) -> None:
        """Mark what is pointed at, or take its mark away."""
        seen = self.seen
        if seen:
            model_id = seen[self.at].id
            if model_id in self.marked:
                del self.marked[model_id]
            else:
                self.marked[model_id] = None


class _Rows(UIControl):
    """The models that are seen; only those on the screen are made into text."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def create_content(self, width: int, height: int) -> UIContent:  # noqa: ARG002 - its signature
        shelf = self._shelf
        seen = shelf.seen
        if not seen:
            return UIContent(lambda _: [("", "  nothing fits")], 1)

        def line(number: int) -> StyleAndTextTuples:
            model = seen[number]
            is_marked = model.id in shelf.marked
            styles = ["class:at"] * (number == shelf.at) + ["class:marked"] * is_marked
            text = f"{'[x]' if is_marked else '[ ]'} {_row(model, width - 4)}"
            return [(" ".join(styles), text)]

        return UIContent(line, len(seen), cursor_position=Point(0, shelf.at), show_cursor=False)


def _row(model: FoundModel, width: int) -> str:
    """A model in `width` columns: the id, and what else has room."""
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
    """The ids that were marked, on the whole screen, which is then as it was.

    Args:
        models: what there is to pick from, in its order.
        marked: ids that are marked from the start; one that is not in `models` stays.
        is_complete: whether `models` is all that there should be.

    Raises:
        KeyboardInterrupt: Ctrl-C.
        EOFError: Ctrl-D.
    """
    shelf = Shelf(models, dict.fromkeys(marked))
    missing = "" if is_complete else "; incomplete"
    words = Buffer(multiline=False, on_text_changed=lambda buffer: shelf.search(buffer.text))
    rows = Window(_Rows(shelf))
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
                    Window(FormattedTextControl(lambda: _state(shelf) + missing), height=1),
                    rows,
                    Window(
                        FormattedTextControl("Space mark  Tab kind  Enter done"),
                        height=1,
                        style="class:keys",
                    ),
                ]
            )
        ),
        key_bindings=_keys(shelf, lambda: _height(rows)),
        style=_STYLE,
        full_screen=True,
    )
    return application.run()


def _state(shelf: Shelf) -> str:
    seen, total = len(shelf.seen), len(shelf.models)
    shown = str(total) if seen == total else f"{seen} of {total}"
    return f"{shelf.kind or 'all kinds'}: {shown}, {len(shelf.marked)} marked"


def _height(rows: Window) -> int:
    return rows.render_info.window_height if rows.render_info else 1


def _keys(shelf: Shelf, height: Callable[[], int]) -> KeyBindings:
    keys = end_of_input()
    turns: dict[str, Callable[[], None]] = {
        "up": lambda: shelf.move(-1),
        "down": lambda: shelf.move(1),
        "pageup": lambda: shelf.move(-height()),
        "pagedown": lambda: shelf.move(height()),
        "tab": lambda: shelf.turn_kind(1),
        "s-tab": lambda: shelf.turn_kind(-1),
        " ": shelf.mark,
    }
    for key, turn in turns.items():

        @keys.add(key, eager=True)
        def _(_event: KeyPressEvent, turn: Callable[[], None] = turn) -> None:
            turn()

    @keys.add("enter", eager=True)
    def _(event: KeyPressEvent) -> None:
        event.app.exit(result=tuple(shelf.marked))

    return keys
