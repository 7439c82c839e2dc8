"""Turns an answerable question into one its passage does not answer, by one swapped word.

Names and numbers are swapped for those of other questions, names also for others that the passage
says something else of, and words for their opposites, the kinds of unanswerable questions that
Rajpurkar et al. (2018) found people to write.
"""

import random
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w’'\-]+(?: [A-Z][\w’'\-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\b")


class Swaps:
    """Swaps words of questions; the same seed swaps the same ones."""

    def __init__(self, questions: Sequence[str], *, seed: int) -> None:
        """Collect the names and numbers of the questions."""
        self._random = random.Random(seed)
        self._names = sorted({n for q in questions for n in _NAME.findall(q)})
        self._years = sorted({n for q in questions for n in _NUMBER.findall(q)})

    def swap(self, question: str, context: str) -> str | None:
        """Return the question with one word swapped, None where it has none that can be.

        What is put in does not occur in the passage, but for a name that it says beside the
        question's own: then the passage still has what was asked for, of another.
        """
        ways = [self._opposite, self._other_name, self._name_said, self._other_number]
        self._random.shuffle(ways)
        for way in ways:
            swapped = way(question, context)
            if swapped is not None:
                return swapped
        return None

    def _opposite(self, question: str, context: str) -> str | None:
        words = [w for w in re.findall(r"[a-z]+", question) if w in _opposites()]
        if not words:
            return None
        word = self._random.choice(words)
        return re.sub(rf"\b{word}\b", _opposites()[word], question, count=1)

    def _other_name(self, question: str, context: str) -> str | None:
        return self._other(_NAME, self._names, question, context)

    def _name_said(self, question: str, context: str) -> str | None:
        said = sorted({name for name in _NAME.findall(context) if name not in question})
        return self._other(_NAME, said, question, "")

    def _other_number(self, question: str, context: str) -> str | None:
        return self._other(_NUMBER, self._years, question, context)

    def _other(
        self, form: re.Pattern[str], stock: Sequence[str], question: str, context: str
    ) -> str | None:
        found = list(form.finditer(question))
        if not found or not stock:
            return None
        old, new = self._random.choice(found), self._random.choice(stock)
        if new in context or new == old.group():
            return None
        return question[: old.start()] + new + question[old.end() :]


@cache
def _opposites() -> dict[str, str]:
    text = Path(__file__).with_name("opposites.toml").read_text(encoding="utf-8")
    pairs = [line.split() for line in tomllib.loads(text)["pairs"]]
    return {a: b for a, b in pairs} | {b: a for a, b in pairs}
