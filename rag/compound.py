"""Tells the parts of a question that asks several things, and puts each in full; nothing is found.

"How many died and where was it?" asks two things, "What did Hegseth and Nakatani agree on?" one:
a part begins where a word asks anew, with a clause of its own or that of the part before. What a
part's pronoun stands for is taken from the others, as a follow-up takes it from the turn before.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from index.data_files import data_toml, filled
from index.terms import content_terms
from rag.question import Question, any_of, read_question
from rag.types import Turn

LONGEST_READ = 400
"""Characters of a question that is taken apart; a longer one is answered as a whole."""
_MOST = 5
"""Parts of a question; one of more is left whole."""
_LEAST = 2
"""Words from which a piece is a question and not a word that asks alone."""
_LONGEST = 4
"""Words that stand for a pronoun beyond its own; a longer phrase was not told from its verb."""
_JOINED = re.compile(r"\b(?:and|but|or)\b|[,;]|\?\s+\w", re.IGNORECASE)
"""What every question of several parts has; the other forms take time to compile."""
_END = re.compile(r"[\s?!.,;]+$")
_JOIN = re.compile(r"\s*(?:,\s*and\b|,|;|\band\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One of the things that a question asks."""

    asked: str
    """As it is shown: "Where was it?"."""
    question: Question
    """As it is searched for: what its pronoun stands for is put in."""


def parts_of(question: Question) -> tuple[Part, ...]:
    """Return what a question asks, in its order; empty where that is one thing.

    Args:
        question: Put in full as a whole.
    """
    if len(question.text) > LONGEST_READ or not _JOINED.search(question.text):
        return ()
    plain = _form("request_led").sub("", question.text.replace("’", "'"))
    pieces = [piece for sentence in _sentences(plain) for piece in _pieces(sentence)]
    if not 1 < len(pieces) <= _MOST:
        return ()
    asked = _completed(pieces)
    return tuple(
        Part(
            asked=f"{_upper(piece)}?" if n and _form("bare").fullmatch(piece) else own,
            question=_searched(own, [*asked[:n][::-1], *asked[n + 1 :]]),
        )
        for n, (piece, own) in enumerate(zip(pieces, asked, strict=True))
    )


def _sentences(text: str) -> list[str]:
    """Return the questions of a text; with a statement among them it stays whole."""
    found = [part for part in re.split(r"(?<=\?)\s+(?=\w)", text) if part.strip()]
    return found if all(_asks_itself(part) for part in found) else [text]


def _pieces(sentence: str) -> list[str]:
    """Cut a question where another begins; a piece begins with the words that ask."""
    bare = _END.sub("", sentence)
    shared = _form("shared").match(bare)
    if shared:
        asks = [word for word in re.split(_JOIN, shared["asks"]) if word]
        return [f"{word} {shared['clause']}" for word in asks]
    tail = _form("tail").search(bare)
    if tail is None or not _asks_itself(bare[: tail.start()]):
        return _cut(bare)
    alone = [word for word in re.split(_JOIN, tail.group()) if word]
    return [*_cut(bare[: tail.start()]), *alone]


def _cut(bare: str) -> list[str]:
    """Cut where an "and" leads a question, unless it goes on with one inside the first."""
    pieces, begin = [], 0
    for match in _form("anew").finditer(bare):
        before = bare[begin : match.start()]
        inverted = _form("inverted").match(bare, match.end())
        inside = _form("inside").search(before) and not inverted
        if _asks_itself(before) and not inside and (inverted or not _is_yes_no(before)):
            pieces.append(before)
            begin = match.end()
    return [piece for part in (*pieces, bare[begin:]) if (piece := _END.sub("", part).strip())]


def _is_yes_no(piece: str) -> bool:
    return read_question(piece).expects == "yes_no"


def _asks_itself(piece: str) -> bool:
    """Say whether words are a question: some that ask, and one more at least."""
    return bool(_form("opens").match(piece)) and len(piece.split()) >= _LEAST


def _completed(pieces: Sequence[str]) -> list[str]:
    """Put into each piece what it leaves out of one before, and end it with a question mark."""
    whole: list[str] = []
    for piece in pieces:
        filled = _filled(piece, whole[0]) if whole else piece
        whole.append(f"{_upper(filled)}?")
    return whole


