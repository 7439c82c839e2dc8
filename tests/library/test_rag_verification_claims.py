"""The verdicts over the hand-written claims: precision and recall, with `-s`, and the targets."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from rag import Assistant, Settings
from rag.types import Verdict

ROOT = Path(__file__).parents[2]
CLAIMS = [
    json.loads(line)
    for line in (ROOT / "eval/gold/claims.jsonl").read_text(encoding="utf-8").splitlines()
]
ARTICLES = ROOT / "tests/data/claims"
NUMBERS_AND_NEGATIONS = ("digit", "date", "unit", "time", "negation", "antonym")
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Verify every claim, each with a list of sources as a text from anywhere has it."""
    settings = Settings(library=tmp_path_factory.mktemp("library"), seeds=False)
    with Assistant.open(settings) as assistant:
        assistant.library.add(ARTICLES, ROOT / "seeds/japan-us-defense-ministers.txt")
        yield {row["id"]: verdict_of(assistant, row) for row in CLAIMS}


def verdict_of(assistant: Assistant, row: dict[str, str]) -> str:
    mark = f" [1]\n\n[1] {row['cited']}\n" if row["cited"] else "\n"
    claims = assistant.verify(row["claim"] + mark).claims
    # A claim of two sentences is as good as its worse one.
    return next((c.verdict for c in claims if c.verdict != "supported"), "supported")


def share(rows: list[dict[str, str]], found: dict[str, str], *verdicts: str) -> float:
    return sum(found[row["id"]] in verdicts for row in rows) / len(rows)


def test_the_claims_are_many_and_of_every_verdict() -> None:
    counts = Counter(row["verdict"] for row in CLAIMS)
    assert len(CLAIMS) >= 150
    assert all(counts[verdict] >= 10 for verdict in VERDICTS)


def test_precision_and_recall_are_reported(found: dict[str, str]) -> None:
    sys.stdout.write("\nverdict        claims  precision  recall\n")
    for verdict in VERDICTS:
        given = [r for r in CLAIMS if found[r["id"]] == verdict]
        due = [r for r in CLAIMS if r["verdict"] == verdict]
        right = sum(r["verdict"] == verdict for r in given)
        precision, recall = right / len(given), right / len(due)
        sys.stdout.write(f"{verdict:14} {len(due):6} {precision:10.3f} {recall:7.3f}\n")
        assert recall >= 0.5


def test_no_false_claim_is_called_supported(found: dict[str, str]) -> None:
    wrong = [r["id"] for r in CLAIMS if r["verdict"] != "supported"]
    assert [i for i in wrong if found[i] == "supported"] == []


def test_nothing_false_is_called_true_of_another_source(found: dict[str, str]) -> None:
    false = [r["id"] for r in CLAIMS if r["verdict"] in ("altered", "stitched", "unsupported")]
    assert [i for i in false if found[i] == "misattributed"] == []


def test_changed_numbers_and_negations_are_found(found: dict[str, str]) -> None:
    changed = [r for r in CLAIMS if r["kind"] in NUMBERS_AND_NEGATIONS]
    assert share(changed, found, "altered") >= 0.95


def test_true_paraphrases_are_not_called_unsupported(found: dict[str, str]) -> None:
    true = [r for r in CLAIMS if r["verdict"] == "supported"]
    assert share(true, found, "unsupported") <= 0.03
