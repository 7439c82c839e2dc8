"""Makes small documents of every format, sound and hostile, for the tests of reading."""

import zlib


def pdf(
    *pages: str, info: str = "", root: str = "", extra: tuple[bytes, ...] = (), packed: bool = False
) -> bytes:
    """Return a PDF whose pages show these lines; `info`, `root`, `extra` are PDF syntax."""
    first = 5
    kids = " ".join(f"{first + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {root} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {info} >>".encode(),
    ]
    for number, text in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents "
            f"{first + 2 * number + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        objects.append(_stream(_shown(text), packed=packed))
    return pdf_of([*objects, *extra])


def scanned_pdf(pages: int) -> bytes:
    """Return a PDF of pages that show a picture each and no text."""
    kids = " ".join(f"{5 + n} 0 R" for n in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] "
        b"/Resources << /XObject << /I 3 0 R >> >> >>"
    )
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /Length 1 >>\nstream\n0\nendstream"
    )
    head = f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode()
    return pdf_of([b"<< /Type /Catalog /Pages 2 0 R >>", head, picture, b"<< >>", *[page] * pages])


def pdf_of(objects: list[bytes]) -> bytes:
    """Return a PDF of these objects; the first is its root, the fourth its metadata."""
    body, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
        + b"startxref\n%d\n%%%%EOF\n" % len(body)
    )


def _shown(text: str) -> bytes:
    lines = (
        line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        for line in text.split("\n")
    )
    moves = "".join(f"({line}) Tj 0 -14 Td " for line in lines)
    return f"BT /F1 12 Tf 72 720 Td {moves}ET".encode("cp1252")


def _stream(data: bytes, *, packed: bool) -> bytes:
    filters = b"/Filter /FlateDecode " if packed else b""
    data = zlib.compress(data, 9) if packed else data
    return b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(data), data)