def _filled(piece: str, before: str) -> str:
    """Return a piece with the noun or the clause that it shares with the question before."""
    if _form("bare").fullmatch(piece):
        return _asked_of(piece, before)
    counted, noun = _form("counted").match(piece), _form("noun").match(before)
    if counted and noun and noun["asks"].casefold() == counted["asks"].casefold():
        piece = f"{piece[: counted.end('asks')]} {noun['noun']}{piece[counted.end('asks') :]}"
    asks = _form("asks").match(piece)
    if asks is None or not _form("fragment").match(piece[asks.end() :].strip()):
        return piece
    clause = _form("asks").sub("", before.rstrip("?"), count=1).strip()
    rest = piece[asks.end() :].strip()
    return f"{asks.group().strip()} {_without(rest.partition(' ')[0], clause)} {rest}"


def _without(preposition: str, clause: str) -> str:
    """Return a clause without its end that another takes the place of: "in February"."""
    start, _, end = clause.casefold().rpartition(f" {preposition.casefold()} ")
    replaced = _form("place").match(f"{preposition} ") and 0 < len(end.split()) <= _LONGEST
    return clause[: len(start)] if start and replaced else clause


def _asked_of(word: str, before: str) -> str:
    """Return the question before as one of "why" or "when": of "Who was hurt?" how they were."""
    passive = _form("passive").match(before)
    if passive:
        many = {"is": "are", "was": "were", "has": "have"}
        auxiliary = passive["auxiliary"].casefold()
        return f"{word} {many.get(auxiliary, auxiliary)} they {passive['rest']}"
    return _after(f"{word}?", before).rstrip("?")


def _searched(own: str, others: Sequence[str]) -> Question:
    """Put in what a pronoun of a part stands for; else what is asked besides goes with it."""
    from rag.follow_up import leans

    plain = f"{own[:1].lower()}{own[1:]}"
    pronoun, points = leans(plain), _form("points").search(plain)
    alone = [other for other in others if not leans(f"{other[:1].lower()}{other[1:]}")]
    if pronoun and not points and not _follows_noun(plain, pronoun):
        for other in alone:
            put = _resolved(plain, pronoun, other)
            if put:
                return read_question(_upper(put))
    known = bool(alone) and set(content_terms(own)) <= set(content_terms(alone[0]))
    if alone and ((pronoun and not known) or points or not content_terms(own)):
        return read_question(f"{own.rstrip('?')} ({alone[0].rstrip('?')})?")
    return read_question(own)


def _follows_noun(plain: str, pronoun: re.Match[str]) -> bool:
    """Say whether a noun of the part goes before its pronoun, which may stand for that."""
    return bool(_form("determined").search(plain[: pronoun.start()]))


def _resolved(plain: str, pronoun: re.Match[str], other: str) -> str | None:
    """Return a part with what another is about in the place of its pronoun; None if not told."""
    meant = _form("planned").match(other)
    if meant and (short := _form("really").match(plain)):
        return f"{short.group()} {meant['what']} {meant['rest']}?"
    about = meant or _form("about").match(other) or _form("does").match(other)
    if about:
        return _put(plain, pronoun, about["what"])
    put = _after(plain, other)
    near = len(put.split()) <= len(plain.split()) + _LONGEST
    return put if put != plain and near else None


def _after(asked: str, before: str) -> str:
    """Return a question as it is meant after another one."""
    from rag.follow_up import stand_alone

    return stand_alone(read_question(asked), [Turn(question=before, text="")]).text


def _put(asked: str, pronoun: re.Match[str], what: str) -> str:
    """Return a question with a noun in the place of its pronoun."""
    word, rest = pronoun.group().casefold(), asked[pronoun.end() :]
    owns = word in ("its", "their", "his") or (word == "her" and re.match(r" \w", rest))
    return f"{asked[: pronoun.start()]}{what}{chr(39) + 's' if owns else ''}{rest}"


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


@cache
def _form(name: str) -> re.Pattern[str]:
    """Return a form of `rag/data/compound.toml`."""
    return re.compile(_hole(name), re.IGNORECASE)


def _hole(name: str) -> str:
    """Return what stands for `<name>` in a form: another one, or any word of a list."""
    data = _data()
    if name in data["forms"]:
        return filled(data["forms"][name], _hole)
    if name not in data["words"]:
        return any_of("asks", name)
    listed = data["words"][name]
    words = listed.split(", ") if "," in listed else listed.split()
    return f"(?:{'|'.join(re.escape(word) for word in words)})"


@cache
def _data() -> Mapping[str, Mapping[str, str]]:
    return data_toml("rag", "compound.toml")
