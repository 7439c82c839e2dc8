"""Holds the page against its goals in a real browser: `python -m benchmarks.page_goals [WHAT ...]`.

WHAT is `start`, `text`, `list`, `pdf` or `day`; without one, all. `start` compares in turn with a
bare Gradio page of the same version, each time in a process of its own. It prints a median, p95
and range each, in milliseconds, and exits with 1 where a goal is missed. About ten minutes.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.page_speed import (
    CHROMIUM,
    FLAGS,
    Server,
    answering,
    articles,
    ask,
    between,
    questions,
)
from rag import Assistant, Settings

PAIRS, PAGES, TALKS, EVENTS = 7, 300, 200, 400
_PATIENCE = 180_000
"""Milliseconds that anything may take on a busy machine; it is measured all the same."""
WINDOW = {"width": 1440, "height": 900}
BARE = """
import sys, gradio as gr
with gr.Blocks() as app:
    gr.Chatbot()
    gr.Textbox(label="Your question")
app.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True,
           prevent_thread_lock=True, _frontend=False)
sys.stdin.read()
"""
Goal = tuple[str, float, float]
"""What was measured, its value, and the most that it may be."""


class Bare(Server):
    """A page of Gradio's own with a conversation and a question box."""

    def command(self, folder: Path, *flags: str) -> list[str]:
        """Return what starts it at the port."""
        return [sys.executable, "-c", BARE, str(self.port)]


def told(name: str, times: list[float], *, unit: str = "ms") -> float:
    """Print a figure with its p95 and return its median."""
    middle = statistics.median(times)
    last = sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]
    print(
        f"{name:<46} median {middle:8.1f} {unit}  p95 {last:8.1f}  "
        f"({min(times):.1f} to {max(times):.1f}, n = {len(times)})",
        flush=True,
    )
    return middle


@contextmanager
def opened(browser: Browser, port: int) -> Iterator[Page]:
    """Give a page that nobody opened before, usable."""
    with browser.new_context(viewport=WINDOW) as context:
        page = context.new_page()
        page.set_default_timeout(_PATIENCE)
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_label("Your question").wait_for()
        yield page


def measure_start(browser: Browser, folder: Path) -> Iterator[Goal]:
    """Measure from the start of a process to a question box, and a page of a warm server."""
    makes: dict[str, Callable[[], Server]] = {
        "bare": lambda: Bare(folder),
        "ours": lambda: Server(folder),
    }
    cold: dict[str, list[float]] = {"bare": [], "ours": []}
    warm: dict[str, list[float]] = {"bare": [], "ours": []}
    worked: dict[str, list[float]] = {"bare": [], "ours": []}
    for pair in range(PAIRS):
        for name in ("bare", "ours") if pair % 2 else ("ours", "bare"):
            server = makes[name]()
            with opened(browser, server.port):
                cold[name].append(1000 * (time.perf_counter() - server.started))
                worked[name].append(processor_of(server.process))
            begun = time.perf_counter()
            with opened(browser, server.port):
                warm[name].append(1000 * (time.perf_counter() - begun))
            server.close()
    kinds = (
        ("process start to usable", cold),
        ("  of that, the server's processor", worked),
        ("warm load to usable", warm),
    )
    for title, found in kinds:
        for name, times in found.items():
            told(f"{title}, {name}", times)
        ratios = [ours / bare for ours, bare in zip(found["ours"], found["bare"], strict=True)]
        told(f"{title}, ours by bare", ratios, unit="x ")
        yield f"{title.strip()}, times a bare page", statistics.median(ratios), 1.5


def measure_text(browser: Browser, folder: Path) -> Iterator[Goal]:
    """Measure Enter to first text over 500 articles, ten turns a conversation."""
    server = Server(folder)
    first, itself = [], []
    asked = iter(questions())
    for _ in range(4):
        with opened(browser, server.port) as page:
            for turn in range(1, 11):
                first.append(ask(page, next(asked), turn))
                itself.append(answering(page, turn))
    server.close()
    told("Enter to first text, 500 articles", first[1:])
    told("  of that, retrieval and answer", itself[1:])
    yield "Enter to first text, median ms", statistics.median(first[1:]), 150.0


def measure_list(browser: Browser, folder: Path) -> Iterator[Goal]:
    """Measure how long a list of 200 kept conversations takes, from the page's asking for it.

    First while the page loads, which asks for all else at the same time, then once it stands, for
    what the words in the search field find.
    """
    from rag.internal import conversations_here, library_name

    settings, store = Settings(library=folder), conversations_here()
    with Assistant.open(settings) as assistant:
        answer = assistant.ask("Who designed the bridge?")
    for number in range(TALKS):
        asked = replace(answer, question=f"What did report {number} say of the bridge?")
        store.keep(f"{number:032x}", asked, library=library_name(settings))
    server, times, searched = Server(folder), [], []
    drawn = "performance.getEntriesByName('footnote-list-drawn').length"
    for _ in range(PAIRS):
        with opened(browser, server.port) as page:
            page.wait_for_function(
                "() => performance.getEntriesByName('footnote-list-drawn').length"
                " && document.querySelectorAll('.talks li').length >= 200"
            )
            times.append(between(page, "list-asked", "list-drawn"))
            page.wait_for_timeout(1000)
            for words in ("report", ""):
                seen = page.evaluate(drawn)
                page.get_by_label("Search your conversations").fill(words)
                page.wait_for_function(f"{drawn} > {seen}")
                searched.append(between(page, "list-asked", "list-drawn"))
    server.close()
    yield "200 conversations listed, median ms", told("200 conversations listed", times), 100.0
    again = told("200 conversations found by a word, and all again", searched)
    yield "200 conversations on a page that stands, median ms", again, 100.0


