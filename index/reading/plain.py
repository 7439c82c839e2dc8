"""Reads plain text, and transcripts: what was said in whole sentences, each at its time.

A blog's page that was copied as text loses what stands under the post.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Final

from index.card import Card, not_read
from index.errors import ReadError
from index.reading.metadata import MAX_TITLE, first_line_title, name_title
from index.reading.normal import decode, normalise, one_line
from index.types import Extract

MAX_LINES = 40
"""Most lines of a footer; more than that is a document about footers."""
MAX_SHARE = 0.15
"""Largest share of the text's characters that a footer of more than `SHORT` lines can be."""
SHORT = 15
"""Lines of a footer that is cut from a text of any length; Blogger's own, with share links,
labels and pager, has as many."""

_SURE: Final = (
    r"(\d+ |no )?comments:?",
    r"1 comment:?",
    r"(post|leave|add|write) a (comment|reply)",
    r"leave a reply",
    r"(newer|older) posts?",
    r"subscribe to:?( post comments \(atom\)| posts \(atom\))?",
    r"(share this|email this|blogthis!|e-?mail thisblogthis!.*)",
    r"share to (x|twitter|facebook|pinterest|linkedin|reddit)",
    r"powered by (blogger|wordpress)\.?",
    r"view (web|mobile) version",
)
"""Lines that stand under a post and nowhere in it."""

_LIKELY: Final = (
    r"home",
    r"(labels|tags|categories|filed under): ?.*",
    r"(posted|published) by .{1,80}",
    r"share( post)?:?",
    r"(reply|like|tweet|print|permalink|related posts?:?)",
    r"subscribe to: ?.*",
)
"""Lines that an article may end with: part of a footer only beside a sure one."""

_SURE_LINE = re.compile("|".join(_SURE))
_ANY_LINE = re.compile("|".join((*_SURE, *_LIKELY)))


class PlainReader:
    """Reads text files; the text is the file's, less the footer of a copied blog post."""

    VERSION: Final = 2

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a text file in whatever charset it is.

        The title is the first line where that looks like one (it stays in the text, too), else
        the file's name. Blank lines in front and blanks at the end are dropped.

        Raises:
            ReadError: It is binary, or has no visible character.
        """
        text = normalise(decode(data)).lstrip("\n").rstrip()
        if not text.strip():
            raise ReadError("it is empty but for blanks; there is nothing to quote from")
        text = cut_footer(text)
        return Extract(
            card=Card(
                title=first_line_title(text) or name_title(name),
                media_type="text/plain",
            ),
            text=text,
        )


def cut_footer(text: str) -> str:
    """Return the text without the block of footer lines at its end.

    Only whole lines are cut, only an unbroken run of them (blank lines aside) up to the end, and
    only if one of them is of the sure kind; a text of nothing else is returned as it is.

    Args:
        text: Normalised text without blanks at its end.
    """
    lines = text.split("\n")
    start, seen, sure = len(lines), 0, False
    while start and seen <= MAX_LINES:
        line = " ".join(lines[start - 1].lower().split())
        if line and not _ANY_LINE.fullmatch(line):
            break
        seen += bool(line)
        sure = sure or bool(_SURE_LINE.fullmatch(line))
        start -= 1
    kept = "\n".join(lines[:start]).rstrip()
    small = seen <= SHORT or len(text) - len(kept) <= MAX_SHARE * len(text)
    return kept if sure and kept and small and seen <= MAX_LINES else text


_TIMES = re.compile(r"[ \t]*(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,]\d{1,3}[ \t]*-->[ \t]*\S")
"""A line of times; hours may be left out in WebVTT."""
_TITLE = re.compile(r"WEBVTT[ \t]+-[ \t]*(\S.*)")
_NOT_SHOWN = re.compile(r"(NOTE|STYLE|REGION)(?:[ \t]|\Z)")
_TAG = re.compile(
    r"</?(?:v|c|i|b|u|s|font|lang|ruby|rt|strong|em|span|p)(?:[\s.][^<>\n]{0,200})?/?>"
    r"|<\d[\d:.]{0,20}>|\{\\[^{}\n]{0,100}\}",
    re.IGNORECASE,
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]{1,50})?[ \t]([^<>\n]{1,100})>", re.IGNORECASE)
_SPEAKER = re.compile(r"(?!https?:)([^\W\d_][^:\n]{0,39}):[ \t]+(?=\S)")
"""A name in front of what is said."""
_TURN = re.compile(r"(?:>>+|-|–|—)[ \t]*(?=[\w\"“'¿¡])")
"""What stands before the words of the next speaker, where no name does."""
_SENTENCE_END = re.compile(r"[.!?…。！？؟।][\"”’»)\]]{0,3}\Z")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]")
_NAMED = 0.2
"""Share of cues that name who speaks from which on a name is not said again with each cue."""
_LONG = 400
"""Characters from which on a paragraph ends with the next sentence."""
_LONG_BARE = 160
"""The same, with the next cue, where the text has no stops, as captions by programs have none."""
_FEW_STOPS = 0.1
"""Share of cues that end with a stop under which a text has none; of speech that a person wrote
down a third or more do."""
_ROLLING = 0.3
"""Share of cues that begin with words of the one before, and go on, from which on captions roll."""
_SAME_WORDS = 2
_WINDOW = 60
"""Words of what was shown last among which a rolling caption's first words are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cue:
    """What is shown at a time."""

    seconds: int
    lines: tuple[str, ...]
    speaker: str = ""


