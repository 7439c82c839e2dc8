"""Tells whether what reads a text takes longer than the text grows."""

import time
from collections.abc import Callable

SIZE = 1000
"""Characters of the shortest input; the others are two and four times as long."""
FASTER = 10
"""Times that four times the input may take; where time grows with the square it takes 16."""
ROUNDS = 5
"""Times that the two are compared, until one comparison is well: on a busy machine one alone may
not be."""


def seconds(run: Callable[[], object], *, times: int = 3) -> float:
    """Return the least processor time of some runs."""
    least = float("inf")
    for _ in range(times):
        begun = time.thread_time()
        run()
        least = min(least, time.thread_time() - begun)
    return least


def grows_too_fast(make: Callable[[int], Callable[[], object]], *, floor: float) -> bool:
    """Tell whether four times the input takes more than ten times as long.

    The longest input is asked first: where it is fast nothing else is measured.
    """
    # A shorter one before it keeps a pattern whose time doubles with each character from hanging.
    if seconds(make(SIZE // 15), times=1) < 1 and seconds(make(SIZE), times=1) < floor / 4:
        longest = seconds(make(4 * SIZE), times=1)
        if longest < floor:
            return False
    return all(_is_slower(make, floor=floor) for _ in range(ROUNDS))


def _is_slower(make: Callable[[int], Callable[[], object]], *, floor: float) -> bool:
    one, four = seconds(make(SIZE)), seconds(make(4 * SIZE))
    return four > FASTER * max(one, floor / 16)


def repeated(before: str, pump: str, end: str, size: int) -> str:
    return before + pump * (size // len(pump)) + end
