"""Measures what becomes of a model's sentences that say the same in other words, and of wrong ones.

    python -m benchmarks.reworded

`tests/data/rewordings` has two articles and 120 sentences about them, written before any was
judged: 60 say what an article says in other words, 60 are the same but for one number, name, word
or negation. A scripted model says one at a time, as an answer to a question about its article; what
is counted is what the answer then shows as borne out. Nothing is fitted on them.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

from rag import Article, Assistant, Settings
from rag.testing import ScriptedModel

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "rewordings"
_TRUE = ("supported", "misattributed")
_ASKED = {
    "glasshouse": "What about the Palm House in Varnholm, its repair, plants and visitors?",
    "signalbox": "What about the signal box at Ferrow Junction, its volunteers and its levers?",
}
_PASSAGES = 20
"""More than the two articles have, so that a passage that was not found costs nothing here."""


def rewordings() -> list[dict[str, str]]:
    """Return the sentences: their article, whether it says so, and what they say."""
    lines = (FOLDER / "rewordings.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def articles() -> Iterator[Article]:
    """Yield the two articles, whose first line is the title."""
    for name in _ASKED:
        title, _, text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("\n")
        yield Article(source=name, title=title, text=text)


def shown() -> Iterator[tuple[dict[str, str], bool]]:
    """Yield each sentence, and whether an answer shows it as borne out."""
    said = rewordings()
    model = ScriptedModel(*(row["says"] for row in said))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load(library=Path(folder) / "library", seeds=False)
        with Assistant.open(settings, model=model) as assistant:
            assistant.library.add_articles(articles())
            for row in said:
                answer = assistant.ask(_ASKED[row["article"]], k=_PASSAGES)
                own = (s for s in answer.sentences if s.text == row["says"])
                yield row, any(s.verdict in _TRUE and not s.is_quote for s in own)


def main() -> None:
    """Print how many of either kind are borne out; with `--list` each that is judged otherwise."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print each sentence judged otherwise")
    args = parser.parse_args()
    counts = {True: 0, False: 0}
    for row, is_true in shown():
        counts[bool(row["right"])] += is_true
        if args.list and is_true != row["right"]:
            print("lost  " if row["right"] else "passed", row["says"])
    print(f"of 60 right rewordings {counts[True]} are borne out, of 60 wrong ones {counts[False]}")


if __name__ == "__main__":
    main()
