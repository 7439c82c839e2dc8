"""Measures answers without a language model, by one alone, and by one with our checks.

    python -m benchmarks.with_model --replies FILE [--llm PROVIDER:MODEL --base-url URL]
    python -m benchmarks.with_model --replies FILE --rows DATA/written/questions_dev.jsonl.gz -n 100

Without `--rows` it asks the gold suite of the article that ships; with it, rows of `written`, of
which one in three is a near miss, each asked of a library of its family's articles. The model is
asked for what FILE has no reply to, and its reply is added; without `--llm` such questions are left
out. Its seconds are of the day it was asked. Right: it holds an accepted answer, or is refused
where none is. Wrong: it shows something as supported and is not right.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.metrics.answers import contains_answer, token_f1
from eval.running.asking import exact_words, plain_text
from eval.running.recordings import request_key
from eval.suites.files import load_suite, shipped_suite
from rag import Answer, Article, Assistant, LanguageModel, ModelResponseError, Settings
from rag.citations import SHOWN_AS_TRUE
from rag.llm.registry import load_model
from rag.llm.replies import ReplyReader
from rag.types import Message, Reply
from training.judge_rows import family_of
from training.rows import raw_rows

_NEAR = 3
"""One in so many rows is a near miss."""
_OF_FAMILY = 9
"""Questions of one family, so that its articles are read by the model's server once."""
_SEED = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question with what is right."""

    family: str
    """Of its articles; empty where it is of the article that ships."""
    question: str
    wanted: tuple[tuple[str, ...], ...]
    """What must all be said, each in one of its wordings; empty where a refusal is right."""
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one way of answering makes of a question."""

    refused: bool
    text: str
    """All that is shown as true; empty where nothing is."""
    f1: float
    own: bool = False
    """Whether the model wrote what holds the answer."""
    copied: bool = False
    """Whether it is a sentence of an article, word for word."""
    seconds: float = 0.0

    def right(self, case: Case) -> bool:
        """Say whether it holds an accepted answer, or is refused where none is."""
        if not case.wanted:
            return self.refused
        return not self.refused and _holds(self.text, case)

    def wrong(self, case: Case) -> bool:
        """Say whether it shows something as true and is not right."""
        return not self.refused and bool(self.text) and not self.right(case)


class KeptReplies:
    """A language model whose replies are kept in a file, by question; a `LanguageModel`.

    Args:
        path: Where they are kept, a line each.
        model: Asked for those that are not there; None to raise `LookupError` then.
    """

    def __init__(self, path: Path, model: LanguageModel | None) -> None:
        self._path, self._model = path, model
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.rows = {row["question"]: row for row in map(json.loads, lines)}
        self.changed = 0
        """Replies to a prompt that is another today."""
        first = next(iter(self.rows.values()), {"model": ""})
        self.name = model.name if model else first["model"]
        self.context_window = model.context_window if model else 4096
        self.parameters: Mapping[str, str | int | float] = model.parameters if model else {}

    def complete(self, messages: Sequence[Message]) -> Reply:
        """Return the reply that is kept, or the model's, which is kept from now on."""
        before, _, asked = messages[-1].text.rpartition("Question: ")
        plans = not before
        question = f"plan: {asked}" if plans else asked.partition("\n")[0]
        key = request_key(self.name, {}, messages)
        row = self.rows.get(question)
        if row is None and plans and self._model is None:
            raise ModelResponseError("no plan is kept")
        if row is None:
            row = self._ask(question, key, messages)
        self.changed += row["key"] != key
        return Reply(
            text=row["reply"],
            input_tokens=row["tokens"][0],
            output_tokens=row["tokens"][1],
            requests=1,
            first_token_seconds=row["first"],
        )

    async def acomplete(self, messages: Sequence[Message]) -> Reply:
        """Return as `complete` does."""
        return self.complete(messages)

    def stream(self, messages: Sequence[Message]) -> Iterator[str | Reply]:
        """Yield the reply in one piece, then whole."""
        reply = self.complete(messages)
        yield from (reply.text, reply)

    async def astream(self, messages: Sequence[Message]) -> AsyncIterator[str | Reply]:
        """Yield as `stream` does."""
        for piece in self.stream(messages):
            yield piece

    def _ask(self, question: str, key: str, messages: Sequence[Message]) -> dict[str, object]:
        if self._model is None:
            raise LookupError(question)
        began = time.perf_counter()
        *_, reply = self._model.stream(messages)
        assert isinstance(reply, Reply)
        row = {
            "question": question,
            "key": key,
            "model": self.name,
            "reply": reply.text,
            "tokens": [reply.input_tokens, reply.output_tokens],
            "first": round(reply.first_token_seconds or 0.0, 2),
            "last": round(time.perf_counter() - began, 2),
        }
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
        self.rows[question] = row
        return row


