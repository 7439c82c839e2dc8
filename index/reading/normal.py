"""From the bytes of a text file to the form that every text is stored and quoted in.

Bytes that are not text are refused, and nothing a reader cannot see stays in a text.
"""

import codecs
import re
import unicodedata
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final

from index.errors import ReadError

MAX_CONTROL_SHARE = 0.01
"""Share of control characters above which a file is no text: text has none but the odd form feed
or escape, compressed or random bytes have one in ten."""

_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its first two bytes are UTF-16's mark
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES: Final = (
    *("cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "koi8_r"),
    *("cp932", "euc_jp", "gb18030", "big5", "cp949", "mac_roman"),
)
"""What text that is not UTF-8 is in on the Web and on old disks. With all of charset-normalizer's
99, short English and French text in Windows-1252 was taken for Baltic."""

_WHOLE: Final = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", *_CANDIDATES)
_HEAD = 1_000_000
"""Bytes by which the charset of a large file is told."""

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\x1b"))
_DECLARED = re.compile(
    rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE
)
_XML_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})""")
_LABELS: Final = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "latin1": "cp1252",
    "iso-8859-1": "cp1252",
    "macintosh": "mac_roman",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "iso-2022-jp": "iso2022_jp",
}
"""Labels that the WHATWG Encoding Standard reads as a larger charset than they name."""
_PLAIN_LABEL = re.compile(
    r"(windows-?|cp)(125\d|874|932|949)|iso-?8859-?\d+|koi8-[ru]|euc-jp|big5|gb18030"
)
"""Other labels that are believed; utf-7, idna, unicode_escape and the like are not."""


def decode(data: bytes, *, declared: str | None = None, allow_nul: bool = False) -> str:
    """Decode a text file: byte-order mark, UTF-8, the declared charset, then detection.

    UTF-8 goes before the declaration because text that is valid UTF-8 beyond ASCII is never
    another charset by chance, while declarations are often wrong.

    Args:
        data: The whole file.
        declared: A Python codec that the file names for itself.
        allow_nul: Whether NULs are dropped (HTML parsers do) rather than taken as binary.

    Returns:
        The characters, without byte-order mark; undecodable bytes of a nearly valid file are
        U+FFFD. Empty for empty data.

    Raises:
        ReadError: It is binary, or no known charset fits.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return _checked(data.decode(codec, errors="replace"), allow_nul=allow_nul)
    if wide := _utf16_without_mark(data):
        return _checked(data.decode(wide, errors="replace"), allow_nul=allow_nul)
    if allow_nul:
        data = data.replace(b"\0", b"")
    _refuse_binary(data)
    text = _stateful(data, declared) or _utf8(data) or _declared(data, declared) or _detected(data)
    return _checked(text, allow_nul=allow_nul)


def codec_of(file: BinaryIO) -> str:
    """Return the Python codec of a text file that is too large to be decoded at once.

    UTF-8 where all of it is valid, else what its first megabyte is in.

    Raises:
        ReadError: Its beginning is binary, or no known charset fits.
    """
    head = file.read(_HEAD)
    text = decode(head)
    file.seek(0)
    if not head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and _is_utf8(file):
        return "utf-8-sig"
    fitting = (c for c in _WHOLE if head.decode(c, errors="replace").removeprefix("\ufeff") == text)
    return next(fitting, "cp1252")


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while part := file.read(_HEAD):
            decoder.decode(part)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def declared_charset(data: bytes) -> str | None:
    """Return the Python codec that an HTML page names in its first 2 kB; None if unknown."""
    found = _DECLARED.search(data, 0, 2048) or _XML_DECLARED.search(data, 0, 2048)
    if not found:
        return None
    return charset_codec(found.group(1).decode("ascii", errors="ignore"))


def charset_codec(label: str) -> str | None:
    """Return the Python codec that a label of a charset means; None if it is not believed."""
    label = label.lower()
    if label in _LABELS:
        return _LABELS[label]
    return label if _PLAIN_LABEL.fullmatch(label) and _is_codec(label) else None


def _is_codec(label: str) -> bool:
    try:
        codecs.lookup(label)
    except LookupError:
        return False
    return True


def _utf16_without_mark(data: bytes) -> str | None:
    """Recognise mostly-Latin UTF-16: one byte of nearly every pair is NUL, the other never."""
    pairs = len(data) // 2
    low, high = data[: pairs * 2 : 2].count(0), data[1 : pairs * 2 : 2].count(0)
    if pairs < 2 or (low and high) or max(low, high) < 0.5 * pairs:
        return None
    return "utf-16-le" if high else "utf-16-be"


def _refuse_binary(data: bytes) -> None:
    controls = len(data) - len(data.translate(None, delete=_CONTROLS))
    if b"\0" in data or controls > MAX_CONTROL_SHARE * len(data):
        raise ReadError(
            f"not text: {controls} of its {len(data)} bytes are control characters; "
            "only documents with text in them are read"
        )