class TranscriptReader:
    """Reads WebVTT and SubRip files, as videos, podcasts and meetings have them.

    Cues are joined to sentences and paragraphs; a speaker begins one, with the name in front
    (`Ida Lund: We sail.`). Numbers of cues, tags and repeated lines of rolling captions go. The
    time at which a paragraph or a sentence in it begins is its place, `00:03:12`.
    """

    VERSION: Final = 1

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a transcript; what has no line of times is read as plain text.

        The title is the one behind `WEBVTT -`, else the file's name.

        Raises:
            ReadError: It is binary, or nothing is said in it.
        """
        lines = normalise(decode(data)).strip("\n").split("\n")
        if not any(map(_TIMES.match, lines)):
            return PlainReader().read(data, name=name)
        is_vtt = lines[0].startswith("WEBVTT")
        cues, notes = _cues(lines, is_vtt=is_vtt)
        cues = _without_repeats(_with_speakers(cues))
        set_as = _Setting(bare=_is_bare(cues))
        for cue in cues:
            set_as.take(cue)
        if not set_as.starts:
            raise ReadError("nothing is said in the transcript; there is nothing to quote from")
        stated = _TITLE.match(lines[0])
        return Extract(
            card=Card(
                title=stated[1][:MAX_TITLE] if stated else name_title(name),
                media_type="text/vtt" if is_vtt else "application/x-subrip",
                left_out=not_read(notes, "note", "remarks in the file are not shown to viewers"),
            ),
            text=set_as.text(),
            page_starts=tuple(set_as.starts),
            page_labels=tuple(set_as.labels),
        )


def _cues(lines: Sequence[str], *, is_vtt: bool) -> tuple[list[_Cue], int]:
    """Return the cues in order, and how many notes of WebVTT there are."""
    cues: list[_Cue] = []
    seconds: int | None = None
    shown: list[str] = []
    notes, gap, skipping = 0, True, False
    for line, following in pairwise((*lines, "")):
        times = _TIMES.match(line)
        if times:
            cues += _pieces(seconds, shown)
            hours, minutes, rest = (int(part or 0) for part in times.groups())
            seconds, shown, skipping = 3600 * hours + 60 * minutes + rest, [], False
        elif is_vtt and gap and (told := _NOT_SHOWN.match(line)):
            notes, skipping = notes + (told[1] == "NOTE"), True
        elif not line.strip():
            skipping = False
        elif not skipping and not _is_number(line, following, gap=gap):
            shown.append(line)
        gap = not line.strip()
    return [*cues, *_pieces(seconds, shown)], notes


def _is_number(line: str, following: str, *, gap: bool) -> bool:
    """Tell the number or name of a cue: above a line of times, and under a gap or a number."""
    return bool(_TIMES.match(following)) and (gap or line.strip().isdecimal())


def _pieces(seconds: int | None, shown: Sequence[str]) -> Iterator[_Cue]:
    """Yield what one cue shows, a piece a voice; nothing for what stands above the first."""
    if seconds is None:
        return
    said: list[tuple[str, str]] = []
    speaker = ""
    for line in shown:
        before, *voices = _VOICE.split(line)
        said.append((speaker, _plain(before)))
        for voice, text in zip(voices[::2], voices[1::2], strict=True):
            speaker = _plain(voice)
            said.append((speaker, _plain(text)))
    for voice, group in groupby((piece for piece in said if piece[1]), lambda piece: piece[0]):
        yield _Cue(seconds=seconds, lines=tuple(text for _, text in group), speaker=voice)


def _plain(text: str) -> str:
    return one_line(html.unescape(_TAG.sub("", text)))


def _with_speakers(cues: list[_Cue]) -> list[_Cue]:
    """Take names in front of what is said for speakers, where most of a file has them."""
    found = [_SPEAKER.match(cue.lines[0]) for cue in cues]
    counts = Counter(name[1] for name in found if name)
    if sum(count for count in counts.values() if count > 1) < _NAMED * len(cues):
        return cues
    names = {n for n in counts if counts[n] > 1 or all(part[0].isupper() for part in n.split())}
    told, speaker = [], ""
    for cue, name in zip(cues, found, strict=True):
        if name and name[1] in names and not cue.speaker:
            rest = (cue.lines[0][name.end() :], *cue.lines[1:])
            told.append(replace(cue, lines=rest, speaker=name[1]))
        else:
            # Who speaks is said once where it goes on over several cues.
            told.append(cue if cue.speaker else replace(cue, speaker=speaker))
        speaker = told[-1].speaker
    return told


def _without_repeats(cues: list[_Cue]) -> list[_Cue]:
    """Leave out what rolling captions show again from the cue before."""
    words = [" ".join(cue.lines).split() for cue in cues]
    # Of a cue that says nothing new it cannot be told whether somebody said it again.
    shared = ((_overlap(before, now, before=before), len(now)) for before, now in pairwise(words))
    if sum(1 for count, length in shared if 0 < count < length) <= _ROLLING * len(cues):
        return cues
    kept: list[_Cue] = []
    shown: list[str] = []
    before: list[str] = []
    for cue, now in zip(cues, words, strict=True):
        new = now[_overlap(shown, now, before=before) :]
        if new:
            kept.append(replace(cue, lines=(" ".join(new),)))
        shown, before = [*shown, *new][-_WINDOW:], now
    return kept


def _overlap(shown: Sequence[str], now: Sequence[str], *, before: Sequence[str]) -> int:
    """Return how many of a cue's first words are the last that were shown.

    One word is taken for a repeated one where it is all that a cue shows.
    """
    for count in range(min(len(shown), len(now), _WINDOW), 0, -1):
        if shown[-count:] == now[:count]:
            return count if count >= min(_SAME_WORDS, len(now), len(before)) else 0
    return 0


def _is_bare(cues: Sequence[_Cue]) -> bool:
    """Tell a text without stops."""
    ends = sum(1 for cue in cues if _SENTENCE_END.search(cue.lines[-1]))
    return ends < _FEW_STOPS * len(cues)


class _Setting:
    """Sets cues as one text and notes where each begins.

    Args:
        bare: Whether the text has no stops.
    """

    def __init__(self, *, bare: bool) -> None:
        self._bare = bare
        self._parts: list[str] = []
        self._length = 0
        self._paragraph = 0
        """Offset of the last paragraph."""
        self._speaker = ""
        self.starts: list[int] = []
        self.labels: list[str] = []

    def text(self) -> str:
        return "".join(self._parts)

    def take(self, cue: _Cue) -> None:
        for number, line in enumerate(cue.lines):
            turn = _TURN.match(line)
            said = line[turn.end() :] if turn else line
            new = not self._parts or cue.speaker != self._speaker or self._is_full()
            new = new or bool(turn) or bool(_SPEAKER.match(said))
            self._put(said, speaker=cue.speaker, paragraph=new, at=None if number else cue.seconds)

    def _is_full(self) -> bool:
        """Say whether the next words begin a paragraph whoever says them."""
        length = self._length - self._paragraph
        if self._bare:
            return length >= _LONG_BARE
        return length >= _LONG and bool(_SENTENCE_END.search(self._parts[-1]))

    def _put(self, said: str, *, speaker: str, paragraph: bool, at: int | None) -> None:
        gap = "\n\n" if paragraph else "" if self._runs_on(said) else " "
        gap = gap if self._parts else ""
        start = self._length + len(gap)
        if paragraph:
            self._paragraph, self._speaker = start, speaker
            said = f"{speaker}: {said}" if speaker else said
        if at is not None:
            label = f"{at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}"
            if self.labels[-1:] != [label]:
                self.starts.append(start)
                self.labels.append(label)
        self._parts += (gap, said)
        self._length = start + len(said)

    def _runs_on(self, said: str) -> bool:
        """Say whether no blank parts a line from the one before, as in Japanese."""
        wide = _WIDE.match(self._parts[-1][-1:]) and _WIDE.match(said)
        return bool(wide) and not self._bare
