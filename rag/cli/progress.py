"""Shows how far something long has come, in a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from tqdm import tqdm


@contextmanager
def progress(title: str, *, unit: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback (done, total) that shows a bar on stderr once a second has passed.

    Nothing is shown where stderr is no terminal.
    """
    bars: list[tqdm[NoReturn]] = []

    def show(done: int, total: int) -> None:
        if not sys.stderr.isatty():
            return
        if not bars:
            from tqdm import tqdm

            bars.append(tqdm(total=total, desc=title, unit=unit, delay=1.0, leave=False))
        bars[0].total = total
        bars[0].update(done - bars[0].n)
        if done >= total:
            bars.pop().close()

    try:
        yield show
    finally:
        for bar in bars:
            bar.close()
