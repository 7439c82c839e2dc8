"""Finds what is wrong with gold files; proposes new evidence where a quote is gone, and writes it.

What is nearest is told by words, each counting for more the rarer it is in the document. No
printing and no asking.
"""

import codecs
import json
import math
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from pathlib import Path

from eval.metrics.answers import contains_answer
from eval.suites.cases import (
    Documents,
    EvidenceError,
    GoldCase,
    GoldError,
    Quote,
    locate,
    named,
    same_question,
    source_texts,
    unproven,
)
from eval.suites.files import YAML_SUFFIXES, empty_file, load_suite, read_cases
from eval.suites.new_cases import alone
from rag import Document, OperationError
from rag.internal import places, read_named, whole_file

_LEAST = 0.3
"""Likeness, 0 to 1, under which a sentence is no proposal."""
_MOST_SENTENCES = 4
"""That one quote may become."""
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """A quote that is gone from its document, and what stands there now."""

    case: GoldCase
    index: int
    """Of the quote in the case's evidence, from 0."""
    new: str
    """Whole sentences of the document, there once; empty where nothing in it is near."""
    loses_answer: bool
    """Whether the old quote had an accepted answer and the new one has none."""

    @property
    def old(self) -> Quote:
        """The quote as it stands in the file."""
        return self.case.evidence[self.index]


def lint(paths: Iterable[Path], documents: Documents | None = None) -> Iterator[str]:
    """Yield everything that is wrong with the files, `file:line: what` each.

    Args:
        paths: gold files.
        documents: where the evidence should be; None leaves it unchecked.

    Raises:
        GoldError: a file is empty; raised after what is wrong with the others.
    """
    empty = []
    for path in paths:
        found = list(read_cases(path))
        cases = [case for case in found if not isinstance(case, GoldError)]
        yield from (str(case) for case in found if isinstance(case, GoldError))
        yield from _asked_twice(cases)
        yield from _contradictions(cases)
        if documents is not None:
            yield from _evidence(cases, documents)
        if not found:
            empty.append(path)
    if empty:
        raise empty_file(empty[0])


def unsure(paths: Iterable[Path]) -> Iterator[str]:
    """Yield a note for each case whose expected answer is in none of its quotes or has no word.

    Such a case can be right, so it is no mistake.
    """
    for path in paths:
        for case in read_cases(path):
            if isinstance(case, GoldCase):
                notes = (unproven_note(case), *_wordless(case))
                yield from (f"{case.place}: {note}" for note in notes if note)


def unproven_note(case: GoldCase) -> str:
    """Return that the expected answer is in none of the quotes, in words; empty where it is."""
    if not unproven(case.answers, case.evidence):
        return ""
    return (
        f"note: the expected answer {' or '.join(map(repr, case.answers))} is not in the quote "
        "given as proof, so one of them may be wrong: check both"
    )


def renewals(
    cases: Iterable[GoldCase], documents: Documents
) -> tuple[tuple[Renewal, ...], tuple[str, ...]]:
    """Propose a renewal for each quote that its document lacks.

    Returns:
        The renewals in the order of the file, and what cannot be renewed, `file:line: why`: the
        document is not in the library, or the quote stands there more than once.
    """
    cases = tuple(cases)
    names = {quote.document for case in cases for quote in case.evidence}
    texts, meant = source_texts(documents, names), named(documents, names)
    whole = {name: documents.document(found[0].id) for name, found in meant.items()}
    found, others = list[Renewal](), list[str]()
    for case in cases:
        for index, quote in enumerate(case.evidence):
            try:
                locate(replace(case, evidence=(quote,)), texts)
            except EvidenceError as error:
                sources = texts.get(quote.document, ())
                if sources and not any(places(one.text, quote.quote) for one in sources):
                    found.append(_renewal(case, index, whole[quote.document]))
                else:
                    others.append(f"{case.place}: {error}")
    return tuple(found), tuple(others)


