"""The scoreboard: which rows fell by more than the questions that turned by luck."""

import json
from contextlib import suppress

import pytest

from benchmarks import scoreboard
from benchmarks.scoreboard import Row, compared, keep, table, told
from benchmarks.speed_chart import CHARTS, ROWS, drawn

IDS = tuple(f"q{number}" for number in range(40))


def row(right, *, name="suite: right", good=True, ids=IDS):
    return Row(name=name, ids=ids, held=tuple(n < right for n in range(len(ids))), good=good)


def kept(*rows):
    return {one.name: {"questions": one.digest, "held": one.bits} for one in rows}


def verdict(before, after):
    return told(*compared([after], kept(before)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (30, 30, "same"),
        (30, 26, "worse, within noise"),  # four that all turn one way: p .125
        (30, 24, "WORSE, more than luck"),  # six: p .031
        (24, 30, "BETTER, more than luck"),
    ],
)
def test_a_row_falls_where_more_turn_than_luck_explains(before, after, said):
    assert verdict(row(before), row(after)) == said


def test_of_a_row_where_less_is_better_more_is_worse():
    before, after = row(2, good=False), row(9, good=False)
    assert verdict(before, after) == "WORSE, more than luck"


def test_a_row_is_compared_with_no_other_questions():
    other = row(30, ids=tuple(f"r{number}" for number in range(40)))
    assert verdict(row(30), other) == "nothing kept"


def test_several_rows_that_turned_ask_for_more_of_each():
    before = [row(30, name=name) for name in "abc"]
    after = [row(24, name="a"), row(29, name="b"), row(30, name="c")]
    found = compared(after, kept(*before))
    assert [told(one) for one in found] == ["worse, within noise", "worse, within noise", "same"]
    assert "| a | 40 | 0.750 | 0.600 | 6, 0 | worse, within noise |" in list(table(found))


def test_rows_that_are_kept_are_what_the_next_are_held_against(tmp_path, monkeypatch):
    monkeypatch.setattr(scoreboard, "KEPT", tmp_path / "scoreboard.json")
    keep([row(30), row(24, name="near misses")], {"rows": {}})
    rows = json.loads(scoreboard.KEPT.read_text(encoding="utf-8"))["rows"]
    keep([row(26)], {"rows": rows})
    again = json.loads(scoreboard.KEPT.read_text(encoding="utf-8"))["rows"]
    found = compared([row(26), row(24, name="near misses")], again)
    assert [told(one) for one in found] == ["same", "same"]


def test_a_chart_says_what_was_measured_and_at_which_sizes():
    (chart,) = [one for one in CHARTS if one.file == "speed-whole.svg"]
    rows = [
        {"passages": 10_000, "whole_wall_p50": 81.4, "whole_wall_p95": 96.0},
        {"passages": 50, "whole_wall_p50": 60.2, "whole_wall_p95": 75.0},
        {"passages": 1_000, "cold_s": 0.5},
    ]
    shown = drawn(chart, rows)
    assert "<title>Milliseconds of a whole question, in libraries of 50, 10,000 passages" in shown
    assert "half within: 81.4 ms" in shown
    with pytest.raises(ValueError, match="two sizes are needed"):
        drawn(chart, rows[1:])


def test_the_charts_of_the_documentation_are_drawn_from_the_rows():
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    docs = ROWS.parents[1] / "docs"
    wanted = {}
    for chart in CHARTS:
        with suppress(ValueError):
            wanted[chart.file] = drawn(chart, rows)
    assert wanted
    assert wanted == {file: (docs / file).read_text(encoding="utf-8") for file in wanted}
