"""Lets many processes ask while one adds and removes documents, and counts what goes wrong.

    python -m benchmarks.many_readers --readers 10 --documents 500

Documents have a number in each sentence, so that every answer tells whether it is right. A document
that stays is always found; one that comes and goes is found whole or not at all; of two identical
twins, one is removed and the other stays.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks import crash_library as work_on
from index.store.library import Library
from index.sync import ingest
from index.sync.intake import Article, read_articles
from rag import Assistant, Settings
from rag.testing import HashEmbedder

_STAYING = 20
_LIVING = 100
"""Documents that come and go which are there at one time."""
_READER = "--reader"


def article(number: int, *, edition: int) -> Article:
    """Return a document whose every sentence says its number and edition."""
    text = f"{_quote(number, edition=edition)} Keeper {number} counts them every night."
    return Article(source=f"beacon{number}", title=f"Beacon {number}", text=text)


def write(folder: Path, documents: int) -> dict[str, float]:
    """Add, change and remove documents in turn, ten at a time.

    Returns:
        The moment from which a quote is of the past: its version was replaced or removed.
    """
    library = work_on.opened(folder)
    past: dict[str, float] = {}
    for first in range(100, 100 + documents, 10):
        some = range(first, first + 10)
        ingest.add(library, read_articles(article(n, edition=1) for n in some))
        ingest.add(library, read_articles(article(n, edition=2) for n in some))
        past |= {_quote(n, edition=1): time.monotonic() for n in some}
        if first >= 100 + _LIVING:
            past |= _remove(library, range(first - _LIVING, first - _LIVING + 10))
    past |= _remove(library, range(100, 100 + documents))
    library.remove([c.id for c in library.summaries() if c.card.source == "twin1"])
    return past


def _quote(number: int, *, edition: int) -> str:
    return f"Beacon {number} shines {edition} times."


def _remove(library: Library, numbers: Sequence[int]) -> dict[str, float]:
    sources = {f"beacon{n}" for n in numbers}
    library.remove([c.id for c in library.summaries() if c.card.source in sources])
    return {_quote(n, edition=2): time.monotonic() for n in numbers}


def read(
    folder: Path, stop: Path, *, seed: int, documents: int
) -> tuple[Counter[str], list[tuple[str, float]]]:
    """Ask until told to stop; return counts, and quotes that come and go with when they were asked.

    The first answer is told by a file.
    """
    found: Counter[str] = Counter()
    quotes: list[tuple[str, float]] = []
    settings = Settings(library=folder, seeds=False)
    number = seed
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        while not stop.exists():
            number += 1
            try:
                asked_at = time.monotonic()
                kind, quote = _asked(assistant, number, documents)
                found[kind] += 1
                quotes += [(quote, asked_at)] if quote else []
            except Exception as error:  # noqa: BLE001  # whatever it is, it is the finding
                found[f"ERROR {type(error).__name__}: {error}"[:300]] += 1
            stop.with_name(f"ready-{seed}").touch()
    return found, quotes


def _asked(assistant: Assistant, number: int, documents: int) -> tuple[str, str]:
    """Ask about the twins, a document that stays, or one that comes and goes."""
    if number % 3 == 0:
        answer = assistant.ask("Where does the hermit live?")
        right = [c.quote for c in answer.citations][:1] == ["The hermit lives on Skerry island."]
        return "twins: found" if right else f"WRONG twin: {answer.text}", ""
    staying = number % 3 == 1
    asked = number % _STAYING if staying else 100 + number * 7 % documents
    answer = assistant.ask(f"How many times does beacon {asked} shine?")
    about = [c for c in answer.citations if c.quote.startswith(f"Beacon {asked} shines ")]
    if any(c.card.source != f"beacon{asked}" for c in about):
        return f"WRONG source: {about[0]}", ""
    if staying:
        right = [c.quote for c in about] == [_quote(asked, edition=0)]
        return "staying: found" if right else f"WRONG staying: {answer.text}", ""
    if not about:
        return "coming and going: not there", ""
    return "coming and going: found", about[0].quote


def run(folder: Path, *, readers: int, documents: int) -> Counter[str]:
    """Start readers, write, stop them, and return what they all counted."""
    library_folder, stop = folder / "library", folder / "stop"
    library = work_on.opened(library_folder)
    twins = "The hermit lives on Skerry island. He fishes at dawn."
    articles = [article(n, edition=0) for n in range(_STAYING)]
    articles += [Article(source=f"twin{n}", title="The hermit", text=twins) for n in (1, 2)]
    ingest.add(library, read_articles(articles))
    command = [sys.executable, "-m", "benchmarks.many_readers", _READER]
    processes = [
        subprocess.Popen(
            [*command, str(library_folder), str(stop), str(n), str(documents)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(readers)
    ]
    try:
        while len(list(folder.glob("ready-*"))) < readers:
            time.sleep(0.1)
        past = write(library_folder, documents)
    finally:
        stop.touch()
    total: Counter[str] = Counter()
    for process in processes:
        counts, quotes = json.loads(process.communicate(timeout=600)[0])
        total += Counter(counts)
        total["WRONG: stale"] += sum(at > past.get(quote, at) for quote, at in quotes)
    with Assistant.open(
        Settings(library=library_folder, seeds=False), embedder=HashEmbedder()
    ) as assistant:
        last = assistant.ask("Where does the hermit live?").citations[0].card.source
        total["twin2 is cited in the end" if last == "twin2" else f"WRONG end: {last}"] += 1
    return total


def main() -> int:
    """Run and print the counts; 1 where something was wrong."""
    if sys.argv[1:2] == [_READER]:
        print(
            json.dumps(
                read(
                    Path(sys.argv[2]),
                    Path(sys.argv[3]),
                    seed=int(sys.argv[4]),
                    documents=int(sys.argv[5]),
                )
            )
        )
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=10)
    parser.add_argument("--documents", type=int, default=500)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        counts = run(Path(folder), readers=arguments.readers, documents=arguments.documents)
    for kind, number in sorted(counts.items()):
        print(f"| {kind} | {number} |")
    wrong = [kind for kind in counts if kind.startswith(("WRONG", "ERROR")) and counts[kind]]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
