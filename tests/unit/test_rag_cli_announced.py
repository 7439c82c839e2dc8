"""What is said beforehand of how long embedding takes."""

import pytest

from rag.cli.session import announced


@pytest.mark.parametrize(
    ("total", "said"),
    [
        (1_000, []),
        (60_512, ["Embedding the 60,000 sentences that are left takes about 20 minutes"]),
        (1_000_512, ["Embedding the 1,000,000 sentences that are left takes about 6 hours"]),
    ],
)
def test_a_long_embedding_is_announced_once_when_its_pace_is_known(total, said):
    now, shown, told = [0.0], [], []
    on_progress = announced(lambda *done: shown.append(done), say=told.append, clock=lambda: now[0])
    for done in range(256, 3_000, 256):
        on_progress(done, total)
        now[0] += 5.12
    assert [sentence.partition(":")[0] for sentence in told] == said
    assert shown[-1] == (2_816, total)


def test_how_many_there_are_is_said_before_the_first_of_many_is_embedded():
    now, told = [0.0], []
    on_progress = announced(lambda *done: None, say=told.append, clock=lambda: now[0])
    on_progress(0, 92_515)
    assert told == [
        "Up to 92,515 sentences and rows are to be embedded; how long that takes is said in a few "
        "seconds, and Ctrl-C stops it without loss."
    ]
    on_progress(15, 92_515)
    now[0] = 4.0
    on_progress(2_515, 92_515)
    assert told[1].startswith("Embedding the 90,000 sentences that are left takes about 2 minutes:")


def test_a_short_embedding_of_many_is_told_in_seconds():
    now, told = [0.0], []
    on_progress = announced(lambda *done: None, say=told.append, clock=lambda: now[0])
    on_progress(0, 20_000)
    now[0] = 9.0
    on_progress(500, 20_000)
    now[0] = 13.0
    on_progress(8_500, 20_000)
    assert "takes about 6 seconds: Ctrl-C" in told[1]
