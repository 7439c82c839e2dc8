"""Repeats the tables of answers and of the judge, and holds them against those that were kept.

    python -m benchmarks.scoreboard [GROUP ...] [--data FOLDER] [--sample 120] [--keep]

Groups: `gold` (the suite that ships), `five` (a hundred questions over five articles), `claims`
(claims by hand), `model` (a language model's kept replies, alone and checked), and with `--data`,
a folder of rows that are no part of the project, `written` (questions in other words, near misses,
yes or no, two articles, claims). Each row is a share of the same questions each time, kept with
what became of each (`scoreboard.json`), so that the noise is that of the questions that turned:
McNemar's exact test, by Holm over the rows that turned at all. Exit code 1 where a row fell by more
than that, 2 where a row cannot be compared. `--keep` writes today's in place of what was kept.
"""

import argparse
import hashlib
import json
import random
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.with_model import KeptReplies, asked, gold_cases
from eval.metrics.answers import contains_answer
from eval.metrics.statistics import holm, mcnemar
from eval.results import CaseResult
from eval.running.suite import run
from eval.suites.files import load_suite, shipped_suite
from rag import Article, Assistant, Settings
from rag.internal import seed_paths
from training.judge_rows import family_of
from training.rows import raw_rows

ROOT = Path(__file__).parent.parent
KEPT = Path(__file__).with_name("scoreboard.json")
_SEED = 28
_LIKELY = 0.05
_ARTICLES = ("articles_train", "articles_dev")
_QUESTIONS = ("questions_dev", "plain_dev", "yes_no_dev", "claims_dev", "two_articles_dev")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the board: what became of each question."""

    name: str
    ids: tuple[str, ...]
    held: tuple[bool, ...]
    """Whether what the name says holds of each."""
    good: bool = True
    """Whether more is better."""

    @property
    def digest(self) -> str:
        """Which questions they are."""
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()[:12]

    @property
    def bits(self) -> str:
        """What became of each, a digit each."""
        return "".join(str(int(one)) for one in self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A row beside the one that was kept."""

    row: Row
    before: float | None
    """None where none was kept, or of other questions."""
    turned: tuple[int, int]
    """Questions that turned for the worse, and for the better."""
    p_value: float


def row(name: str, found: Mapping[str, bool], *, good: bool = True) -> Row:
    """Return a row of what became of each question, by its id."""
    return Row(name=name, ids=tuple(found), held=tuple(found.values()), good=good)


def gold() -> Iterator[Row]:
    """Ask the suite that ships."""
    with library(*seed_paths()) as assistant:
        cases = run(assistant, load_suite(shipped_suite())).cases
    yield row("shipped suite: right", {case.id: case.passed for case in cases})
    able = [case for case in cases if case.answerable]
    yield row("shipped suite: answered, of those with an answer", answered(able))
    rest = [case for case in cases if not case.answerable]
    yield row("shipped suite: answered, of those without", answered(rest), good=False)


def five() -> Iterator[Row]:
    """Ask the hundred questions over five articles, a row a kind."""
    folder = ROOT / "eval/gold/five_articles"
    with library(*sorted(folder.glob("*.md"))) as assistant:
        cases = run(assistant, load_suite(folder.with_suffix(".jsonl"))).cases
    for kind in ("compound", "list", "compare", "overview", "follow_up"):
        own = {case.id: case.passed for case in cases if kind in case.tags}
        yield row(f"five articles, {kind.replace('_', ' ')}: right", own)


def claims() -> Iterator[Row]:
    """Check the claims by hand over their articles."""
    rows = [json.loads(line) for line in (ROOT / "eval/gold/claims.jsonl").open(encoding="utf-8")]
    with library(ROOT / "tests/data/claims", *seed_paths()) as assistant:
        passed = {one["id"]: _supported(assistant, one) for one in rows}
    due = {one["id"]: one["verdict"] == "supported" for one in rows}
    true, false = (
        {name: passed[name] for name in due if due[name] is one} for one in (True, False)
    )
    yield row("claims by hand: true ones supported", true)
    yield row("claims by hand: false ones supported", false, good=False)


def model() -> Iterator[Row]:
    """Answer from a language model's kept replies: as they are, and checked."""
    kept = KeptReplies(Path(__file__).with_name("replies_gold.jsonl"), None)
    settings = Settings(llm_max_tokens=160, llm_deadline=600.0)
    found = list(asked(gold_cases(104), {}, kept, settings))
    for way in ("alone", "checked"):
        name = f"kept replies, {way}"
        said = [(case, ways[way]) for case, ways, _ in found]
        yield row(f"{name}: right", {case.question: one.right(case) for case, one in said})
        wrong = {case.question: one.wrong(case) for case, one in said}
        yield row(f"{name}: wrong, shown as true", wrong, good=False)


