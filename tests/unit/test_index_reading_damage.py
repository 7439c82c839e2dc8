"""Damaged files: whatever byte is changed or missing, a reader gives text or a reason."""

import random
from collections.abc import Iterator
from contextlib import suppress

import pytest
from documents import docx, epub, mail, odt, pdf, pptx, shape, xlsx

from index.errors import ReadError
from index.reading.pdf_place import MOST_PIXELS, draw
from index.reading.registry import only_reasons, read_bytes
from index.reading.sandbox import Wanted

_ARCHIVE = (
    b"From: <Saved by Blink>\nSubject: On Cats\nMIME-Version: 1.0\n"
    b'Content-Type: multipart/related; type="text/html"; boundary="B"\n\n'
    b"--B\nContent-Type: text/html; charset=utf-8\n\n<title>On Cats</title><p>They sleep.</p>\n"
    b"--B--\n"
)
_FILES = {
    "a.docx": docx("The fleet sails in spring."),
    "a.epub": epub("<p>The fleet sails.</p>"),
    "a.eml": mail("The fleet sails.", files={"a.txt": b"Read me."}),
    "a.mhtml": _ARCHIVE,
    "a.odt": odt("The fleet sails in spring."),
    "a.pdf": pdf("The fleet sails."),
    "a.pptx": pptx(shape("The fleet sails in spring.")),
    "a.xlsx": xlsx({"Fleet": [["Ship", "Month"], ["Heron", "April"]]}),
    "a.vtt": b"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.000\n<v Ann>The fleet sails.</v>\n",
    "a.srt": b"1\n00:00:01,000 --> 00:00:02,000\n{\\an8}The <i>fleet</i> sails.\n",
    "a.ipynb": b'{"cells": [{"cell_type": "markdown", "source": ["The *fleet* sails."]}]}',
}


def damaged(data: bytes, *, seed: int) -> Iterator[bytes]:
    """Yield a file with a byte changed or its end cut off: near its end, and anywhere."""
    dice = random.Random(seed)
    for place in [*range(max(0, len(data) - 22), len(data)), *dice.sample(range(len(data)), 60)]:
        yield data[:place]
        yield data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :]


def repacked(data: bytes) -> Iterator[bytes]:
    """Yield an archive each of whose members in turn claims to be packed in other ways."""
    at = data.find(b"PK\1\2")
    while at >= 0:
        for way in (1, 12, 14, 99):
            yield data[: at + 10] + bytes([way]) + data[at + 11 :]
        at = data.find(b"PK\1\2", at + 1)


@pytest.mark.parametrize("name", _FILES)
def test_a_damaged_file_is_read_or_refused_with_a_reason(name: str) -> None:
    read = 0
    for data in (*damaged(_FILES[name], seed=7), *repacked(_FILES[name])):
        with suppress(ReadError):
            read_bytes(data, name=name)
            read += 1
    assert read > 0


def test_a_page_of_a_damaged_file_is_drawn_or_refused_with_a_reason() -> None:
    sizes = set()
    wanted = Wanted(page=1, text="The fleet sails.", start=4, end=9)
    for data in [*damaged(_FILES["a.pdf"], seed=11)][::8]:
        with suppress(ReadError), only_reasons():
            image = draw(data, wanted)
            sizes.add(image.width * image.height)
    assert sizes
    assert max(sizes) <= MOST_PIXELS
