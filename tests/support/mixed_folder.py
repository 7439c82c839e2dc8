"""Makes a folder of over 300 files in all formats, broken and odd ones among them."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

from documents import (
    docx,
    encrypted_pdf,
    epub,
    mail,
    odt,
    pdf,
    pptx,
    scanned_pdf,
    shape,
    with_members,
    xlsx,
)

_TOWNS = (
    "Aarhus",
    "Bergen",
    "Cadiz",
    "Dover",
    "Emden",
    "Faro",
    "Genoa",
    "Hamburg",
    "Izmir",
    "Jaffa",
)
_DEEDS = ("opened", "closed", "rebuilt", "sold", "flooded", "renamed", "insured", "surveyed")
_PLACES = ("harbour", "library", "bridge", "market", "station", "museum", "theatre", "canal")


def make_mixed_folder(folder: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Fill an empty folder.

    Returns:
        By file name: the fact that each sound file holds, and what the reason for each other says.
    """
    facts = _sound_files(folder)
    reasons = _broken_files(folder) | _odd_files(folder)
    return facts, reasons


def fact(number: int) -> str:
    """Return a sentence that no other number has."""
    chosen = random.Random(number)
    town, deed, place = chosen.choice(_TOWNS), chosen.choice(_DEEDS), chosen.choice(_PLACES)
    return f"In {town} the {place} number {number} was {deed} in {1900 + number % 120}."


_MAKERS: dict[str, Callable[[str], bytes]] = {
    "txt": lambda said: f"A note.\n\n{said}\n".encode(),
    "log": lambda said: f"Zoë wrote: {said}".encode("cp1252"),
    "md": lambda said: f"---\ntitle: A page\nauthor: Jane Doe\n---\n# Head\n\n*{said}*\n".encode(),
    "html": lambda said: f"<html><title>A page</title><body><p>{said}</p></body></html>".encode(),
    "htm": lambda said: f"<html><body><p>{said}</p></body></html>".encode("utf-16"),
    "csv": lambda said: f"what,when\n{said},2024\nNothing else,2025\n".encode(),
    "pdf": lambda said: pdf("A first page.", said),
    "docx": lambda said: docx("# Head", said),
    "odt": lambda said: odt("# Head", said),
    "pptx": lambda said: pptx(shape("Head", place="title"), shape(said)),
    "xlsx": lambda said: xlsx({"Facts": [[said]]}),
    "epub": lambda said: epub(f"<h1>Head</h1><p>{said}</p>"),
    "eml": lambda said: mail("See the paper.", files={"paper.pdf": pdf(said)}),
    "vtt": lambda said: f"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>{said}</v>\n".encode(),
    "srt": lambda said: f"1\n00:00:01,000 --> 00:00:02,000\n{said}\n".encode(),
    "ipynb": lambda said: json.dumps(
        {"cells": [{"cell_type": "markdown", "source": [f"*{said}*"]}]}
    ).encode(),
    "dat": lambda said: pdf(said),
    "TXT": lambda said: docx(said),
}


def _sound_files(folder: Path) -> dict[str, str]:
    facts = {}
    for number in range(20 * len(_MAKERS)):
        kind = list(_MAKERS)[number % len(_MAKERS)]
        place = folder / f"part {number % 5}"
        place.mkdir(exist_ok=True)
        name = f"file-{number}.{kind}"
        (place / name).write_bytes(_MAKERS[kind](fact(number)))
        facts[name] = fact(number)
    return facts


def _broken_files(folder: Path) -> dict[str, str]:
    broken = {
        "empty.pdf": (b"", "is empty"),
        "cut.pdf": (pdf("Text.")[:-150], "cut short"),
        "locked.pdf": (encrypted_pdf("Text.", password="x"), "encrypted with a password"),
        "scan.pdf": (scanned_pdf(2), "it is a scan"),
        "bomb.docx": (with_members(docx("x"), {"a.xml": b"0" * 61_000_000}), "unpacks to"),
        "slip.epub": (with_members(epub("<p>x</p>"), {"../x": b"x"}), "leads out of it"),
        "slip.odt": (with_members(odt("x"), {"../x": b"x"}), "leads out of it"),
        "bomb.pptx": (with_members(pptx(shape("x")), {"a": b"0" * 61_000_000}), "unpacks to"),
        "blank.xlsx": (xlsx({"S": []}), "its sheets show no text"),
        "cut.docx": (docx("Text.")[:-300], "damaged"),
        "picture.txt": (b"\x89PNG\r\n\x1a\n" + b"x" * 99, "looks like PNG image"),
        "program.md": (b"\x7fELF" + bytes(99), "looks like EXECUTABLE"),
        "noise.csv": (random.Random(1).randbytes(999), "not text"),
        "deep.html": (b"<html>" + b"<div>" * 9999, "nested deeper than 255"),
        "blank.txt": (b" \n\n ", "empty but for blanks"),
        "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old Microsoft Office files"),
        "long.txt": (b"word " * 4_000_001, "larger than 20 MB"),
        "photo.eml": (mail(files={"a.png": b"\x89PNG\r\n\x1a\n"}), "shows no text"),
    }  # fmt: skip
    for name, (data, _) in broken.items():
        (folder / name).write_bytes(data)
    return {name: reason for name, (_, reason) in broken.items()}


def _odd_files(folder: Path) -> dict[str, str]:
    os.mkfifo(folder / "pipe.txt")
    (folder / "out.txt").symlink_to("/etc/passwd")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "loop").symlink_to("loop")
    (folder / "lost.md").symlink_to("nowhere.md")
    (folder / "two\nlines.txt").write_text("Obey me.")
    return {
        "pipe.txt": "a named pipe",
        "out.txt": "a symlink out of",
        "zero.txt": "a symlink out of",
        "loop": "in a circle",
        "lost.md": "a symlink to nothing",
        r"two\nlines.txt": "its name holds",
    }