def main() -> None:
    """Ask, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--replies", type=Path, required=True, help="file of the model's replies")
    parser.add_argument("--llm", help="asked for replies that the file does not have")
    parser.add_argument("--base-url", help="of its server")
    parser.add_argument("--prompts", type=Path, help="folder of other prompts")
    parser.add_argument("--rows", type=Path, help="rows of `written` in place of the gold suite")
    parser.add_argument("-n", type=int, default=104, help="questions to draw")
    parser.add_argument("--show", type=Path, help="write what was answered, as JSON lines")
    options = parser.parse_args()
    settings = Settings.load(llm_max_tokens=160, llm_deadline=600.0, prompts=options.prompts)
    if options.base_url:
        settings = settings.changed(llm_base_url=options.base_url)
    model = load_model(options.llm, settings) if options.llm else None
    kept = KeptReplies(options.replies, model)
    cases = _written(options.rows, options.n) if options.rows else gold_cases(options.n)
    homes = _homes(options.rows) if options.rows else {}
    found = list(asked(cases, homes, kept, settings))
    report(found, kept)
    if options.show:
        lines = [json.dumps(_shown(*one), ensure_ascii=False) for one in found]
        options.show.write_text("\n".join(lines) + "\n", encoding="utf-8")


def report(asked: Sequence[tuple[Case, Mapping[str, Said], Answer]], kept: KeptReplies) -> None:
    """Print a line for each way of answering, and what the model took."""
    n = len(asked)
    print(f"{n} questions, {sum(not case.wanted for case, _, _ in asked)} without an answer; "
          f"{kept.name}; {kept.changed} of its prompts are others today")  # fmt: skip
    print(f"{'':12} right wrong refused   F1  own copied")
    for way in ("keyless", "alone", "checked"):
        said = [(case, ways[way]) for case, ways, _ in asked]
        right = [one for case, one in said if case.wanted and one.right(case)]
        f1 = [one.f1 for case, one in said if case.wanted]
        print(
            f"{way:12} {sum(one.right(case) for case, one in said):5}"
            f" {sum(one.wrong(case) for case, one in said):5}"
            f" {sum(one.refused for _, one in said):7} {statistics.mean(f1):5.3f}"
            f" {sum(one.own for one in right) / max(1, len(right)):4.2f}"
            f" {sum(one.copied for one in right) / max(1, len(right)):6.2f}"
        )
    rows = [kept.rows[case.question] for case, _, answer in asked if case.question in kept.rows]
    for name in ("first", "last"):
        took = sorted(row[name] for row in rows)
        print(f"{name} word: median {statistics.median(took):.1f} s, nine in ten within "
              f"{took[len(took) * 9 // 10]:.1f} s")  # fmt: skip
    tokens = [row["tokens"][0] for row in rows]
    print(f"prompt: {statistics.mean(tokens):.0f} tokens, {max(tokens)} at most")
    ours = [ways["checked"].seconds for _, ways, _ in asked]
    print(f"our part: median {statistics.median(ours):.2f} s")


def asked(
    cases: Sequence[Case],
    homes: Mapping[str, Sequence[Article]],
    kept: KeptReplies,
    settings: Settings,
) -> Iterator[tuple[Case, Mapping[str, Said], Answer]]:
    """Yield each case that a reply is there for, what each way of answering said, and the answer.

    Args:
        cases: What is asked.
        homes: The articles of each family.
        kept: The model.
        settings: Of the assistants, each in a library of its own.
    """
    families: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        families[case.family].append(case)
    for family, own in families.items():
        with tempfile.TemporaryDirectory() as folder:
            of_family = settings.changed(library=Path(folder), seeds=not family)
            with Assistant.open(of_family, model=kept) as checked:
                if family:
                    checked.library.add_articles(homes[family])
                else:
                    checked.library.documents()
                keyless = checked.adjusted(model="extractive")
                for case in own:
                    try:
                        answer = checked.ask(case.question)
                    except LookupError:
                        continue
                    quoted = _said(keyless.ask(case.question), case)
                    alone = _alone(kept.rows.get(case.question), case, quoted)
                    ways = {"keyless": quoted, "alone": alone, "checked": _said(answer, case)}
                    yield case, ways, answer


def _said(answer: Answer, case: Case) -> Said:
    true = [s for s in answer.sentences if s.verdict in SHOWN_AS_TRUE]
    written = [s.text for s in true if not s.is_quote] if answer.model != "extractive" else []
    shown = " ".join([answer.short or "", *(part.text for part in answer.parts)])
    quotes = {citation.quote for citation in answer.citations}
    own = answer.status == "answered" and _holds(" ".join(written), case)
    holding = [text for text in written if contains_answer(text, case.answers)]
    words = " ".join(written) if own else exact_words(answer, case.answers)
    return Said(
        refused=answer.status == "abstained",
        text=f"{shown} {plain_text(answer) if len(true) == len(answer.sentences) else ''} "
        f"{' '.join(s.text for s in true)}".strip(),
        f1=token_f1(answer.short or words, case.answers) if case.answers else 0.0,
        own=own,
        copied=own and all(text in quotes for text in holding),
        seconds=answer.seconds,
    )


def _alone(row: Mapping[str, object] | None, case: Case, quoted: Said) -> Said:
    """Return the model's reply as it stands; where it was not asked, what is said without it."""
    if row is None:
        return quoted
    reader = ReplyReader()
    said = [*reader.feed(str(row["reply"])), *reader.finish()]
    text = " ".join(one.claim.text for one in said if not one.declines)
    f1 = token_f1(text, case.answers) if case.answers else 0.0
    return Said(refused=not text, text=text, f1=f1, own=True)


