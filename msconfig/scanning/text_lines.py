"""Ids in text that is read line by line: code, Markdown, shell, and what does not parse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePath

from msconfig.scanning.id_rules import FoundId, IdRules, maps_to_models, names_a_model
from msconfig.scanning.services import Service

__all__ = ["Manner", "ids_in_lines", "manner_of"]

_RUN = re.compile(r"[A-Za-z0-9_.@~$%&?#+!^/:-]+", re.ASCII)
"""A piece of text that an id may be; other signs, white space and quotation marks end it."""
_ESCAPED = re.compile(r'\\"([^"\\]*)\\"')
"""A text in quotation marks within JSON, as in the source of a notebook."""
_TRAILING = ".,:;!?"
_QUOTES = frozenset("\"'`")
_LOOK_BACK = 160
"""Characters in front of a text in which its name is looked for."""
_NAME = r"(?:\$env:)?(?P<name>[A-Za-z_$][\w$.-]{0,80})"
_ASSIGNED = re.compile(
    rf"{_NAME}[\"'`\]?]{{0,3}}\s{{0,8}}"
    # `name: type = value` of TypeScript and Python; a type may be a list or a choice
    r"(?::\s{0,8}[A-Za-z_&][\w\[\].|<>' ]{0,60}=|=>|:=|\?\?=?|\?=|\|\|=?|:-|[:=])"
    r"\s{0,8}(?:[A-Za-z_][\w.]{0,40}\((?:default\s{0,4}=)?)?@?[\[({]{0,3}\s{0,8}$",
    re.ASCII,
)
_OR = re.compile(rf"{_NAME}[\"'`]?[\])]?\s{{1,4}}or\s{{1,4}}$", re.ASCII)
"""As Python writes a default behind a value that may be empty."""
_CALLED = re.compile(
    r"(?:\.(?:[sS]et_?|[wW]ith_?)?|\b[wW]ith_?)[mM]odel(?:_?[nN]ame|_?[iI]d)?\(\s{0,4}$", re.ASCII
)
"""The only argument of a call that sets a model: ``.modelName(…)``, ``WithModel(…)``."""
_ARGUMENT = re.compile(rf"(?:^|[\s\"'`\[(,])--?{_NAME}[\"'`]?(?:\s{{1,8}}|=|,\s{{0,8}})$", re.ASCII)
_VARIABLE = re.compile(r"(?:^|[\s\"'`\[(,:=])(?P<name>[A-Z][A-Z0-9_]{0,80})=$", re.ASCII)
"""As a shell and a list of variables have it: white space ends the value."""
_DEFAULT = re.compile(rf"[\"'`]{_NAME}[\"'`]\s{{0,4}},\s{{0,4}}$", re.ASCII)
"""The second argument of a call whose first one is the name of a variable."""
_OPTION_DEFAULT = re.compile(
    rf"[\"'`]--?{_NAME}[\"'`]\s{{0,4}},[^()]{{0,120}}\bdefault\s{{0,4}}=\s{{0,4}}$", re.ASCII
)
"""The default of an option that a program declares."""
_OPENS_LIST = re.compile(
    rf"{_NAME}[\"'`\]?]{{0,3}}\s{{0,8}}"
    r"(?::\s{0,8}[A-Za-z_\[&][\w\[\].|<>,;& ]{0,60}=|=>|:=|[:=])\s{0,8}"
    # a call, `vec![`, `@(`, `[]string{` and `map[string]string{`
    r"(?:(?P<call>[A-Za-z_ ][\w.<> ]{0,40})(?=\()|vec!|@"
    r"|(?:\[\d{0,4}\]|map\[\w{1,20}\])[\w.]{1,20})?"
    r"(?P<brackets>[\[({]{1,3})\s*$",
    re.ASCII,
)
_MAKES_LIST = re.compile(
    r"(?:\b(?:of|list|tuple|set|frozenset|Set|Array)|ListOf|SetOf|listOf|asList"
    r"|setOf|arrayOf)(?:<[\w.]{0,40}>)?$",
    re.ASCII,
)
_BETWEEN = re.compile(r"[\"'`]?\s{0,4}(?:,|:|=>)\s{0,4}[\"'`]?")
"""What is between a text and the next one of the same list or mapping."""
_BETWEEN_WORDS = re.compile(r"\"\s{1,4}\"|'\s{1,4}'")
"""And in an array of a shell: ``NAMES=("owner/name" "owner/name")``."""
_BETWEEN_ITEMS = frozenset({",", "=", "<", ">,", ">"})
"""And in a list that is one text: ``-all,+owner/name=Shown name<8192:fc>``."""
_DEEPEST = 50
"""Lists and mappings in one another, of which the names are kept."""
_CODE = frozenset(
    {
        *(".c", ".cc", ".cjs", ".cpp", ".cs", ".cts", ".dart", ".ex", ".exs", ".go", ".h", ".hpp"),
        *(".ipynb", ".java", ".js", ".jsx", ".kt", ".kts", ".lua", ".m", ".mjs", ".mts", ".php"),
        *(".pl", ".py", ".pyi", ".pyx", ".r", ".rb", ".rs", ".scala", ".svelte", ".swift", ".ts"),
        *(".tsx", ".vue", ".zig"),
    }
)


class Manner(Enum):
    """How a text is written, and so what may be the value of a name there (b)."""

    PROSE = "everything may"
    CODE = "what is quoted, and arguments; ``a/b`` is a division"
    SCRIPT = "as in code, and values of variables (``NAME=a/b``)"
    COMMAND = "arguments and values of variables"


def manner_of(file: str) -> Manner:
    """How a file of this name is written."""
    return Manner.CODE if PurePath(file).suffix.lower() in _CODE else Manner.PROSE


def ids_in_lines(
    text: str,
    start: int,
    end: int,
    rules: IdRules,
    manner: Manner,
    *,
    at: int = 0,
    service: Service | None = None,
) -> Iterator[FoundId]:
    """The ids in a part of a text, with their places in the whole.

    Args:
        text: the whole.
        start: where the part begins.
        end: and where it ends.
        rules: what counts.
        manner: how the part is written.
        at: where `text` begins in the file.
        service: the one whose address is beside the text; None if there is none.
    """
    lines = _Lines(rules, manner, service)
    while start < end:
        line_end = text.find("\n", start, end)
        line_end = line_end if line_end >= 0 else end
        for found in lines.ids_in(text[start:line_end], at + start):
            yield FoundId(found.text, start + found.start, start + found.end)
        start = line_end + 1


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text in a line that may be an id."""

    text: str
    begin: int
    """Where it begins in the file."""
    before: str
    """The end of what is in front of it, without its quotation mark."""
    behind: str
    """The first sign behind it and its quotation mark; "" at the end of the line."""
    is_quoted: bool
    before_list: str
    """As `before`, of the first text of the list or mapping in the line that it is in."""
    is_item: bool
    """Whether it is a later one in a list that is one text (``a/b,c/d``)."""


