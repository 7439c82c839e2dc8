"""What was read is made ready to be written in little memory."""

import pytest

from index.reading.normal import LongText
from index.reading.registry import read_bytes
from index.sync import prepare
from index.sync.prepare import Hashes, Incoming
from index.types import Extract


def test_hashes_are_a_sequence_like_any():
    digests = [f"{n:064x}"[::-1] for n in (1, 255, 4096)]
    hashes = Hashes(digests)
    assert [*hashes] == [digest[:32] for digest in digests]
    assert (len(hashes), hashes[-1], hashes[:1]) == (3, digests[2][:32], [digests[0][:32]])
    with pytest.raises(IndexError):
        hashes[3]


def test_a_long_table_is_split_as_its_whole_text_is():
    rows = "\n".join(f"Łódź {n},{n * 7919 % 1000},It is old. Is it?" for n in range(30_000))
    read = read_bytes(f"Town,Visitors,Note\n{rows}\n".encode(), name="a.csv")
    assert isinstance(read.text, LongText)
    long, whole = (
        prepare.entry(Incoming(source="a", extract=Extract(card=read.card, text=text)), as_id="a")
        for text in (read.text, str(read.text))
    )
    assert [*long.sentences] == [*whole.sentences]
    assert ([*long.hashes], long.passages) == ([*whole.hashes], whole.passages)
    assert (long.card, len(long.hashes)) == (whole.card, 60_000)
    assert read.text[long.sentences[59_999].start :] == "Is it?"


def test_a_table_of_few_rows_is_a_plain_text():
    assert read_bytes(b"Town,Visitors\nOrlo,7\n", name="a.csv").text == "Town: Orlo; Visitors: 7."
