"""Inputs that make a regular expression work hard, made from its own parse tree.

For each part of a pattern that may repeat without a small bound: the shortest text that leads to
it, the repeated part many times over, and an end at which the match fails.
"""

import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]  # the parser has no public name
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

ALPHABET = " \ta1A.,-_\n\"'’“[](){}<>*#|:;/!?&`~=+%$@^\\é…–s\u00a00x"
"""Characters that pumps are made of; a class is tried with those of them that it holds."""
LONG = 25
"""Repetitions up to which a part is bounded and no pump."""
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_ENDS = ("", "\0", "\0\0a")


def inputs(pattern: re.Pattern[str]) -> list[tuple[str, str, str]]:
    """Return beginnings, pumps and ends by which a pattern is to be measured; each once."""
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.DEBUG)
    found: dict[tuple[str, str, str], None] = {}
    for before, body in _repeats(list(tree), ""):
        for pump in _pumps(body, pattern):
            for end in _ENDS:
                found[before, pump, end] = None
            found["", before + pump, ""] = None
    for sign in ALPHABET:
        found["", sign, "\0"] = None
    return list(found)


def _repeats(items: list[Any], before: str) -> Iterator[tuple[str, list[Any]]]:
    """Yield what leads to each long repeat, and the repeated part."""
    for kind, value in items:
        for inner in _inside(kind, value):
            yield from _repeats(inner, before)
        if kind in _REPEATS and value[1] > LONG:
            yield before, list(value[2])
        before += _shortest([(kind, value)])


def _inside(kind: Any, value: Any) -> list[list[Any]]:
    if kind in _REPEATS:
        return [list(value[2])]
    if kind is op.SUBPATTERN:
        return [list(value[3])]
    if kind is op.BRANCH:
        return [list(branch) for branch in value[1]]
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [list(value[1])]
    if kind is op.ATOMIC_GROUP:
        return [list(value)]
    return []


def _pumps(body: list[Any], pattern: re.Pattern[str]) -> list[str]:
    """Return texts that a repeated part matches, one repetition each, and pairs of such signs."""
    if len(body) == 1 and not _inside(*body[0]):
        signs = [sign for sign in ALPHABET if _holds(*body[0], sign, pattern.flags)]
        # A sign and its neighbour: what two parts beside each other share is where they quarrel.
        return signs + [signs[n] + signs[n - 1] for n in range(1, len(signs), 3)]
    return list(dict.fromkeys(_samples(body)))


def _samples(body: list[Any]) -> list[str]:
    """Return some texts that a part matches: one for each of its branches, short and long."""
    found = [""]
    for kind, value in body:
        if kind is op.BRANCH:
            ways = [each for branch in value[1] for each in _samples(list(branch))]
        elif kind is op.SUBPATTERN:
            ways = _samples(list(value[3]))
        elif kind in _REPEATS:
            once = _samples(list(value[2]))
            ways = (["", *once] if not value[0] else [each * value[0] for each in once])[:6]
        elif kind is op.ATOMIC_GROUP:
            ways = _samples(list(value))
        else:
            ways = [_shortest([(kind, value)])]
        found = [text + way for text in found[:4] for way in ways[:6]]
    return [text for text in found if text]


def _shortest(items: list[Any]) -> str:
    """Return a short text that some parts match, one after the other."""
    text = ""
    for kind, value in items:
        if kind is op.LITERAL:
            text += chr(value)
        elif kind in (op.IN, op.NOT_LITERAL, op.ANY, op.CATEGORY):
            text += next((sign for sign in "a1 -" + ALPHABET if _holds(kind, value, sign, 0)), "a")
        elif kind in _REPEATS:
            text += _shortest(list(value[2])) * value[0]
        elif kind is op.BRANCH:
            text += min((_shortest(list(branch)) for branch in value[1]), key=len)
        elif kind in (op.SUBPATTERN, op.ATOMIC_GROUP):
            text += _shortest(list(value[3] if kind is op.SUBPATTERN else value))
    return text


def _holds(kind: Any, value: Any, sign: str, flags: int) -> bool:
    """Tell whether a part that matches one character matches this one."""
    if kind is op.LITERAL:
        return sign == chr(value)
    if kind is op.NOT_LITERAL:
        return sign != chr(value)
    if kind is op.ANY:
        return sign != "\n" or bool(flags & re.DOTALL)
    if kind is op.IN:
        negated = value[0][0] is op.NEGATE
        return negated != any(_is_in(each, sign) for each in value if each[0] is not op.NEGATE)
    return False


def _is_in(member: tuple[Any, Any], sign: str) -> bool:
    kind, value = member
    if kind is op.LITERAL:
        return sign == chr(value)
    if kind is op.RANGE:
        return value[0] <= ord(sign) <= value[1]
    if kind is op.CATEGORY:
        return {
            op.CATEGORY_DIGIT: sign.isdigit(),
            op.CATEGORY_NOT_DIGIT: not sign.isdigit(),
            op.CATEGORY_SPACE: sign.isspace(),
            op.CATEGORY_NOT_SPACE: not sign.isspace(),
            op.CATEGORY_WORD: sign.isalnum() or sign == "_",
            op.CATEGORY_NOT_WORD: not (sign.isalnum() or sign == "_"),
        }[value]
    return False