def _stateful(data: bytes, declared: str | None) -> str | None:
    # Its bytes are all ASCII, so the test for UTF-8 would pass and give escape codes.
    return _declared(data, declared) if declared == "iso2022_jp" and b"\x1b" in data else None


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("utf-8", errors="replace")
    # A file cut inside a character, or with one stray byte, stays UTF-8.
    wrong = text.count("\ufffd")
    beyond_ascii = len(text) - len(text.encode("ascii", errors="ignore")) - wrong
    return text if wrong * 10 <= beyond_ascii else None


def _declared(data: bytes, declared: str | None) -> str | None:
    if declared is None:
        return None
    text = data.decode(declared, errors="replace")
    return text if text.count("\ufffd") <= MAX_CONTROL_SHARE * len(text) else None


def _detected(data: bytes) -> str:
    from charset_normalizer import from_bytes

    matches = from_bytes(data, cp_isolation=list(_CANDIDATES))
    best = matches.best()
    if best is None:
        return _western(data)
    # Windows-1250 and -1252 tie on text whose only special letters both have; West is likelier.
    for match in matches:
        if match.encoding == "cp1252" and match.chaos <= best.chaos:
            tie = match.coherence >= best.coherence
            return data.decode("cp1252" if tie else best.encoding, errors="replace")
    return data.decode(best.encoding, errors="replace")


def _western(data: bytes) -> str:
    """Decode as Windows-1252 what is mostly ASCII: detection gives up on text full of accents."""
    ascii_bytes = len(data.decode("ascii", errors="ignore"))
    if ascii_bytes < 0.6 * len(data) or any(byte in data for byte in b"\x81\x8d\x8f\x90\x9d"):
        raise ReadError("not text: no known charset fits its bytes; save it as UTF-8")
    return data.decode("cp1252")


def _checked(text: str, *, allow_nul: bool) -> str:
    """Refuse characters that only wrongly decoded or binary content has."""
    text = text.removeprefix("\ufeff")
    if allow_nul:
        text = text.replace("\0", "")
    wrong = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", text))
    if "\0" in text or wrong > max(1, MAX_CONTROL_SHARE * len(text)):
        raise ReadError(
            f"not text: {wrong} of its {len(text)} characters are control characters or cannot "
            "be decoded; save it as UTF-8"
        )
    return text


MAX_MARKS = 30
"""Most combining marks kept on one letter, the bound of Unicode's Stream-Safe Text Format
(UAX #15, section 13); NFC is quadratic in a run of them: 80,000 took 5 seconds."""

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f"  # control characters; tab and line feed stay
    "\u00ad\u034f\u061c\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
    "]+"
)
"""Unicode's Default_Ignorable_Code_Point (soft hyphen, zero-width space, bidirectional controls,
tags) but joiners and variation selectors, which two patterns below judge by their place, and
fillers."""
_FILLER = re.compile("[\u3164\uffa0]|\u115f(?![\u1161-\u11a7])|(?<![\u1100-\u115e])\u1160")
"""What stands for a letter of Hangul that is not there, outside of a syllable: seen as a blank."""
_FILLERS = "\u3164\uffa0\u115f\u1160"
_BRAILLE_BLANK = "\u2800"

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
    in emoji sequences and in scripts that spell with them. Lone surrogates become U+FFFD, and
    letters that are seen as blanks become blanks. Running it twice changes nothing more; empty text
    gives empty text.
    """
    text = _LINE_ENDS.sub("\n", text)
    if not text.isascii():
        text = _with_blanks(_INVISIBLE.sub("", _LONE_SURROGATE.sub("\ufffd", text)))
        text = _STRAY_JOINER.sub("", _STRAY_SELECTOR.sub("", text))
        return unicodedata.normalize("NFC", _MANY_SIGNS.sub(_fewer_marks, text))
    return _INVISIBLE.sub("", text)


def without_invisible(piece: str) -> str:
    """Return a piece of a text as `normalise` does, but joiners, marks and line ends stay.

    What those do is seen only from what stands around them, which may come with the next piece.
    """
    if piece.isascii() and piece.isprintable():
        return piece
    return _INVISIBLE.sub("", piece).replace("\u3164", " ").replace("\uffa0", " ")


def one_line(text: str) -> str:
    """Return the normalised text with every run of blanks as one space, none at the ends.

    One of them is that of Braille, which a text keeps.
    """
    return " ".join(normalise(text).replace(_BRAILLE_BLANK, " ").split())


def _with_blanks(text: str) -> str:
    return _FILLER.sub(" ", text) if any(one in text for one in _FILLERS) else text


def _fewer_marks(found: re.Match[str]) -> str:
    kept: list[str] = []
    run = 0
    for character in found.group():
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MAX_MARKS:
            kept.append(character)
    return "".join(kept)
