"""Links that lead to themselves, wherever a path is named: never a traceback."""

import re
from pathlib import Path

import pytest

from eval.reports.write import check_targets
from eval.suites.files import is_shipped
from index.data_files import whole_file
from index.errors import MisuseError
from index.sync.find import find


@pytest.fixture
def loop(tmp_path: Path) -> Path:
    (tmp_path / "loop").symlink_to("loop")
    return tmp_path / "loop"


def test_a_pattern_below_one_matches_nothing(loop: Path) -> None:
    with pytest.raises(MisuseError, match=re.escape("no file matches")):
        list(find([f"{loop}/*.md"]))


def test_a_file_takes_the_place_of_one_and_none_is_written_below_it(loop: Path) -> None:
    with pytest.raises(OSError, match=r"."), whole_file(loop / "x") as part:
        part.write_text("never", encoding="utf-8")
    with whole_file(loop) as part:
        part.write_text("whole", encoding="utf-8")
    assert loop.read_text(encoding="utf-8") == "whole"


def test_it_is_no_shipped_suite_and_may_be_where_a_report_goes(loop: Path) -> None:
    assert not is_shipped(loop)
    check_targets({"--html": loop}, read=[loop.parent / "gold.jsonl"])