def renew(path: Path, accepted: Sequence[Renewal]) -> None:
    """Put the new quotes in place of the old ones; all else of the file stays byte for byte.

    Args:
        path: a gold file, JSON Lines or YAML.
        accepted: as `renewals` proposed them of this file; none leaves it alone.

    Raises:
        GoldError: the file is packed, or was changed since, or a quote is written in a way that
            cannot be replaced for sure. It is as it was.
        OperationError: it cannot be written; it is as it was.
    """
    if not accepted:
        return
    if path.name.endswith(".gz"):
        raise GoldError(f"{str(path)!r} is packed: unpack it, then repair it")
    with alone(path):
        try:
            before = read_named(path)
            with whole_file(path) as part:
                part.write_bytes(_renewed(path, before, accepted))
        except OSError as error:
            raise OperationError(
                f"{str(path)!r} cannot be written ({error.strerror}): check the path"
            ) from error


def _renewal(case: GoldCase, index: int, document: Document) -> Renewal:
    old = case.evidence[index].quote
    new = _nearest(old, document)
    had, has = (contains_answer(text, case.answers) for text in (old, new))
    return Renewal(case=case, index=index, new=new, loses_answer=had and not has)


def _nearest(quote: str, document: Document) -> str:
    """Return the run of sentences most like the quote that stands in the document once."""
    words = [Counter(_words(sentence.text)) for sentence in document.sentences]
    holders = Counter(word for found in words for word in found)
    weight = {word: math.log(1 + len(words) / n) for word, n in holders.items()}
    unknown = math.log(1 + len(words))
    wanted = Counter(_words(quote))
    ranked = []
    for first in range(len(words)):
        held = Counter[str]()
        for last in range(first, min(first + _MOST_SENTENCES, len(words))):
            held += words[last]
            ranked.append((-_likeness(wanted, held, weight, unknown), last - first, first, last))
    for less, _, first, last in sorted(ranked):
        text = document.text[document.sentences[first].start : document.sentences[last].end]
        if -less < _LEAST:
            break
        if len(places(document.text, text)) == 1:
            return text
    return ""


def _likeness(
    one: Counter[str], other: Counter[str], weight: Mapping[str, float], unknown: float
) -> float:
    """Return the weighted F1 of two bags of words, 0 to 1."""
    common, all_one, all_other = (
        sum(n * weight.get(word, unknown) for word, n in bag.items())
        for bag in (one & other, one, other)
    )
    return 2 * common / (all_one + all_other) if common else 0.0


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _renewed(path: Path, before: bytes, accepted: Sequence[Renewal]) -> bytes:
    """Return the file's bytes with the quotes replaced, having read them back as cases."""
    wanted = {(one.case.id, one.index): one for one in accepted}
    try:
        cases = _cases(path, before)
        expected = [_with(case, wanted) for case in cases]
        same = {case.id: case.evidence for case in cases}
        if all(same.get(one.case.id) == one.case.evidence for one in accepted):
            after = _replaced(before, _spans(path, before), cases, wanted)
            # A quote of several lines becomes one, so that later cases begin earlier.
            if [replace(case, line=None) for case in _cases(path, after)] == expected:
                return after
    except GoldError:
        pass  # what is wrong with the file, the next reading of it tells with its line
    raise GoldError(
        f"{str(path)!r} was not repaired: it changed meanwhile, or a quote is written in a way "
        "that is not safe to replace; run the command again, or edit it by hand"
    )


def _replaced(
    data: bytes,
    spans: Mapping[int, Sequence[tuple[int, int]]],
    cases: Sequence[GoldCase],
    wanted: Mapping[tuple[str, int], Renewal],
) -> bytes:
    line_of = {case.id: case.line or 0 for case in cases}
    places_of = [
        (*found[index], one.new)
        for (case_id, index), one in wanted.items()
        if index < len(found := spans.get(line_of[case_id], ()))
    ]
    for start, end, new in sorted(places_of, reverse=True):
        old = data[start:end]
        literal = json.dumps(new, ensure_ascii=old.isascii() and b"\\u" in old)
        ended = old[len(old.rstrip(b" \r\n")) :]
        data = data[:start] + literal.encode("utf-8") + ended + data[end:]
    return data


