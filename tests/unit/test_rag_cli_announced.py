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