def _holds(text: str, case: Case) -> bool:
    return bool(case.wanted) and all(contains_answer(text, one) for one in case.wanted)


def gold_cases(n: int) -> list[Case]:
    """Draw cases of the suite that ships, so that those asked first are a sample of all."""
    cases = load_suite(shipped_suite()).cases
    return [
        Case(
            family="",
            question=case.question,
            wanted=case.must_include or ((case.answers,) if case.answerable else ()),
            answers=case.answers,
        )
        for case in random.Random(_SEED).sample(cases, min(n, len(cases)))
    ]


def _written(path: Path, n: int) -> list[Case]:
    """Draw questions of our own articles; one in `_NEAR` is a near miss of the articles at hand."""
    chance = random.Random(_SEED)
    families: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in raw_rows(path):
        if family_of(row["title"]) and row.get("kind") != "other":
            families[family_of(row["title"])].append(row)
    drawn: list[dict[str, Any]] = []
    for family in chance.sample(sorted(families), len(families)):
        rows = families[family]
        near = [row for row in rows if row["is_impossible"]]
        able = [row for row in rows if not row["is_impossible"]]
        few = _OF_FAMILY // _NEAR
        drawn += chance.sample(near, min(few, len(near)))
        drawn += chance.sample(able, min(_OF_FAMILY - few, len(able)))
        if len(drawn) >= n:
            break
    return [
        Case(
            family=family_of(row["title"]),
            question=" ".join(row["question"].split()),
            wanted=(tuple(row["answers"]["text"]),) if not row["is_impossible"] else (),
            answers=tuple(row["answers"]["text"]) if not row["is_impossible"] else (),
        )
        for row in drawn[:n]
    ]


def _homes(path: Path) -> Mapping[str, list[Article]]:
    homes: dict[str, list[Article]] = defaultdict(list)
    for row in raw_rows(path.with_name(path.name.replace("questions", "articles"))):
        text = row["context"]
        title = text.partition("\n")[0][:60]
        homes[family_of(row["title"])].append(Article(source=row["title"], title=title, text=text))
    return homes


def _shown(case: Case, ways: Mapping[str, Said], answer: Answer) -> Mapping[str, object]:
    """Return what was asked and answered, to be read."""
    aside = answer.set_aside
    return {
        "question": case.question,
        "wanted": case.wanted,
        "right": {way: said.right(case) for way, said in ways.items()},
        "said": {way: said.text for way, said in ways.items()},
        "sentences": [
            (s.verdict, s.note, s.is_quote, s.text,
             [answer.citations[n - 1].quote for n in s.citations])
            for s in answer.sentences
        ],
        "model": answer.model,
        "aside": [(s.verdict, s.note, s.text) for s in aside.sentences] if aside else None,
    }  # fmt: skip


if __name__ == "__main__":
    main()
