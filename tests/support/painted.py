"""Makes small PDFs whose letters, fonts and fields stand where a test wants them."""

import zlib

from documents import pdf_of

_FONTS = (
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold /Encoding /WinAnsiEncoding >>",
)


def at(x: float, y: float, text: str, *, size: float = 12, font: str = "F1") -> str:
    """Return what paints a line; its left end is so many points from the lower left corner."""
    held = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {x} {y} Td ({held}) Tj ET\n"


def lines(*shown: str, x: float = 72, y: float = 720, size: float = 12, leading: float = 14) -> str:
    """Return what paints lines one below the other."""
    return "".join(at(x, y - leading * n, text, size=size) for n, text in enumerate(shown))


def painted(
    *contents: str, page: str = "", root: str = "", info: str = "", more: tuple[bytes, ...] = ()
) -> bytes:
    """Return a PDF of pages with such contents, in Helvetica (F1) and its bold (F2).

    Args:
        contents: One a page, as `at` and `lines` make them.
        page: More entries of each page.
        root: More entries of the catalog.
        info: Entries of the metadata.
        more: More objects, from number 7 + 2 * pages on.
    """
    first = 7
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(contents)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(contents)} >>".encode(),
        _FONTS[0],
        f"<< {info} >>".encode("cp1252"),
        _FONTS[1],
        b"<< >>",
    ]
    for number, content in enumerate(contents):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {page} /Contents "
            f"{first + 2 * number + 1} 0 R /Resources << /Font << /F1 3 0 R /F2 5 0 R >> >> "
            ">>".encode()
        )
        objects.append(_stream(content.encode("cp1252")))
    return pdf_of([*objects, *more])


def form(labels: str, fields: dict[tuple[float, float], str], *, ticks: bool = False) -> bytes:
    """Return a PDF of one page with labels, and fields by their lower left corners.

    Args:
        labels: What paints the page.
        fields: What each field holds; `Yes` and `Off` where they are check boxes.
        ticks: Whether the fields are check boxes.
    """
    numbers = range(9, 9 + len(fields))
    told = " ".join(f"{number} 0 R" for number in numbers)
    return painted(
        labels,
        page=f"/Annots [{told}]",
        root=f"/AcroForm << /Fields [{told}] /NeedAppearances true "
        "/DA (/F1 12 Tf 0 g) /DR << /Font << /F1 3 0 R >> >> >>",
        more=tuple(
            _field(number, place, value, ticks=ticks)
            for number, (place, value) in zip(numbers, fields.items(), strict=True)
        ),
    )


def _field(number: int, place: tuple[float, float], value: str, *, ticks: bool) -> bytes:
    x, y = place
    box = f"[{x} {y} {x + (12 if ticks else 200)} {y + (12 if ticks else 16)}]"
    kind = f"/FT /Btn /V /{value} /AS /{value}" if ticks else f"/FT /Tx /V ({value})"
    return (
        f"<< /Type /Annot /Subtype /Widget /T (f{number}) /Rect {box} {kind} /F 4 "
        "/DA (/F1 12 Tf 0 g) >>".encode("cp1252")
    )


def cid_pdf(text: str, *, codec: str, encoding: str, base: str, ordering: str) -> bytes:
    """Return a PDF of East Asian text whose font is not in the file, as old programs made them."""
    font = (
        f"<< /Type /Font /Subtype /Type0 /BaseFont /{base}-{encoding} /Encoding /{encoding} "
        "/DescendantFonts [5 0 R] >>"
    )
    described = (
        f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /{base} /DW 1000 /FontDescriptor 6 0 R "
        f"/CIDSystemInfo << /Registry (Adobe) /Ordering ({ordering}) /Supplement 2 >> >>"
    )
    descriptor = (
        f"<< /Type /FontDescriptor /FontName /{base} /Flags 4 /FontBBox [0 -200 1000 900] "
        "/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    return _one_page(f"<{text.encode(codec).hex()}>", font, described, descriptor)


def nameless_pdf(letters: int) -> bytes:
    """Return a PDF whose font has so many glyphs, and nothing that says which letters they are."""
    font = (
        "<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Odd /Encoding /Identity-H "
        "/DescendantFonts [5 0 R] >>"
    )
    described = (
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /ABCDEF+Odd /FontDescriptor 6 0 R "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>"
    )
    descriptor = (
        "<< /Type /FontDescriptor /FontName /ABCDEF+Odd /Flags 4 /FontBBox [0 -200 1000 900] "
        "/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    glyphs = "".join(f"{number:04x}" for number in range(3, 3 + letters))
    return _one_page(f"<{glyphs}>", font, described, descriptor)


def _one_page(shown: str, *fonts: str) -> bytes:
    font, described, descriptor = (text.encode("ascii") for text in fonts)
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 8 0 R "
        b"/Resources << /Font << /F1 3 0 R >> >> >>"
    )
    return pdf_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [7 0 R] /Count 1 >>",
            font,
            b"<< >>",
            described,
            descriptor,
            page,
            _stream(f"BT /F1 14 Tf 72 780 Td {shown} Tj ET".encode("ascii")),
        ]
    )


def _stream(data: bytes) -> bytes:
    packed = zlib.compress(data)
    return b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)


WRAPPED = (
    "The harbour of Lindvik was dredged in the spring of 2024 for the",
    "first time since 1987, and the work cost 2.4 million crowns in",
    "all. The quay was not repaired.",
)
