"""How good and how fast suggestions are.

Run it with ``python benchmarks/suggestions.py``. It prints three things, from the recorded facts of
the tests:

- of the ids that vanished before the last catalogue: how often the first suggestion is one of those
  that may stand in, and how often nothing is said where nothing may;
- leave-one-out: each id of each catalogue is taken out in turn. Owner and line are told apart here
  by a cruder measure than the one on trial: the owner, and the letters that the name begins with;
- the seconds that 3,000 failing ids take among 300 served ones, and 1,000 among 3,000: of many
  families, of none, and all of one family, owner or spelling, which are the worst cases. The aim is
  at most 2 s each for the first.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

from msconfig.checking.suggestions.suggest import suggest

FACTS = Path(__file__).resolve().parent.parent / "tests" / "checking" / "suggestions"
SIZES = (4, 8, 14, 32, 72, 235)
FORMS = {
    "of none, same digits": ("nobody/{word}-instruct", "maker/{word}-chat"),
    "one owner": ("maker/Oak{word}-3-8B-Thinking", "maker/Oak{word}-3-8B-Instruct"),
    "one family, by words": ("maker/Oak3-{word}-8B", "maker/Oak3-{word}-8B"),
    "one family, other jobs": ("maker/Oak3-{word}-Embedding-8B", "maker/Oak3-{word}-8B"),
    "one family, by sizes": ("maker/Oak2-{size}B", "maker/Oak3-{size}B-{word}"),
    "one family, by versions": ("maker/Oak2.{number}-8B", "maker/Oak3.{number}-8B"),
}
"""Ids that fail, and ids that are served."""
WORDS = ("Oak", "Elm", "Ash", "Fir", "Yew", "Bay", "Box", "Fig")


def first(asked: str, served: frozenset[str]) -> str | None:
    """The first suggestion, if there is one."""
    found = suggest(asked, served)
    return found[0].id if found else None


def vanished() -> None:
    """The ids that vanished, against the last catalogue."""
    catalogues: dict[str, list[str]] = json.loads((FACTS / "catalogues.json").read_text("utf-8"))
    stand_ins: dict[str, list[str]] = json.loads((FACTS / "stand_ins.json").read_text("utf-8"))
    served = frozenset(catalogues[max(catalogues)])
    replaced = {asked: fit for asked, fit in stand_ins.items() if fit}
    right = sum(first(asked, served) in fit for asked, fit in replaced.items())
    silent = sum(first(asked, served) is None for asked in stand_ins if asked not in replaced)
    print(f"vanished, first suggestion may stand in   {right} of {len(replaced)}")
    print(f"vanished, nothing to suggest, none made   {silent} of {len(stand_ins) - len(replaced)}")
    print()


def owner_and_line(model_id: str) -> tuple[str, str]:
    """The owner, and the letters that the name begins with."""
    owner, _, name = model_id.partition("/")
    letters = re.match(r"[A-Za-z]*", name)
    return owner.casefold(), letters[0].casefold() if letters else ""


def leave_one_out() -> None:
    """Each id of each catalogue, as if it had gone."""
    catalogues: dict[str, list[str]] = json.loads((FACTS / "catalogues.json").read_text("utf-8"))
    print("leave one out   of the same owner and line   nothing of them is left")
    print("catalogue         ids  same  other  silent      ids  other  silent")
    for day, ids in sorted(catalogues.items()):
        counts: Counter[tuple[bool, str]] = Counter()
        for asked in ids:
            rest = frozenset(ids) - {asked}
            is_left = any(owner_and_line(each) == owner_and_line(asked) for each in rest)
            found = first(asked, rest)
            outcome = "silent" if found is None else "other"
            if found is not None and owner_and_line(found) == owner_and_line(asked):
                outcome = "same"
            counts[is_left, outcome] += 1
        left, gone = (
            [counts[is_left, outcome] for outcome in ("same", "other", "silent")]
            for is_left in (True, False)
        )
        print(
            f"{day:<16}{sum(left):5}{left[0]:6}{left[1]:7}{left[2]:8}"
            f"{sum(gone):9}{gone[1]:7}{gone[2]:8}"
        )
    print()


def filled(form: str, number: int) -> str:
    """An id with a number, a size and a word of four letters, others for each number."""
    mixed = number * 104_729
    word = "".join(chr(ord("a") + mixed // 26**place % 26) for place in range(4))
    return form.format(number=number, size=number % 997 + 1, word=word)


def cases(failing: int, served: int) -> Iterator[tuple[str, list[str], list[str]]]:
    """What is measured, the ids that fail, and those that are served."""
    brands = [f"{one}{other.lower()}" for one, other in product(WORDS, WORDS)]
    versions = ("2", "2.5", "3", "3.5", "4", "5", "6", "7")
    named = [
        f"maker/{brand}{version}-{size}B"
        for brand, version, size in product(brands, versions, SIZES)
    ]
    some = [f"{each}-Instruct" for each in named[:: len(named) // served]]
    asked, there = range(served, served + failing), range(served)
    yield "many families", [f"{each}-Thinking" for each in named[-failing:]], some
    yield "of none", [f"nobody/{'zq' * 6}{number}" for number in asked], some
    for what, (form, its) in FORMS.items():
        yield what, [filled(form, number) for number in asked], [filled(its, n) for n in there]


def speed() -> None:
    """3,000 failing ids among 300, and 1,000 among 3,000."""
    for failing, served in ((3000, 300), (1000, 3000)):
        for what, ids, choices in cases(failing, served):
            print(f"{failing} of {served}, {what:24} {seconds(ids, choices)}")


def seconds(dead: Sequence[str], served: Sequence[str]) -> str:
    """How long it takes to suggest something for all `dead` ids."""
    choices = frozenset(served)
    began = time.process_time()
    for asked in dead:
        suggest(asked, choices)
    return f"{time.process_time() - began:6.2f} s"


def main() -> None:
    """Print it all."""
    vanished()
    leave_one_out()
    speed()


if __name__ == "__main__":
    main()