def written(folder: Path, sample: int) -> Iterator[Row]:
    """Ask drawn rows of the folder, each of a library of its family's one to three articles."""
    data = _Written(folder, sample)
    questions = data.rows("questions_dev")
    para = data.drawn([one for one in questions if not one["is_impossible"]])
    near = [one for one in questions if one["is_impossible"] and one.get("kind") != "other"]
    yield row("other words: right", data.each(para, _right))
    yield row("near misses: answered", data.each(data.drawn(near), _answered), good=False)
    yield row("the text's words: right", data.each(data.drawn(data.rows("plain_dev")), _right))
    families = sorted({family_of(one["title"]) for one in para})
    others = dict(zip(families, [*families[1:], families[0]], strict=True))
    elsewhere = [{**one, "title": f"{others[family_of(one['title'])]}-a"} for one in para]
    name = "another family's questions: answered"
    yield row(name, data.each(elsewhere, _answered), good=False)
    decided = data.drawn([one for one in data.rows("yes_no_dev") if one["answer"] != "unknown"])
    yield row("yes or no: right word", data.each(decided, _word("right")))
    yield row("yes or no: wrong word", data.each(decided, _word("wrong")), good=False)
    two = data.drawn([one for one in data.rows("two_articles_dev") if one["answerable"]])
    yield row("two articles: both cited", data.each(two, _both))
    said = data.drawn(data.rows("claims_dev"))
    for true in (True, False):
        own = [one for one in said if one["supported"] is true]
        words = "true" if true else "false"
        yield row(f"claims: {words} ones supported", data.each(own, _verified), good=true)


class _Written:
    """Rows of our own articles, asked of libraries that are made once."""

    def __init__(self, folder: Path, sample: int) -> None:
        self._folder, self._sample = folder, sample
        self._homes: dict[str, list[Article]] = defaultdict(list)
        for name in _ARTICLES:
            for one in raw_rows(folder / f"{name}.jsonl.gz"):
                title, text = one["context"].partition("\n")[0][:60], one["context"]
                article = Article(source=one["title"], title=title, text=text)
                self._homes[family_of(one["title"])].append(article)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a file that are about our own articles."""
        found = raw_rows(self._folder / f"{name}.jsonl.gz")
        titled = ({**one, "title": one.get("title") or one["parts"][0]["title"]} for one in found
                  if one.get("title") or one.get("parts"))  # fmt: skip
        return [one for one in titled if family_of(one["title"])]

    def drawn(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Draw a sample, the same one each time."""
        return random.Random(_SEED).sample(rows, min(self._sample, len(rows)))

    def each(
        self, rows: Sequence[dict[str, Any]], look: Callable[[Assistant, dict[str, Any]], bool]
    ) -> dict[str, bool]:
        """Return by id what is seen when each row is asked of its family's articles."""
        found = dict[str, bool]()
        for family in sorted({family_of(one["title"]) for one in rows}):
            with library() as assistant:
                assistant.library.add_articles(self._homes[family])
                own = [one for one in rows if family_of(one["title"]) == family]
                found |= {one["id"]: look(assistant, one) for one in own}
        return {one["id"]: found[one["id"]] for one in rows}


def _answered(assistant: Assistant, one: Mapping[str, Any]) -> bool:
    return assistant.ask(one["question"]).status == "answered"


def _right(assistant: Assistant, one: Mapping[str, Any]) -> bool:
    """Say whether the first source is the right one and the first words hold an answer."""
    answer = assistant.ask(one["question"])
    if answer.status != "answered" or answer.citations[0].card.source != one["title"]:
        return False
    said = f"{answer.short or ''} {answer.sentences[0].text}"
    return contains_answer(said, one["answers"]["text"])


def _word(wanted: str) -> Callable[[Assistant, Mapping[str, Any]], bool]:
    def look(assistant: Assistant, one: Mapping[str, Any]) -> bool:
        answer = assistant.ask(one["question"])
        said = re.match(r"(yes|no)\b", (answer.short or "").lower())
        if answer.status != "answered" or said is None:
            return False
        return (said[1] == one["answer"]) is (wanted == "right")

    return look


def _both(assistant: Assistant, one: Mapping[str, Any]) -> bool:
    cited = {citation.card.source for citation in assistant.ask(one["question"]).citations}
    return cited.issuperset(part["title"] for part in one["parts"])


