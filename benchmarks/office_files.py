"""How much of what a person sees of Word, OpenDocument, PowerPoint and Excel files is read.

`python -m benchmarks.office_files FOLDER`: each file below FOLDER is made a PDF by LibreOffice
(kept in FOLDER/pdf) and its words are taken by poppler's `pdftotext`, a second program; lines that
repeat on pages, headers and footers, are not counted. Words are letters and digits in a row; one
that the PDF broke in a narrow box, or ran together with the next, is mended by what was read.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from index.reading.files import Parsed, read_file
from index.reading.sandbox import Limits, stop_reading
from index.reading.slides import NOTES
from index.types import Extract

KINDS = ("docx", "odt", "pptx", "xlsx")
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
"""Chinese and Japanese are written without blanks: there each sign is a word."""
MOST_PIECES = 12
"""Lines over which a narrow box breaks a word."""
SHEETS = 'pdf:calc_pdf_Export:{"SinglePageSheets":{"type":"boolean","value":"true"}}'
"""A page for each sheet: a text that is cut at the edge of a page comes on both."""
EDGE = 3
"""Lines at the top and at the bottom of a page among which headers and footers are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What was read of one file."""

    name: str
    seen: float
    """Share of the words of the PDF that were read."""
    unseen: float
    """Share of the words read that the PDF has nowhere."""
    order: float
    """Of the words that both have once, the share of the longest run in one order."""
    seconds: float
    megabytes: float
    """Of the file."""


def words(text: str) -> list[str]:
    """Return the words of a text in order; 05 is 5, as dates are written in many ways."""
    found = WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    return [word.lstrip("0") or "0" for word in found]


def shown(pdf: Path) -> list[str]:
    """Return the words of a PDF without its headers and footers."""
    run = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True)
    pages = [
        [line.strip() for line in page.split("\n") if line.strip()]
        for page in run.stdout.decode("utf-8", "replace").split("\f")[:-1]
    ]
    edges = Counter(
        line for page in pages for line in {_masked(x) for x in page[:EDGE] + page[-EDGE:]}
    )
    often = {line for line, count in edges.items() if count > 1 and count >= len(pages) / 3}
    kept = [
        line
        for page in pages
        for n, line in enumerate(page)
        if _masked(line) not in often or EDGE <= n < len(page) - EDGE
    ]
    return words("\n".join(kept))


def _masked(line: str) -> str:
    return re.sub(r"\d+", "0", line)


def measure(path: Path, pdf: Path) -> Read | str:
    """Compare what is read of a file with its PDF; the reason where it is not read."""
    begun = time.perf_counter()
    outcome = read_file(path, Limits())
    seconds = time.perf_counter() - begun
    if not isinstance(outcome, Parsed):
        return f"{path.name}: {outcome.reason}"
    read = words(_without_notes(outcome.extract))
    there = _mended(shown(pdf), known=set(read))
    if not there:
        return f"{path.name}: its PDF shows no words"
    common = Counter(there) & Counter(read)
    known = set(there)
    return Read(
        name=path.name,
        seen=sum(common.values()) / len(there),
        unseen=sum(1 for word in read if word not in known) / max(len(read), 1),
        order=_order(there, read),
        seconds=seconds,
        megabytes=path.stat().st_size / 1e6,
    )


def _without_notes(extract: Extract) -> str:
    starts = (*(extract.page_starts or (0,)), len(extract.text))
    pages = (extract.text[start:end] for start, end in pairwise(starts))
    return "\n".join(re.split(rf"(?:^|\n\n){NOTES}", page)[0] for page in pages)


def _mended(there: list[str], *, known: set[str]) -> list[str]:
    """Join what narrow boxes break ("doclin", "g"), and part what stands close ("thisgothic")."""
    told: list[str] = []
    at = 0
    while at < len(there):
        word, length = there[at], 1
        if word not in known:
            joined = ("".join(there[at : at + n]) for n in range(2, MOST_PIECES + 1))
            whole = next((each for each in joined if each in known), "")
            cuts = ((word[:n], word[n:]) for n in range(1, len(word)))
            parts = next((each for each in cuts if known.issuperset(each)), (word,))
            while whole and len("".join(there[at : at + length])) < len(whole):
                length += 1
            told += (whole,) if whole else parts
        else:
            told.append(word)
        at += length
    return told


def _order(there: list[str], read: list[str]) -> float:
    once = {w for w, n in Counter(there).items() if n == 1}
    place = {word: n for n, word in enumerate(there) if word in once}
    counted = Counter(read)
    places = [place[word] for word in read if word in once and counted[word] == 1]
    ends: list[int] = []
    for at in places:
        step = bisect_left(ends, at)
        ends[step : step + 1] = [at]
    return len(ends) / len(places) if places else 1.0


def as_pdf(path: Path, folder: Path) -> Path | None:
    """Return a file's PDF, made where it is not there yet; None where LibreOffice makes none."""
    made = folder / path.suffix[1:] / f"{path.name}.pdf"
    if not made.exists():
        with tempfile.TemporaryDirectory() as place:
            command = ("soffice", f"-env:UserInstallation=file://{place}/home", "--headless")
            form = SHEETS if path.suffix == ".xlsx" else "pdf"
            turn = (*command, "--convert-to", form, "--outdir", place, str(path))
            subprocess.run(turn, capture_output=True, timeout=180)
            found = Path(place) / f"{path.stem}.pdf"
            if not found.exists():
                return None
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_bytes(found.read_bytes())
    return made


def main() -> None:
    """Print a line for each file, the worst last, and one for each kind: means (medians)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="with .docx, .odt, .pptx and .xlsx files in it")
    folder = parser.parse_args().folder
    found = [p for p in sorted(folder.rglob("*")) if p.suffix[1:] in KINDS and p.is_file()]
    if not found:
        sys.exit(f"no {', '.join(KINDS)} file is below {str(folder)!r}; name another folder")
    rows: dict[str, list[Read]] = defaultdict(list)
    for path in found:
        pdf = as_pdf(path, folder / "pdf")
        outcome = measure(path, pdf) if pdf else f"{path.name}: LibreOffice makes no PDF of it"
        if isinstance(outcome, str):
            print(f"not read: {outcome}")
        else:
            rows[path.suffix[1:]].append(outcome)
    stop_reading()
    for kind, read in rows.items():
        for row in sorted(read, key=lambda row: -row.seen):
            print(
                f"{row.seen:.3f} {row.unseen:.3f} {row.order:.3f} {row.seconds:6.2f} s {row.name}"
            )
        values = [[getattr(row, f) for row in read] for f in ("seen", "unseen", "order")]
        figures = " ".join(f"{mean(each):.3f} ({median(each):.3f})" for each in values)
        pace = sum(row.seconds for row in read) / sum(row.megabytes for row in read)
        below = sum(1 for row in read if row.seen < 0.98)
        print(f"{kind}: {len(read)} files, {figures}, {below} under .98, {pace:.2f} s a MB\n")


if __name__ == "__main__":
    main()
