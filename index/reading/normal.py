"""The form that every text is stored and quoted in; nothing a reader cannot see stays in it."""

import re
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator

MAX_MARKS = 30
"""Most combining marks kept on one letter, the bound of Unicode's Stream-Safe Text Format
(UAX #15, section 13); NFC is quadratic in a run of them: 80,000 took 5 seconds."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters; tab and line feed stay
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    "]+"
)
"""Unicode's Default_Ignorable_Code_Point (soft hyphen, zero-width space, bidirectional controls,
tags) but joiners and variation selectors, which the two patterns below judge by their place."""

_SELECTOR = r"\ufe00-\ufe0f\U000e0100-\U000e01ef"
_IDEOGRAPH = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_STRAY_SELECTOR = re.compile(
    rf"(?<![^\s\u200c\u200d{_SELECTOR}])[\ufe00-\ufe0f]"
    rf"|(?<![{_IDEOGRAPH}])[\U000e0100-\U000e01ef]"
)
"""Selectors that select nothing: a run of them behind one emoji can carry a hidden message."""

_JOINING = r"\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\U00010a00-\U00011fff"
_EMOJI = r"\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_STRAY_JOINER = re.compile(
    rf"\u200c(?![{_JOINING}])|(?<![{_JOINING}])\u200c"
    rf"|\u200d(?![{_JOINING}{_EMOJI}])|(?<![{_JOINING}{_EMOJI}{_SELECTOR}])\u200d"
)
"""Zero-width (non-)joiners outside the scripts that need them and outside emoji sequences."""

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MANY_SIGNS = re.compile(rf"[^\w\s\x00-\u02ff]{{{MAX_MARKS + 1},}}")
"""Where a long run of marks can be; punctuation is let through by looking closer."""


class LongText:
    """A table's text, read by its length, by slices with a step of 1, and whole by `str`.

    One letter beyond Latin-1 makes every character of a `str` twice as large, one emoji four
    times: of 180 million characters up to 720 MB. Here pieces of them are compressed, as rows that
    repeat the names of their columns can well be; the piece that was read last is at hand.

    Args:
        pieces: Consecutive parts, none of them much longer than a million characters.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._packed: list[bytes] = []
        self._starts = [0]
        for piece in filter(None, pieces):
            packed = zlib.compress(piece.encode("utf-8", "surrogatepass"), level=1)
            self._packed.append(packed)
            self._starts.append(self._starts[-1] + len(piece))
        self._last = (-1, "")

    @property
    def size(self) -> int:
        """Bytes that its pieces take."""
        return sum(map(len, self._packed))

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, part: slice) -> str:
        start, end, _ = part.indices(len(self))
        found = []
        while start < end:
            at = bisect_right(self._starts, start) - 1
            first, last = self._starts[at], self._starts[at + 1]
            found.append(self._piece(at)[start - first : end - first])
            start = last
        return "".join(found)

    def __str__(self) -> str:
        return "".join(self.pieces())

    def pieces(self) -> Iterator[str]:
        """Yield the parts that it was made of, empty ones left out."""
        return map(self._piece, range(len(self._packed)))

    def _piece(self, at: int) -> str:
        known, text = self._last  # read once: other threads may set it meanwhile
        if known != at:
            text = zlib.decompress(self._packed[at]).decode("utf-8", "surrogatepass")
            self._last = (at, text)
        return text


def normalise(text: str) -> str:
    r"""Return the text as it is stored: NFC, `\n` line ends, without invisible characters.

    Removed are control characters but tab and line feed, zero-width and Unicode-tag characters,
    bidirectional controls, soft hyphens, stray joiners and variation selectors; kept are joiners
    in emoji sequences and in scripts that spell with them. Lone surrogates become U+FFFD. Running
    it twice changes nothing more; empty text gives empty text.
    """
    text = _LINE_ENDS.sub("\n", text)
    if not text.isascii():
        text = _INVISIBLE.sub("", _LONE_SURROGATE.sub("\ufffd", text))
        text = _STRAY_JOINER.sub("", _STRAY_SELECTOR.sub("", text))
        return unicodedata.normalize("NFC", _MANY_SIGNS.sub(_fewer_marks, text))
    return _INVISIBLE.sub("", text)


def one_line(text: str) -> str:
    """Return the normalised text with every run of blanks as one space, none at the ends."""
    return " ".join(normalise(text).split())


def _fewer_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for character in found.group():
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
