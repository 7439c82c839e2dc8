"""Writes gold suites in other formats, SQuAD 2.0, BEIR, promptfoo, and gold rows as lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from eval.metrics.answers import spaced
from eval.suites.cases import GoldCase, SourceText, Suite, locate

Format = Literal["squad", "beir", "promptfoo"]
_ASK = """exec: sh -c 'footnote ask --json -- "$0"'"""
"""promptfoo appends the prompt, its options and its context; only the first is a question."""
_ABSTAINED = "Abstained: "
_SAID = (
    '(answer => answer.status === "answered"'
    ' ? [answer.short, ...answer.sentences.map(one => one.text)].filter(Boolean).join(" ")'
    f' : "{_ABSTAINED}" + answer.text)(JSON.parse(output))'
)
"""What was said, without quotes and nearest passages, which hold words of other sentences."""
_WORDS = (
    r"""" " + output.normalize("NFKC").toLowerCase().replace(/(?<=\d)[.,'’](?=\d)/g, "")"""
    r""".replace(/[\p{P}$+<=>^`|~]/gu, " ").replace(/\b(a|an|the)\b/g, " ")"""
    r'''.split(/\s+/).filter(Boolean).join(" ") + " "'''
)
"""The same as `eval.metrics.answers.spaced`, so that "2" is not in "27", nor "no" in "now"."""
Texts = Mapping[str, tuple[SourceText, ...]]


def left_out(suite: Suite, form: Format) -> tuple[str, ...]:
    """Return the ids of the cases that a format cannot hold.

    None holds a case with a history, whose question does not stand alone. SQuAD and BEIR need
    evidence, SQuAD none for an unanswerable case where another case has some. promptfoo fills
    templates everywhere, so it would change a question with `{{`, `{%` or `{#`.
    """
    evidence = any(case.evidence for case in suite.cases if not case.history)
    return tuple(case.id for case in suite.cases if not _fits(case, form, evidence=evidence))


def as_squad(suite: Suite, texts: Texts) -> str:
    """Return the suite as SQuAD 2.0 JSON: a paragraph is a whole document.

    A case's paragraph is its first evidence's document, and its answers are those that are
    literally in its evidence; a case without such an answer gives its first quote as the answer.
    Unanswerable cases are impossible questions of the first document. What `left_out` names is not
    there.

    Raises:
        EvidenceError: a quote is not in the documents once.
    """
    paragraphs: dict[str, list[dict[str, object]]] = {name: [] for name in texts}
    for case in _kept(suite, "squad"):
        name = case.evidence[0].document if case.evidence else next(iter(texts))
        paragraphs[name].append(_question(case, texts))
    data = [
        {"title": name, "paragraphs": [{"context": texts[name][0].text, "qas": questions}]}
        for name, questions in paragraphs.items()
    ]
    return json.dumps({"version": "v2.0", "data": data}, ensure_ascii=False, indent=1) + "\n"


def write_beir(suite: Suite, texts: Texts, folder: Path) -> None:
    """Write the suite as a BEIR set: its documents, the questions with evidence, and judgements.

    Raises:
        OSError: a file cannot be written.
    """
    asked = _kept(suite, "beir")
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    documents = ({"_id": name, "title": "", "text": found[0].text} for name, found in texts.items())
    queries = ({"_id": c.id, "text": c.question} for c in asked)
    (folder / "corpus.jsonl").write_text(as_lines(documents), encoding="utf-8")
    (folder / "queries.jsonl").write_text(as_lines(queries), encoding="utf-8")
    pairs = [(c.id, name) for c in asked for name in dict.fromkeys(q.document for q in c.evidence)]
    rows = ["query-id\tcorpus-id\tscore", *(f"{case}\t{name}\t1" for case, name in pairs)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")


def as_promptfoo(suite: Suite) -> str:
    """Return the suite as a promptfoo configuration in YAML that asks through the command.

    What is accepted, required and forbidden become assertions on what was said, compared as whole
    words; unanswerable cases expect no answer. Evidence is not exported: whether it was cited, only
    `footnote eval` checks. Made for promptfoo 0.123, which needs Node.js 22.
    """
    import yaml

    content = {
        "description": f"Footnote suite {suite.name}",
        "prompts": ["{{question}}"],
        "providers": [_ASK],
        "defaultTest": {"options": {"transform": _SAID}},
        "tests": [
            {
                "description": case.id,
                "vars": {"question": case.question},
                "assert": list(_assertions(case)),
                "metadata": {"tags": list(case.tags), "critical": case.critical},
            }
            for case in _kept(suite, "promptfoo")
        ],
    }
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100))


def as_lines(rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _kept(suite: Suite, form: Format) -> list[GoldCase]:
    lost = left_out(suite, form)
    return [case for case in suite.cases if case.id not in lost]


def _fits(case: GoldCase, form: Format, *, evidence: bool) -> bool:
    if case.history:
        return False
    if form == "promptfoo":
        return not any(mark in case.question for mark in ("{{", "{%", "{#"))
    return bool(case.evidence) or (form == "squad" and evidence and not case.answerable)


def _assertions(case: GoldCase) -> Iterator[dict[str, object]]:
    if not case.answerable:
        yield {"type": "starts-with", "value": _ABSTAINED}
        return
    yield {"type": "not-starts-with", "value": _ABSTAINED}
    for wordings in (case.answers, *case.must_include):
        yield _words("contains-any", wordings)
    if case.must_not_include:
        yield _words("not-contains-any", case.must_not_include)


def _words(kind: str, wordings: Iterable[str]) -> dict[str, object]:
    values = [f" {spaced(wording) or wording} " for wording in wordings]
    return {"type": kind, "value": values, "transform": _WORDS}


def _question(case: GoldCase, texts: Texts) -> dict[str, object]:
    return {
        "id": case.id,
        "question": case.question,
        "is_impossible": not case.answerable,
        "answers": list(_answers(case, texts)),
    }


def _answers(case: GoldCase, texts: Texts) -> Iterator[dict[str, object]]:
    if not case.evidence:
        return
    text = texts[case.evidence[0].document][0].text
    _, start, end = locate(case, texts)[0]
    places = [(answer, text.find(answer, start, end)) for answer in case.answers]
    found = [(answer, place) for answer, place in places if place >= 0]
    for answer, place in found or [(text[start:end], start)]:
        yield {"text": answer, "answer_start": place}
