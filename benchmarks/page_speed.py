"""Measures the page in a real browser: `python -m benchmarks.page_speed`; about three minutes.

It makes its own libraries: 500 short articles with the real embedder, and one of 2 MB. It prints
the median and the range of each figure, in milliseconds, and the bytes of a first load.
"""

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from rag import Article, Assistant, Settings
from rag.testing import HashEmbedder

ROOT = Path(__file__).parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
ARTICLES, TURNS, RUNS = 500, 80, 12
TOWNS = [
    begin + end
    for begin in ("Kir", "Lan", "Mor", "Pen", "Sed", "Tor", "Win", "Ash", "Bex", "Cal")
    for end in ("by", "ton", "ham", "ley", "ford")
]
THINGS = ["bridge", "mill", "library", "market", "ferry", "school", "tower", "well", "harbour"]
WHO = ["Anna Reed", "Omar Haddad", "Ines Costa", "Piotr Nowak", "Mei Tanaka", "John Ward"]
WORDS = ["river", "stone", "field", "winter", "road", "house", "market", "night", "water", "paper"]


def articles() -> list[Article]:
    """Return made-up reports, each of six sentences, the same ones every time."""
    chance = random.Random(1)
    made = []
    for number in range(ARTICLES):
        town, thing, who = chance.choice(TOWNS), chance.choice(THINGS), chance.choice(WHO)
        year, cost, last = chance.randint(1801, 2020), chance.randint(2, 90), chance.choice(WHO)
        text = (
            f"The {thing} of {town} was opened in {year}. It cost {cost} million crowns. "
            f"{who} designed it for the council of {town}. A flood closed it in {year + 3}. "
            f"{last} said that the {thing} should never have been built there. "
            f"Report {number} of the district was written after the hearing."
        )
        made.append(Article(source=f"report-{number}", title=f"The {thing} of {town}", text=text))
    return made


def long_article() -> Article:
    """Return an article of 2 MB whose last paragraph alone says who found the comet."""
    chance = random.Random(2)
    paragraphs = [
        " ".join(f"The {' '.join(chance.choices(WORDS, k=13))} stood there." for _ in range(8))
        for _ in range(3000)
    ]
    return Article(
        source="long", title="Long", text="\n\n".join([*paragraphs, "Ada Byron found the comet."])
    )


def serve(folder: str, port: str, *, hashed: bool, whole: bool) -> None:
    """Serve a library until standard input ends."""
    from ui import build_app, parts
    from ui.app import launch

    if whole:
        kept = parts.script
        parts.script = lambda name: kept(name).replace("WHOLE = 200000", "WHOLE = 1e9")
    embedder = HashEmbedder() if hashed else None
    with Assistant.open(Settings(library=Path(folder)), embedder=embedder) as assistant:
        launch(build_app(assistant), host="127.0.0.1", port=int(port))
        sys.stdin.read()


class Server:
    """The page of a library in a process of its own."""

    def __init__(self, folder: Path, *flags: str) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            self.command(folder, *flags), stdin=subprocess.PIPE, cwd=ROOT, env=os.environ
        )
        self.process = self._process.pid
        while socket.socket().connect_ex(("127.0.0.1", self.port)):
            if self._process.poll() is not None:
                raise RuntimeError("the server ended before it was reached")
            time.sleep(0.02)

    def command(self, folder: Path, *flags: str) -> list[str]:
        """Return what starts it at the port."""
        serves = [sys.executable, "-m", "benchmarks.page_speed", "--serve", str(folder)]
        return [*serves, str(self.port), *flags]

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def between(page: Page, begin: str, end: str) -> float:
    """Return milliseconds from the last mark `begin` to the first mark `end` after it."""
    script = """([a, b]) => {
      const from = performance.getEntriesByName(a).at(-1).startTime;
      return performance.getEntriesByName(b).find((e) => e.startTime >= from)?.startTime - from;
    }"""
    return page.evaluate(script, [f"footnote-{begin}", f"footnote-{end}"])


def ask(page: Page, question: str, turn: int) -> float:
    """Ask, wait for the answer, and return the time to its first text."""
    page.get_by_label("Your question").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#turn-{turn} .facts").wait_for()
    return between(page, "asked", "first-text")


def answering(page: Page, turn: int) -> float:
    """Return what the answer itself took, as its turn tells."""
    return float(page.locator(f"#turn-{turn} dd").nth(1).text_content().removesuffix(" ms"))


def told(name: str, times: list[float]) -> None:
    """Print a figure."""
    print(
        f"{name:<52} median {statistics.median(times):7.1f} ms"
        f"  ({min(times):.1f} to {max(times):.1f}, n = {len(times)})",
        flush=True,
    )


