"""Mutations of the verdicts, links, tokens and reply readers, and which of them no test notices.

`nox -s mutation` runs it; that takes an hour or two. mutmut changes one place of the code at a
time, has mypy check the change and, if mypy accepts it, runs the tests that reach the changed
function. The results are in MUTATION.md, with a line for each survivor that says why it lives: a
new survivor has none, and the script exits with 1 until it is explained there or a test notices
it. ``--report`` writes MUTATION.md from the results of the last run.
"""

from __future__ import annotations

import ast
import difflib
import json
import os
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "MUTATION.md"
MUTANTS = HERE.parent / "mutants"
UNEXPLAINED = "**not explained**"
ALIVE = ("survived", "no tests", "timeout", "suspicious")
ROW = re.compile(r"^\| `(?P<function>[^`]+)` \| (?P<change>.+?) \| (?P<why>.+) \|$")

_NO_ERRORS = {
    # warnings, and errors that come from the copies of a function or from what mutmut adds
    *("unused-ignore", "ignore-without-code", "redundant-expr", "unreachable", "no-redef"),
    *("has-type", "var-annotated", "comparison-overlap", "possibly-undefined", "truthy-bool"),
}

INTRODUCTION = """\
# Mutations

A mutation is a small change of the code, such as `<` for `<=`. It *survives* if neither mypy nor a
test fails because of it. `nox -s mutation` makes all mutations of `msconfig/checking/`,
`msconfig/cherry/link.py`, `msconfig/tokens.py` and the readers of replies in
`msconfig/modelscope/`, and writes this page. Each survivor below has a line that says why it lives.
"""


# --- what mypy says of the mutants, as mutmut wants it


def mypy_errors() -> Iterator[str]:
    """The errors of mutants, a JSON object each, that their originals do not have."""
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", "msconfig", "--output", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    of_file = defaultdict(list)
    for line in ran.stdout.splitlines():
        error = json.loads(line)
        if error["severity"] == "error" and error["code"] not in _NO_ERRORS:
            of_file[error["file"]].append(error)
    for file, errors in of_file.items():
        spans = [
            (min([node.lineno, *(each.lineno for each in node.decorator_list)]), node)
            for node in ast.walk(ast.parse(Path(file).read_text("utf-8")))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and re.search(r"__mutmut_(\d+|orig)$", node.name)
        ]
        placed = []
        of_original = set()
        for error in errors:
            line = error["line"]
            inside = [
                node.name for start, node in spans if start <= line <= (node.end_lineno or start)
            ]
            if not inside:
                continue
            function, _, number = inside[-1].rpartition("__mutmut_")
            key = (function, error["code"], error["message"])
            if number == "orig":
                of_original.add(key)
            else:
                placed.append((key, error))
        yield from (json.dumps(error) for key, error in placed if key not in of_original)


# --- what the last run found


