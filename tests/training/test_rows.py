"""Rows of questions: where their answers stand, and which are left out."""

import gzip
import json
from pathlib import Path

from training.rows import read_rows


def test_rows_are_read_with_the_places_of_their_answers(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl.gz"
    row = {"question": "Who?", "context": "It was Ann.", "is_impossible": False}
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write(json.dumps(row | {"answers": {"text": ["Ann"], "answer_start": [7]}}) + "\n")
        file.write(json.dumps(row | {"answers": {"text": [], "answer_start": []}}) + "\n")
    assert [r.answers for r in read_rows(path)] == [((7, 10),)]