def questions() -> list[str]:
    """Return questions that the made-up reports answer."""
    forms = [
        "When was the {} of {} opened?",
        "Who designed the {} of {}?",
        "What did the {} of {} cost?",
    ]
    chance = random.Random(3)
    return [
        chance.choice(forms).format(chance.choice(THINGS), chance.choice(TOWNS))
        for _ in range(TURNS)
    ]


def measure_short(browser: Browser, folder: Path) -> None:
    """Measure start, weight, first text, chips, and a long conversation."""
    starts = []
    for start in range(2):
        server = Server(folder)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        sizes: list[int] = []
        page.on("requestfinished", lambda r, s=sizes: s.append(r.sizes()["responseBodySize"]))
        page.goto(f"http://127.0.0.1:{server.port}/")
        page.get_by_label("Your question").wait_for()
        starts.append(1000 * (time.perf_counter() - server.started))
        page.wait_for_timeout(1500)
        if start < 1:
            page.close()
            server.close()
    told("process start to usable question box", starts)
    print(f"first load: {len(sizes)} requests, {sum(sizes) / 1000:.0f} KB", flush=True)
    first, itself, chips = [], [], []
    for turn, question in enumerate(questions(), start=1):
        first.append(ask(page, question, turn))
        itself.append(answering(page, turn))
        if turn <= RUNS and page.locator(f"#turn-{turn} .chip").count():
            page.locator(f"#turn-{turn} .chip").first.click()
            page.locator("mark.lit").wait_for()
            chips.append(between(page, "chosen", "lit"))
    told("Enter to first text, turns 1 to 10", first[:10])
    told("  of that, retrieval and answer", itself[:10])
    told(f"Enter to first text, turns {TURNS - 9} to {TURNS}", first[-10:])
    told("  of that, retrieval and answer", itself[-10:])
    told("chip to lit sentence, article not yet fetched", chips)
    again = []
    for _ in range(RUNS):
        page.locator(f"#turn-{TURNS} a.all").click()
        page.locator(".card").first.click()
        page.evaluate("performance.mark('footnote-chosen')")
        page.locator("a.chip").last.click()
        again.append(between(page, "chosen", "lit"))
    told("chip to lit sentence, article fetched before", again)
    frames = page.evaluate(FRAMES)
    told(f"frame while scrolling {TURNS} turns", frames)
    page.close()
    server.close()


FRAMES = """() => new Promise((done) => {
  const log = document.querySelector("#log"), times = [];
  let before = performance.now(), left = 60;
  log.scrollTop = 0;
  const step = (now) => {
    times.push(now - before);
    before = now;
    log.scrollTop += 200;
    left -= 1;
    if (left) requestAnimationFrame(step);
    else done(times.slice(1));
  };
  requestAnimationFrame(step);
})"""


def measure_long(browser: Browser, folder: Path) -> None:
    """Measure the opening of a long article, what is near first and all at once, in turn."""
    near, whole = Server(folder, "--hashed"), Server(folder, "--hashed", "--whole")
    times: dict[int, list[float]] = {near.port: [], whole.port: []}
    for _ in range(RUNS // 2):
        for port, found in times.items():
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator(".welcome").wait_for()
            ask(page, "Who found the comet?", 1)
            page.locator("a.chip").first.click()
            page.locator("mark.lit").wait_for()
            found.append(between(page, "chosen", "lit"))
            page.close()
    told("2 MB article opened at its last sentence", times[near.port])
    told("  the same, all of it drawn at once", times[whole.port])
    near.close()
    whole.close()


def main() -> None:
    """Measure everything, or serve a library to be measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--serve", nargs=2, metavar=("FOLDER", "PORT"))
    parser.add_argument("--hashed", action="store_true", help="serve with a fast embedder")
    parser.add_argument("--whole", action="store_true", help="serve articles drawn all at once")
    arguments = parser.parse_args()
    if arguments.serve:
        serve(*arguments.serve, hashed=arguments.hashed, whole=arguments.whole)
        return
    with tempfile.TemporaryDirectory() as kept, sync_playwright() as playwright:
        short, long = Path(kept) / "short", Path(kept) / "long"
        with Assistant.open(Settings(library=short, seeds=False)) as assistant:
            assistant.library.add_articles(articles())
        with Assistant.open(Settings(library=long), embedder=HashEmbedder()) as assistant:
            assistant.library.add_articles([long_article()])
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
        measure_short(browser, short)
        measure_long(browser, long)
        print(f"load at the end {os.getloadavg()[0]:.1f}")
        browser.close()


if __name__ == "__main__":
    main()