class _Lines:
    """Reads lines one after the other."""

    def __init__(self, rules: IdRules, manner: Manner, service: Service | None) -> None:
        self._rules = rules
        self._manner = manner
        self._service = service
        self._at = 0
        """Where the line begins in the file."""
        self._open: list[tuple[int, str, bool]] = []
        """Indentation and name of each list or mapping that is open, "" for one without a name; and
        whether it is a mapping."""
        self._list_begin = 0
        """Where the list or mapping that the text is in begins in the line."""
        self._opens: re.Match[str] | None = None
        """What opens it with a name in front."""
        self._opened_at = -1
        """The `_list_begin` of `_opens`."""
        self._between = ""
        """What is between the text and the one in front of it there; "" for the first."""

    def ids_in(self, line: str, at: int) -> Iterator[FoundId]:
        self._at = at
        self._opened_at = -1
        if '\\"' in line:
            line = _ESCAPED.sub(r' "\1" ', line)  # of the same length, so places stay
        if "/" in line:
            end, last = 0, ""
            for run in _RUN.finditer(line):
                if run[0] == ":":  # between a key in quotation marks and its value
                    continue
                self._continue_list(last, line[end : run.start()][: _MOST_BETWEEN + 1])
                if not self._between:
                    self._list_begin = run.start()
                end, last = run.end(), run[0]
                is_path = run.start() and line[run.start() - 1] == "\\"
                if "/" in run[0] and "//" not in run[0] and not is_path:
                    yield from self._in_run(line, run.start(), run[0])
        if self._rules.is_about_modelscope:
            self._open_or_close(line)

    def _continue_list(self, last: str, between: str) -> None:
        """Note whether a text is in the same list or mapping as the `last` one in front of it."""
        if last.endswith(":"):  # `name: "owner/name"`
            between = f":{between}"
        # that of the list, and none that is shown for an id or its deployment
        is_name = between == "=" and "/" not in last and self._between != ">"
        continues = between in _BETWEEN_ITEMS or _BETWEEN.fullmatch(between) is not None
        if not continues and self._manner is not Manner.CODE:
            continues = _BETWEEN_WORDS.fullmatch(between) is not None
        self._between = between if last and continues and not is_name else ""

    def _open_or_close(self, line: str) -> None:
        """Keep the names of what is open, by indentation: a line with less of it closes them."""
        shown = line[-_LOOK_BACK:].rstrip()
        if not shown:
            return
        indent = len(line) - len(line.lstrip())
        while self._open and indent <= self._open[-1][0]:
            self._open.pop()
        if shown.endswith(("[", "(", "{")) and len(self._open) < _DEEPEST:
            opens = _OPENS_LIST.search(shown)
            name = opens["name"] if opens is not None else ""
            self._open.append((indent, name, opens is not None and _is_mapping(opens)))

    @property
    def _is_in_models(self) -> bool:
        """Whether a list or mapping that is open is named after models."""
        return any(names_a_model(name) for _, name, _ in self._open)

    def _in_run(self, line: str, begin: int, text: str) -> Iterator[FoundId]:
        # `+owner/name` and `-owner/name` of LobeChat, `${MODEL:-owner/name}` of a shell
        shift = max(text.rfind(":-"), text.rfind(":=")) + 1
        if not shift and line.startswith("${", max(0, begin - 2)):  # and `${model:owner/name}`
            shift = text.find(":") + 1
        shift += len(text[shift:]) - len(text[shift:].lstrip(":+-?"))
        begin, text = begin + shift, text[shift:]
        text = text.rstrip(_TRAILING)
        if line.startswith("->", begin + len(text) - 1):  # a deployment behind it
            text = text[:-1]
        end = begin + len(text)
        quote = line[begin - 1 : begin] if line[begin - 1 : begin] in _QUOTES else ""
        is_quoted = bool(begin and quote) and line[end : end + 1] == quote
        found = None
        is_command = self._manner is Manner.COMMAND
        if not is_command:
            found = self._rules.exactly(text, anywhere=is_quoted)
        if found is None and (self._rules.is_about_modelscope or is_command):
            # the first of a list that is one text in quotation marks has but the opening one
            has_quote = is_quoted or (quote != "" and _NEXT_ITEM.match(line, end) is not None)
            before = line[max(0, begin - _LOOK_BACK) : begin - has_quote]
            behind = line[end + is_quoted : end + is_quoted + _LOOK_BACK].lstrip()[:1]
            first = self._list_begin
            first -= first > 0 and line[first - 1] in _QUOTES
            before_list = line[max(0, first - _LOOK_BACK) : first]
            is_item = self._between in {",", ">,"}
            at = self._at + begin
            piece = _Piece(text, at, before, behind, is_quoted, before_list, is_item)
            found = self._named(piece)
        if found is not None:
            yield FoundId(found.text, begin + found.start, begin + found.end)

    def _named(self, piece: _Piece) -> FoundId | None:
        """The id that a text is as the value of something that is named after a model (b)."""
        argument = _ARGUMENT.search(piece.before) if "-" in piece.before else None
        if argument is None and piece.is_item and "-" in piece.before_list:
            argument = _ARGUMENT.search(piece.before_list)
        is_variable = self._manner is not Manner.CODE and piece.before.endswith("=")
        if argument is None and is_variable:
            argument = _VARIABLE.search(piece.before)
        if argument is not None and names_a_model(argument["name"]):
            found = self._rules.exactly(piece.text, anywhere=True)
            is_open = found is None and self._rules.is_about_modelscope
            return self._of_the_form(piece) if is_open else found
        if self._manner is Manner.COMMAND or not (piece.is_quoted or self._manner is Manner.PROSE):
            return None
        is_named_item = piece.is_item and piece.behind in {"=", "-"}
        if piece.behind and piece.behind not in _MAY_FOLLOW and not is_named_item:
            return None
        name = self._name(piece)
        is_of_model = (name == "id" and self._is_in_models) or (
            name == "default" and self._open and names_a_model(self._open[-1][1])
        )
        if not (names_a_model(name) or is_of_model):
            return None
        return self._of_the_form(piece)

    def _of_the_form(self, piece: _Piece) -> FoundId | None:
        return self._rules.of_the_form(piece.text, piece.begin, service=self._service)

    def _name(self, piece: _Piece) -> str:
        """The key, variable or list whose value a text is; "" if it is none's."""
        named = _OPTION_DEFAULT.search(piece.before) if "default" in piece.before else None
        if piece.is_quoted and piece.behind == ")" and _CALLED.search(piece.before):
            return "model"
        named = named or _ASSIGNED.search(piece.before) or _OR.search(piece.before)
        if named is None and piece.is_quoted:
            named = _DEFAULT.search(piece.before)
            named = named if named is not None and names_a_model(named["name"]) else None
        if named is None and piece.is_item:
            named = _ASSIGNED.search(piece.before_list)
        name = named["name"].rpartition(".")[2] or named["name"] if named is not None else ""
        if not piece.is_quoted or names_a_model(name):
            return name
        of_list, is_mapping = self._list_of(piece)
        if not name:
            return of_list
        return of_list if is_mapping and maps_to_models(of_list, name, piece.text) else name

    def _list_of(self, piece: _Piece) -> tuple[str, bool]:
        """Name of the list or mapping that a text is in, and whether it is a mapping."""
        if self._opened_at != self._list_begin:
            self._opened_at = self._list_begin
            self._opens = _OPENS_LIST.search(piece.before_list)
        opens = self._opens
        if opens is not None:
            is_call = opens["call"] is not None and _MAKES_LIST.search(opens["call"]) is None
            return ("", False) if is_call else (opens["name"], _is_mapping(opens))
        # the others of a tuple in a list are no elements of the list
        is_first = piece.before_list == piece.before
        if not self._open or piece.before_list.strip(" \t-,[({" if is_first else " \t-,"):
            return "", False
        return self._open[-1][1:]


def _is_mapping(opens: re.Match[str]) -> bool:
    return opens["brackets"] == "{"


_MOST_BETWEEN = 12
_NEXT_ITEM = re.compile(r",[\w+-]", re.ASCII)
_MAY_FOLLOW = frozenset(",;)]}:#/|<>*&\\\"'`")
"""What may be behind a value; an operator or a word would make it a part of something else."""