def _verified(assistant: Assistant, one: Mapping[str, Any]) -> bool:
    return assistant.verify(one["claim"]).supported


def _supported(assistant: Assistant, one: Mapping[str, Any]) -> bool:
    mark = f" [1]\n\n[1] {one['cited']}\n" if one["cited"] else "\n"
    return assistant.verify(one["claim"] + mark).supported


def answered(cases: Sequence[CaseResult]) -> dict[str, bool]:
    """Return by id which were answered, right or wrong."""
    return {case.id: case.status == "answered" for case in cases}


@contextmanager
def library(*paths: Path) -> Iterator[Assistant]:
    """Give an assistant over these files alone, and remove its library."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(library=Path(folder) / "library", seeds=False, log=False)
        with Assistant.open(settings) as assistant:
            if paths:
                assistant.library.add(*paths)
            yield assistant


def compared(rows: Sequence[Row], kept: Mapping[str, Mapping[str, str]]) -> list[Compared]:
    """Hold each row against the one of its name; one of other questions stands alone."""
    found = []
    for one in rows:
        old = kept.get(one.name)
        if old is None or old["questions"] != one.digest:
            found.append(Compared(row=one, before=None, turned=(0, 0), p_value=1.0))
            continue
        before = [bit == "1" for bit in old["held"]]
        less = sum(was and not now for was, now in zip(before, one.held, strict=True))
        more = sum(now and not was for was, now in zip(before, one.held, strict=True))
        turned = (less, more) if one.good else (more, less)
        share, p_value = sum(before) / max(1, len(before)), mcnemar(before, one.held)
        found.append(Compared(row=one, before=share, turned=turned, p_value=p_value))
    sure = holm({one.row.name: one.p_value for one in found if any(one.turned)})
    return [replace(one, p_value=sure.get(one.row.name, 1.0)) for one in found]


def told(one: Compared) -> str:
    """Return what became of a row, in a word or two."""
    worse, better = one.turned
    if one.before is None:
        return "nothing kept"
    if not worse and not better:
        return "same"
    sure = one.p_value < _LIKELY
    way = "worse" if worse > better else "better" if better > worse else "even"
    return f"{way.upper()}, more than luck" if sure else f"{way}, within noise"


def table(found: Sequence[Compared]) -> Iterator[str]:
    """Yield the board as a table of Markdown."""
    yield "| | of | kept | now | turned worse, better | |"
    yield "|---|--:|--:|--:|--:|---|"
    for one in found:
        now = sum(one.row.held) / max(1, len(one.row.held))
        before = "" if one.before is None else f"{one.before:.3f}"
        less = "" if one.row.good else " (less is better)"
        yield (
            f"| {one.row.name}{less} | {len(one.row.held)} | {before} | {now:.3f} "
            f"| {one.turned[0]}, {one.turned[1]} | {told(one)} |"
        )


def main() -> int:
    """Ask, print the board, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    known: dict[str, Callable[[], Iterator[Row]]] = {
        "gold": gold,
        "five": five,
        "claims": claims,
        "model": model,
    }
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"{', '.join(known)}: all")
    parser.add_argument("--data", type=Path, help="folder of rows for the group `written`")
    parser.add_argument("--sample", type=int, default=120, help="rows of each kind of these")
    parser.add_argument("--keep", action="store_true", help="keep today's figures")
    given = parser.parse_args()
    if given.data:
        needed = [f"{name}.jsonl.gz" for name in (*_ARTICLES, *_QUESTIONS)]
        lacking = [name for name in needed if not (given.data / name).is_file()]
        if lacking:
            parser.error(f"{str(given.data)!r} lacks {', '.join(lacking)}: name a folder with them")
        known["written"] = lambda: written(given.data, given.sample)
    wrong = [name for name in given.groups if name not in known]
    if wrong:
        parser.error(f"{wrong[0]!r} is no group (`written` needs --data): name {', '.join(known)}")
    rows = [one for name in given.groups or known for one in known[name]()]
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {"rows": {}}
    found = compared(rows, kept["rows"])
    sys.stdout.write("".join(f"{line}\n" for line in table(found)))
    if given.keep:
        keep(rows, kept)
        return 0
    if any(told(one).startswith("WORSE") for one in found):
        return 1
    return 2 if any(one.before is None for one in found) else 0


def keep(rows: Sequence[Row], kept: dict[str, Any]) -> None:
    """Write today's rows in place of those of their names, with the commit."""
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    for one in rows:
        kept["rows"][one.name] = {
            "questions": one.digest,
            "held": one.bits,
            "commit": commit,
            "day": date.today().isoformat(),
        }
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
