"""Measures questions whose answer stands in two or three articles of a family.

    python -m benchmarks.two_articles DATA/written/two_articles_dev.jsonl.gz

Each question is asked of a library of its family's articles. Of those that can be answered it is
counted whether all articles are cited that hold a part of the answer, and whether all the places
are. Of those one of whose facts no article holds, whether the question was refused, or a part of it
was. `--aside` keeps the families that no reader was trained on, to look at what goes wrong.
"""

import argparse
import json
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import Answer, Article, Assistant, Settings
from training.judge_rows import FAMILIES, family_of, read_families
from training.rows import raw_rows


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A row with its answer."""

    row: dict[str, Any]
    answer: Answer

    @property
    def places(self) -> list[bool]:
        """Which of the places that hold a part of the answer are cited."""
        return [
            any(
                citation.card.source == part["title"]
                and citation.start < part["answer_start"] + len(part["answer"])
                and part["answer_start"] < citation.end
                for citation in self.answer.citations
            )
            for part in self.row["parts"]
        ]

    @property
    def articles(self) -> bool:
        """Whether every article that holds a part of the answer is cited."""
        cited = {citation.card.source for citation in self.answer.citations}
        return cited >= {part["title"] for part in self.row["parts"]}

    @property
    def refused(self) -> bool:
        """Whether nothing was answered."""
        return self.answer.status == "abstained"

    @property
    def partly_refused(self) -> bool:
        """Whether nothing was answered, or a part was told as not found."""
        return self.refused or any(not part.text for part in self.answer.parts)


def main() -> None:
    """Ask and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("rows", type=Path)
    parser.add_argument("--aside", action="store_true", help="only families set aside")
    parser.add_argument("--show", type=Path, help="write what was answered, as JSON lines")
    options = parser.parse_args()
    asked = list(ask(options.rows, aside=options.aside))
    report(asked)
    if options.show:
        lines = [json.dumps(shown(one), ensure_ascii=False) for one in asked]
        options.show.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ask(rows: Path, *, aside: bool) -> Iterator[Asked]:
    """Ask each question of a library of its family's articles."""
    articles = rows.with_name(rows.name.replace("two_articles", "articles"))
    homes: dict[str, list[Article]] = defaultdict(list)
    for row in raw_rows(articles):
        text = row["context"]
        title = text.partition("\n")[0][:60]
        article = Article(source=row["title"], title=title, text=text)
        homes[family_of(row["title"])].append(article)
    families: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in raw_rows(rows):
        families[row["id"].rpartition(":")[0]].append(row)
    wanted = read_families(FAMILIES) & families.keys() if aside else families.keys()
    for family in sorted(wanted):
        with tempfile.TemporaryDirectory() as folder:
            settings = Settings(library=Path(folder), seeds=False)
            with Assistant.open(settings) as assistant:
                assistant.library.add_articles(homes[family])
                for row in families[family]:
                    yield Asked(row=row, answer=assistant.ask(row["question"]))


def report(asked: Sequence[Asked]) -> None:
    """Print how much was cited and refused, and how long it took."""
    able = [one for one in asked if one.row["answerable"]]
    near = [one for one in asked if not one.row["answerable"]]
    print(f"answerable {len(able)}:")
    print(f"  all articles cited {statistics.mean(one.articles for one in able):.3f}")
    print(f"  all places cited   {statistics.mean(all(one.places) for one in able):.3f}")
    print(f"  one place at least {statistics.mean(any(one.places) for one in able):.3f}")
    print(f"  refused            {statistics.mean(one.refused for one in able):.3f}")
    print(f"a fact missing {len(near)}:")
    print(f"  refused            {statistics.mean(one.refused for one in near):.3f}")
    print(f"  refused in part    {statistics.mean(one.partly_refused for one in near):.3f}")
    seconds = sorted(one.answer.seconds for one in asked)
    most = seconds[-len(seconds) // 20]
    print(f"median {statistics.median(seconds):.2f} s, 95 of 100 in {most:.2f}")


def shown(one: Asked) -> dict[str, object]:
    """Return what was asked and answered, to be looked at."""
    answer = one.answer
    return {
        "question": one.row["question"],
        "answerable": one.row["answerable"],
        "wanted": [(part["title"][-1], part["answer"]) for part in one.row["parts"]],
        "places": one.places,
        "short": answer.short,
        "text": answer.text,
        "cited": [citation.card.source[-1] for citation in answer.citations],
        "parts": [(part.asked, part.text) for part in answer.parts],
        "confidence": round(answer.confidence, 3),
    }


if __name__ == "__main__":
    main()
