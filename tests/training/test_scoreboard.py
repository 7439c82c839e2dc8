"""The scoreboard: which rows fell by more than the questions that turned by luck."""

import json

import pytest

from benchmarks.scoreboard import Row, compared, table, told
from benchmarks.speed_chart import ROWS, chart

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


def test_the_chart_says_what_was_measured_and_at_which_sizes():
    rows = [json.loads(line) for line in ROWS.read_text(encoding="utf-8").splitlines()]
    drawn = chart(rows)
    assert "1,000, 10,000, 100,000 passages</title>" in drawn
    assert "half within: 46 ms" in drawn
    assert "half within: 30 ms" in chart(rows[:2])
    with pytest.raises(ValueError, match="two sizes are needed"):
        chart(rows[:1])
