"""Makes web pages that were asked for by their addresses ready to be added."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from index.errors import ReadError
from index.reading import Limits, Skipped, one_line, read_content, stop_reading
from index.sync.prepare import Incoming, document_id
from index.types import Change
from index.web.address import parse_address
from index.web.fetch import Fetcher


def read_pages(
    urls: Iterable[str], *, known: Mapping[str, str], fetcher: Fetcher
) -> Iterator[Incoming | Change]:
    """Fetch and read web pages, in order, each once; the source is the address, less its fragment.

    Args:
        urls: As given by the user.
        known: sha256 of what each stored source was read from; a page with the same bytes is
            unchanged.
        fetcher: Fetches them.

    Yields:
        What was read, and a change for what is unchanged or skipped with the reason.
    """
    seen: set[str] = set()
    try:
        for url in dict.fromkeys(urls):
            try:
                source = parse_address(url).url
                if source not in seen:
                    seen.add(source)
                    yield _read(source, known, fetcher)
            except ReadError as error:
                yield Change(kind="skipped", source=one_line(url), reason=str(error))
    finally:
        stop_reading()


def _read(source: str, known: Mapping[str, str], fetcher: Fetcher) -> Incoming | Change:
    page = fetcher.fetch(source)
    if known.get(source) == hashlib.sha256(page.data).hexdigest():
        return Change(kind="unchanged", source=source, document_id=document_id(source))
    outcome = read_content(page.data, name=page.name, limits=Limits())
    if isinstance(outcome, Skipped):
        return Change(kind="skipped", source=source, reason=outcome.reason)
    return Incoming(source=source, extract=outcome.extract, file_sha256=outcome.file_sha256)
