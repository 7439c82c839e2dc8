"""Asks questions one after the other or on several threads, and gives the results in order."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

from eval.results import CaseResult

Item = TypeVar("Item")

OnCase = Callable[[CaseResult], None]
_AHEAD = 4
"""Questions that wait for each thread, so that memory does not grow with the suite."""


def ignore(_: CaseResult) -> None:
    """Do nothing with a finished case: the default of `on_case`."""


def results(
    items: Iterable[Item], ask: Callable[[Item], CaseResult], *, jobs: int = 1
) -> Iterator[CaseResult]:
    """Yield the result of every item, in their order, each with the seconds that it took.

    Args:
        items: what is asked, read as far as there is room for.
        ask: asks one and never raises on purpose; safe to be called from several threads.
        jobs: threads, from 1.

    Closing the iterator, or an interrupt, drops the questions that have not begun.
    """

    def timed(item: Item) -> CaseResult:
        began = time.perf_counter()
        return replace(ask(item), seconds=time.perf_counter() - began)

    if jobs == 1:
        yield from map(timed, items)
        return
    waiting: deque[Future[CaseResult]] = deque()
    pool = ThreadPoolExecutor(max_workers=jobs)
    try:
        for item in items:
            waiting.append(pool.submit(timed, item))
            if len(waiting) >= jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
