"""Times whole questions over one's own library, one after another in one process.

Run from the repository's root, with nothing else running:

    python -m benchmarks.warm_ask LIBRARY QUESTIONS

QUESTIONS is a file of one question a line, of which the first five warm up and are not counted.
Whole is from the question to the checked answer, without a language model. "Alone" is what of the
processor's time no other thread can share: the rest is the reader's, which runs on every processor.
"""

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag import Assistant, Settings

_WARM = 5
_CLOCKS = {
    "by the clock": time.perf_counter,
    "of processors": time.process_time,
    "of it alone": time.thread_time,
}


def main() -> None:
    """Ask every question once and print medians and 95th percentiles."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("library", type=Path)
    parser.add_argument("questions", type=Path)
    given = parser.parse_args()
    lines = given.questions.read_text(encoding="utf-8").splitlines()
    questions = [line for line in lines if line.strip()]
    if len(questions) <= _WARM:
        parser.error(f"{str(given.questions)!r} has {len(questions)} questions: give more than 5")
    if not given.library.is_dir():
        parser.error(f"no library at {str(given.library)!r}: add articles with `footnote add`")
    with Assistant.open(Settings(library=given.library, seeds=False)) as assistant:
        articles = len(assistant.library.documents())
        took = np.array([_asked(assistant, question) for question in questions])[_WARM:]
    print(f"{articles} articles, {len(took)} questions, milliseconds: median / 95 of 100 / mean")
    for place, name in enumerate(_CLOCKS):
        print(f"{name:14}{_told(took[:, place])}")


def _asked(assistant: Assistant, question: str) -> list[float]:
    """Return the seconds that a question took by each clock."""
    began = [clock() for clock in _CLOCKS.values()]
    assistant.ask(question)
    return [clock() - at for clock, at in zip(_CLOCKS.values(), began, strict=True)]


def _told(seconds: Sequence[float]) -> str:
    median, most = np.percentile(seconds, [50, 95]) * 1000
    return f"{median:.1f} / {most:.1f} / {np.mean(seconds) * 1000:.1f}"


if __name__ == "__main__":
    main()