def _with(case: GoldCase, wanted: Mapping[tuple[str, int], Renewal]) -> GoldCase:
    evidence = tuple(
        replace(quote, quote=wanted[case.id, n].new) if (case.id, n) in wanted else quote
        for n, quote in enumerate(case.evidence)
    )
    return replace(case, evidence=evidence, line=None)


def _cases(path: Path, data: bytes) -> list[GoldCase]:
    """Return the cases of a file of this name with these bytes, but for the lines they are on."""
    with tempfile.TemporaryDirectory(prefix="footnote-gold-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(data)
        return [replace(case, place="") for case in load_suite(copy).cases]


def _spans(path: Path, data: bytes) -> dict[int, list[tuple[int, int]]]:
    """Return where each quote of a case is written, by the line on which the case begins."""
    if path.suffix.lower() in YAML_SUFFIXES:
        return dict(_yaml_spans(data))
    found, start = dict[int, list[tuple[int, int]]](), 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        strings = list(_STRINGS.finditer(line))
        found[number] = [
            (start + value.start(), start + value.end())
            for key, value in pairwise(strings)
            if key.group() == b'"quote"' and line[key.end() : value.start()].strip() == b":"
        ]
        start += len(line)
    return found


def _yaml_spans(data: bytes) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    import yaml

    mark = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    text = data[mark:].decode("utf-8")

    def at(index: int) -> int:
        return mark + len(text[:index].encode("utf-8"))

    def values(node: yaml.Node, key: str) -> list[yaml.Node]:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        return [value for name, value in pairs if name.value == key]

    for case in yaml.compose(text, Loader=yaml.SafeLoader).value:
        quotes = [
            quote
            for evidence in values(case, "evidence")
            for entry in evidence.value
            for quote in values(entry, "quote")
        ]
        yield (
            case.start_mark.line + 1,
            [(at(one.start_mark.index), at(one.end_mark.index)) for one in quotes],
        )


def _asked_twice(cases: Iterable[GoldCase]) -> Iterator[str]:
    places = dict[tuple[object, ...], str]()
    for case in cases:
        asked = (*(earlier.question for earlier in case.history), case.question)
        question = (case.scope, *map(same_question, asked))
        if question in places:
            first = places[question]
            yield f"{case.place}: the question of {case.id!r} is asked already at {first}"
        places.setdefault(question, case.place)


def _contradictions(cases: Iterable[GoldCase]) -> Iterator[str]:
    """Yield where a right answer has what must not be said, so that the case cannot be right."""
    for case in cases:
        for part in case.must_not_include:
            if any(contains_answer(answer, (part,)) for answer in case.answers):
                yield (
                    f"{case.place}: {case.id!r} must not say {part!r}, which an accepted answer "
                    "says: remove one of the two"
                )


def _wordless(case: GoldCase) -> Iterator[str]:
    """Yield a note for what is looked for in the reply and has neither a letter nor a digit."""
    parts = {"answers": case.answers, "must_include": tuple(chain(*case.must_include))}
    for key, texts in parts.items():
        for text in texts:
            if not any(map(str.isalnum, text)):
                yield (
                    f"note: {key} has {text!r}, in which there is no word: it is found only where "
                    "it stands between blanks"
                )


def _evidence(cases: Iterable[GoldCase], documents: Documents) -> Iterator[str]:
    cases = tuple(cases)
    texts = source_texts(documents, {quote.document for c in cases for quote in c.evidence})
    for case in cases:
        try:
            locate(case, texts)
        except EvidenceError as error:
            yield f"{case.place}: {error}"
