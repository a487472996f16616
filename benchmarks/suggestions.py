"""How good and how fast suggestions are. Run it with ``python benchmarks/suggestions.py``.

It prints three things, from the recorded facts of the tests:

- of the ids that vanished before the last catalogue: how often the first suggestion is one of those
  that may stand in, and how often nothing is said where nothing may;
- leave-one-out: each id of each catalogue is taken out in turn. Owner and line are told apart here
  by a cruder measure than the one on trial: the owner, and the letters that the name begins with;
- the seconds that 1,000 dead ids take among 3,000 served ones: of many families, of none that is
  served, and all of one family, which is the worst case.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from msconfig.checking.suggestions.suggest import suggest

FACTS = Path(__file__).resolve().parent.parent / "tests" / "checking"
SIZES = (4, 8, 14, 32, 72, 235)
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


def speed() -> None:
    """1,000 dead ids among 3,000 served ones."""
    brands = [f"{one}{other.lower()}" for one, other in product(WORDS, WORDS)]
    versions = ("2", "2.5", "3", "3.5", "4", "5", "6", "7")
    named = [
        f"maker/{brand}{version}-{size}B-Instruct"
        for brand, version, size in product(brands, versions, SIZES)
    ]
    one_family = [f"maker/Oak3.{minor}-{SIZES[minor % 6]}B" for minor in range(3000)]
    dead = {
        "many families": [each.replace("-Instruct", "-Thinking") for each in named[1000:2000]],
        "of none": [f"nobody/{'zq' * 6}{number}" for number in range(1000)],
        "one family": [f"maker/Oak2.{minor}-{SIZES[minor % 6]}B" for minor in range(1000)],
    }
    for what, ids in dead.items():
        print(
            f"1,000 of 3,000, {what:<15} {seconds(ids, one_family if 'one f' in what else named)}"
        )


def seconds(dead: Sequence[str], served: Sequence[str]) -> str:
    """How long it takes to suggest something for all `dead` ids."""
    choices = frozenset(served[:3000])
    began = time.perf_counter()
    for asked in dead:
        suggest(asked, choices)
    return f"{time.perf_counter() - began:6.2f} s"


def main() -> None:
    """Print it all."""
    vanished()
    leave_one_out()
    speed()


if __name__ == "__main__":
    main()
