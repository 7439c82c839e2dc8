"""The public types of a timeline; no behaviour."""

from dataclasses import dataclass

from rag.types import Citation


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineEntry:
    """A statement with the date that it gives."""

    date: str
    """ISO 8601 as far as it is known: `2024`, `2024-03` or `2024-03-12`; where it is a stretch of
    time, its beginning."""
    end: str
    """The end of a stretch of time, written likewise; empty for any other date."""
    written: str
    """The date as the statement words it."""
    relative: bool
    """Whether the date was worked out from that of the article, or of another statement."""
    text: str
    """The whole sentence."""
    context: str
    """The sentence before it, where it leans on that; mostly empty."""
    citations: tuple[int, ...]
    """Numbers of `Timeline.citations`."""

    @property
    def shown(self) -> str:
        """The date for a reader: as it is, and behind a relative one its words."""
        date = f"{self.date} to {self.end}" if self.end else self.date
        return f"{date} (“{self.written}”)" if self.relative else date


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Dated statements of articles, the earliest first."""

    topic: str
    """What they are about; empty for all that the articles date."""
    entries: tuple[TimelineEntry, ...]
    """Empty where nothing is dated, or no article names the topic."""
    citations: tuple[Citation, ...]
    """In order of number."""
