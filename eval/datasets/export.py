"""Writes gold suites in other formats, SQuAD 2.0, BEIR, promptfoo, and gold rows as lines."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

from eval.suites.cases import GoldCase, SourceText, Suite, locate

Format = Literal["squad", "beir", "promptfoo"]
_ASK = """exec: sh -c 'footnote ask -- "$0"'"""
"""promptfoo appends the prompt, its options and its context; only the first is a question."""
Texts = Mapping[str, tuple[SourceText, ...]]


def as_squad(suite: Suite, texts: Texts) -> str:
    """Return the suite as SQuAD 2.0 JSON: a paragraph is a whole document.

    A case's paragraph is its first evidence's document, and its answers are those that are
    literally in its evidence; a case without such an answer gives its first quote as the answer.
    Unanswerable cases are impossible questions of the first document. Cases without evidence, and
    unanswerable ones where no case has any, are left out, as are those with a history in all three
    formats: their questions do not stand alone.

    Raises:
        EvidenceError: a quote is not in the documents once.
    """
    paragraphs: dict[str, list[dict[str, object]]] = {name: [] for name in texts}
    for case in _alone(suite):
        name = case.evidence[0].document if case.evidence else next(iter(texts), "")
        if name and (case.evidence or not case.answerable):
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
    asked = [case for case in _alone(suite) if case.evidence]
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

    What is accepted, required and forbidden become assertions on the printed answer; unanswerable
    cases expect the sentence that says so.
    """
    import yaml

    content = {
        "description": f"Footnote suite {suite.name}",
        "prompts": ["{{question}}"],
        "providers": [_ASK],
        "tests": [
            {
                "description": case.id,
                "vars": {"question": case.question},
                "assert": list(_assertions(case)),
                "metadata": {"tags": list(case.tags), "critical": case.critical},
            }
            for case in _alone(suite)
        ],
    }
    return str(yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100))


def as_lines(rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _alone(suite: Suite) -> list[GoldCase]:
    return [case for case in suite.cases if not case.history]


def _assertions(case: GoldCase) -> Iterator[dict[str, object]]:
    if not case.answerable:
        told = ["The documents do not say", "No answer found"]
        yield {"type": "icontains-any", "value": told}
    elif case.answers:
        yield {"type": "icontains-any", "value": list(case.answers)}
    for wordings in case.must_include:
        yield {"type": "icontains-any", "value": list(wordings)}
    for part in case.must_not_include:
        yield {"type": "not-icontains", "value": part}


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
