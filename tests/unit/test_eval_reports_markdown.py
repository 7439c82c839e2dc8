"""The summary of a CI job shows any text as text and stays within GitHub's size."""

import re

import pytest
from markdown_it import MarkdownIt

from eval.reports.lines import inline, markdown
from eval.results import Comparison, MetricChange

HOSTILE = (
    "| a | `code` **bold** _it_ [x](https://evil.example) ![i](https://evil.example/i) <b>b</b> "
    "<script>alert(1)</script> <!-- --> &amp; @someone #1 :tada: $x$ ~~s~~ \\| www.evil.example\n\n"
    "# head\n</details>\n```\n\x00\ud800"
)
MOVED = MetricChange(
    name="containment",
    before=0.8,
    after=0.5,
    p_value=0.0312,
    test="McNemar",
    low=-0.5,
    high=-0.1,
    significant=True,
)


def tokens(text):
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    found = parser.parse(text)
    return found + [child for token in found for child in token.children or ()]


def test_it_begins_with_how_many_were_right_and_the_rule(make_run, make_case):
    assert markdown([make_run(make_case())]).startswith(
        "## ✅ mine: 1 of 1 right (21 to 100 % with 95 % certainty).\n\nOnly 1 question was asked"
    )
    failed = markdown([make_run(reasons=("mrr is 0.1",))])
    assert failed.startswith("## ❌ mine: No questions were asked.\n\n**Failed.")
    assert "\n- mrr is 0.1\n" in failed


def test_a_measure_has_its_interval_and_its_change_behind_a_fold(make_run):
    text = markdown([make_run(comparison=Comparison(metrics=(MOVED,)))])
    row = "| an expected answer is in what it says (containment) | 50 % | 10 to 90 % | 2 |"
    assert (
        f"{row} 80 % | worse, more than luck explains (p 0.031: how likely luck alone does this) |"
        in text
    )
    assert text.index("<details><summary>Figures</summary>") < text.index(row)
    assert f"{row}\n" in markdown([make_run()])


def test_a_stale_baseline_is_a_warning(make_run):
    text = markdown([make_run(comparison=Comparison(metrics=(), stale=("model",)))])
    assert "> [!WARNING]\n> What answered (model) changed since the earlier run that" in text


def test_failed_cases_are_open_and_those_that_failed_anew_are_named(make_case, make_run):
    old, new = (make_case(n, question=n, problems=("wrong",)) for n in ("old", "new"))
    comparison = Comparison(metrics=(), newly_failing=("new",))
    text = markdown([make_run(old, new, comparison=comparison)])
    assert "- **1 question that was right is wrong now:**\n  - new\n" in text
    assert re.findall("<details open><summary>(.*?)</summary>", text) == [
        "<b>new</b> <i>(was right before)</i>",
        "<b>old</b>",
    ]


def test_what_was_expected_stands_beside_what_came(make_case, make_run):
    text = markdown([make_run(make_case(problems=("wrong",)))])
    assert "<tr><td>expected</td><td>AMRAAM, or: SM-6</td></tr><tr><td>given as proof</td>" in text


def test_any_text_is_shown_as_text(make_case, make_run):
    case = make_case(HOSTILE, question=HOSTILE, text=HOSTILE, problems=(HOSTILE,))
    run = make_run(
        case,
        suite=HOSTILE,
        reasons=(HOSTILE,),
        comparison=Comparison(metrics=(), newly_failing=(HOSTILE,), stale=(HOSTILE,)),
    )
    text = markdown([run])
    kinds = {token.type for token in tokens(text)}
    assert kinds & {"link_open", "image", "code_inline", "fence", "html_inline", "s_open"} == set()
    blocks = [token.content for token in tokens(text) if token.type == "html_block"]
    tags = set(re.findall("</?[a-z!-]+", "".join(blocks)))
    ours = ("details", "summary", "b", "i", "table", "tr", "td")
    assert tags <= {start + tag for tag in ours for start in ("<", "</")}
    assert text.encode("utf-8")


@pytest.mark.parametrize(
    "text", ["a | b", "www.a.example", "http://a.example", "_a_", "1 < 2 & 3", "&amp; :x: a@b"]
)
def test_escaped_text_reads_as_it_was(text):
    (paragraph,) = [t for t in tokens(inline(text)) if t.type == "inline"]
    assert "".join(child.content for child in paragraph.children) == text


def test_nobody_who_is_named_is_told(make_case, make_run):
    case = make_case("a", question="Who is @octocat of @team/x?", problems=("wrong",))
    for text in (inline("by @octocat"), markdown([make_run(case)])):
        assert "octocat" in text
        assert not re.search(r"@\w", text)


def test_plain_words_are_not_escaped():
    plain = "gold.jsonl: 1 of 3 wrong! hit@1 (exact_match), at 9:30 & later"
    assert inline(plain) == plain


@pytest.mark.parametrize("text", [":tada:", "by @someone", "me@a.example", "see #12", "_a_", "# a"])
def test_what_github_would_turn_into_something_else_is_escaped(text):
    assert "\\" in inline(text)


def test_a_table_keeps_its_columns_whatever_a_metric_is_called(make_run):
    from eval.results import Rate

    text = markdown([make_run(rates=(Rate(name="a|b", value=1, low=0, high=1, n=1),))])
    assert sum(token.type == "td_open" for token in tokens(text)) == 4


def test_it_fits_and_counts_what_does_not(make_case, make_run):
    cases = [make_case(str(n), question="é" * 300, problems=("w" * 300,)) for n in range(5000)]
    text = markdown([make_run(*cases), make_run(*cases)])
    assert len(text.encode("utf-8")) <= 1_000_000
    assert len(re.findall(r"<p>and \d+ more: --html or --json shows all</p>\n", text)) == 2