def long_pdf() -> bytes:
    """Return a PDF of 300 pages, each of 40 lines; one in the middle says who found the comet."""
    chance = random.Random(4)
    words = ["river", "stone", "field", "winter", "road", "house", "market", "night", "paper"]
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (PAGES, b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(PAGES))),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>",
    ]
    # Few sentences, many times, so that adding the file does not take longer than measuring.
    known = [f"The {' '.join(chance.choices(words, k=9))} stood there." for _ in range(200)]
    for page in range(PAGES):
        lines = chance.choices(known, k=40)
        if page == PAGES // 2:
            lines[20] = "Ada Byron found the comet in 1843."
        shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
        data = zlib.compress(f"BT /F1 12 Tf 72 740 Td {shown}ET".encode())
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * page)
        )
        objects.append(
            b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(data), data)
        )
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(offsets) + 1, table)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return body + head + end % (len(offsets) + 1, len(body))


def measure_pdf(browser: Browser, folder: Path) -> Iterator[Goal]:
    """Measure from a click to a page's picture, each page of 300 for the first time."""
    server = Server(folder)
    times = []
    with opened(browser, server.port) as page:
        ask(page, "Who found the comet?", 1)
        page.locator("#turn-1 .chip").first.click()
        page.locator("mark.lit").wait_for()
        turned = ("Page", *["Next page"] * 12, *["Previous page"] * 25)
        for place, name in enumerate(turned):
            seen = page.evaluate("performance.getEntriesByName('footnote-page').length")
            page.evaluate("performance.mark('footnote-turned')")
            page.get_by_role("button", name=name, exact=True).click()
            page.wait_for_function(
                f"performance.getEntriesByName('footnote-page').length > {seen}"
                " && document.querySelector('.paper img')?.complete"
            )
            if not 12 < place < 25:  # those on the way back were drawn before
                times.append(between(page, "turned", "page"))
    server.close()
    yield "page of a PDF of 300, median ms", told("page of a PDF of 300, cold", times), 400.0


def processor_of(process: int) -> float:
    """Return the milliseconds that a process has worked, its threads together."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return 1000 * (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(process: int) -> float:
    """Return the megabytes that a process holds for itself."""
    kept = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return int(kept.partition("VmRSS:")[2].split()[0]) / 1000


def measure_day(browser: Browser, folder: Path) -> Iterator[Goal]:
    """Measure the server's memory over 400 questions of forty visitors."""
    server = Server(folder)
    asked = [*questions() * 5][:EVENTS]
    held = []
    for visitor in range(EVENTS // 10):
        with opened(browser, server.port) as page:
            for turn, question in enumerate(asked[10 * visitor :][:10], start=1):
                ask(page, question, turn)
        held.append(memory_of(server.process))
    server.close()
    print(
        f"memory of the server, MB, after each ten questions: {', '.join(f'{m:.0f}' for m in held)}"
    )
    # The first hundred questions load models and fill what is meant to be kept.
    yield "memory gained by the last 300 of 400 questions, MB", held[-1] - held[9], 50.0


def main() -> int:
    """Measure what is named and return 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    known = ("start", "text", "list", "pdf", "day")
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(known)}: all")
    parser.add_argument("--kept", type=Path, help="folder in which the libraries stay")
    given = parser.parse_args()
    wanted = given.what or known
    unknown = [name for name in wanted if name not in known]
    if unknown:
        parser.error(f"{unknown[0]!r} is not measured here: name {', '.join(known)}")
    goals: list[Goal] = []
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        kept = given.kept or Path(folder)
        short, paper = kept / "short", kept / "paper"
        os.environ["XDG_DATA_HOME"] = str(Path(folder) / "home")
        if not short.exists():
            with Assistant.open(Settings(library=short, seeds=False)) as assistant:
                assistant.library.add_articles(articles())
        if "pdf" in wanted and not paper.exists():
            file = kept / "comet.pdf"
            file.write_bytes(long_pdf())
            with Assistant.open(Settings(library=paper, seeds=False)) as assistant:
                assistant.library.add(file)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        measures: dict[str, Callable[[], Iterator[Goal]]] = {
            "start": lambda: measure_start(browser, short),
            "text": lambda: measure_text(browser, short),
            "list": lambda: measure_list(browser, short),
            "pdf": lambda: measure_pdf(browser, paper),
            "day": lambda: measure_day(browser, short),
        }
        for name in wanted:
            goals += measures[name]()
        print(f"load at the end {os.getloadavg()[0]:.1f}\n")
        browser.close()
    for name, value, most in goals:
        print(f"{'reached' if value <= most else 'MISSED ':<8} {name}: {value:.2f}, goal {most:g}")
    return int(any(value > most for _, value, most in goals))


if __name__ == "__main__":
    sys.exit(main())