@cache
def _functions(module: str) -> dict[str, list[str]]:
    """Name and lines of each function, method and mutant of a module, without its first line."""
    text = (MUTANTS / (module.replace(".", "/") + ".py")).read_text("utf-8")
    lines = text.splitlines()
    return {
        node.name: lines[node.lineno : node.end_lineno]
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def change(mutant: str) -> tuple[str, str, str]:
    """The function's name, and its text before and after, without the lines that are the same."""
    module, _, name = mutant.rpartition(".")
    base = name.rpartition("__mutmut_")[0]
    before, after = _functions(module)[f"{base}__mutmut_orig"], _functions(module)[name]
    removed, added = [], []
    for line in difflib.ndiff(before, after):
        if line.startswith("- "):
            removed.append(line[2:].strip())
        elif line.startswith("+ "):
            added.append(line[2:].strip())
    function = base.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")
    return function, " ".join(removed), " ".join(added)


def shown(before: str, after: str) -> str:
    """A change in a cell of a table: the words that differ, and some words around them."""
    old, new = re.findall(r"\w+|\s+|.", before), re.findall(r"\w+|\s+|.", after)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    around = 6
    left = max(0, start - around)
    cells = []
    for words in (old, new):
        right = len(words) - end
        text = "".join(words[left : right + around]).strip()
        text = f"{'…' if left else ''}{text}{'…' if right + around < len(words) else ''}"
        cells.append("`" + text.replace("|", "\\|").replace("`", "ˋ") + "`")
    return " → ".join(cells)


def rule(before: str, after: str) -> str | None:
    """The explanation of changes whose kind is explained once for all."""
    if "_log." in before:
        return "a debug line of the log"
    texts = [re.findall(r'"([^"]*)"', text) for text in (before, after)]
    around = [re.sub(r'"[^"]*"', '""', text) for text in (before, after)]
    if around[0] == around[1] and len(texts[0]) == len(texts[1]):
        changed = [pair for pair in zip(*texts, strict=True) if pair[0] != pair[1]]
        if len(changed) == 1:
            old, new = changed[0]
            if {old, new} <= {"utf-8", "UTF-8", "ascii", "ASCII"}:
                return "another name of the same encoding"
            if " " in old.strip() and (new == f"XX{old}XX" or new.lower() == old.lower()):
                return "the wording of a message; the tests hold what it names"
    said = after.removesuffix(" from None")
    if re.search(r"\b(raise \w+|Unreadable|Refused)\(", before) and said.endswith("(None)"):
        return "the wording of a message; the tests hold that it is raised"
    return None


def results() -> dict[str, str]:
    """Name and result of each mutant."""
    ran = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"],
        capture_output=True,
        text=True,
        check=True,
        cwd=HERE.parent,
    )
    pairs = (line.strip().rpartition(": ") for line in ran.stdout.splitlines() if ": " in line)
    return {name: result for name, _, result in pairs}


def explanations() -> dict[tuple[str, str, str], str]:
    """The explanations of MUTATION.md, by module, function and change."""
    found: dict[tuple[str, str, str], str] = {}
    module = ""
    for line in PAGE.read_text("utf-8").splitlines() if PAGE.exists() else ():
        if line.startswith("### "):
            module = line.removeprefix("### ").strip("`")
        elif (row := ROW.match(line)) and row["why"] != UNEXPLAINED:
            found[module, row["function"], row["change"]] = row["why"]
    return found


def page(found: dict[str, str], known: dict[tuple[str, str, str], str]) -> str:
    """The text of MUTATION.md."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    alive: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for mutant, result in found.items():
        module = mutant.rpartition(".")[0].replace(".", "/") + ".py"
        is_alive = result in ALIVE
        counts[module]["survived" if is_alive else result] += 1
        if is_alive:
            function, before, after = change(mutant)
            cell = shown(before, after)
            why = known.get((module, function, cell)) or rule(before, after) or UNEXPLAINED
            alive[module][function, cell] = why
    columns = ("caught by type check", "killed", "survived")
    total: Counter[str] = sum(counts.values(), Counter())
    lines = [INTRODUCTION, "| Module | Mutations | mypy | Tests | Survived |", "| --- " * 5 + "|"]
    for module, count in [*sorted(counts.items()), ("**all**", total)]:
        cells = " | ".join(f"{count[column]:,}" for column in columns)
        lines.append(f"| {module} | {sum(count.values()):,} | {cells} |")
    lines += ["", "## Survivors"]
    for module, rows in sorted(alive.items()):
        lines += [
            "",
            f"### `{module}`",
            "",
            "| Function | Change | Why it lives |",
            "| --- " * 3 + "|",
        ]
        lines += [f"| `{function}` | {cell} | {why} |" for (function, cell), why in rows.items()]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Run mutmut unless told otherwise, and write MUTATION.md."""
    if "--types" in sys.argv[1:]:
        for error in mypy_errors():
            print(error)
        return 0
    if "--report" not in sys.argv[1:]:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # for `--types`
        subprocess.run(
            [sys.executable, "-m", "mutmut", "run"],
            check=True,
            cwd=HERE.parent,
            env={**os.environ, "PATH": path},
        )
    text = page(results(), explanations())
    PAGE.write_text(text, "utf-8")
    unexplained = text.count(UNEXPLAINED)
    print(f"{PAGE.name}: {unexplained} survivors without an explanation")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
