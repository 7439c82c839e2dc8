"""Makes small documents of every format, sound and hostile, for the tests of reading."""

import zipfile
import zlib
from datetime import UTC, datetime
from email.message import EmailMessage
from io import BytesIO
from zipfile import ZIP_DEFLATED as DEFLATED


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
    kids = " ".join(f"{6 + n} 0 R" for n in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 5 0 R "
        b"/Resources << /XObject << /I 3 0 R >> >> >>"
    )
    picture = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream"
    )
    head = f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode()
    shows = _stream(b"/I Do", packed=False)
    return pdf_of(
        [b"<< /Type /Catalog /Pages 2 0 R >>", head, picture, b"<< >>", shows, *[page] * pages]
    )


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


DOCUMENT = "word/document.xml"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(*body: str, title: str = "", author: str = "") -> bytes:
    """Return a Word document of paragraphs, headings (`# x`), or XML where one begins with `<`."""
    from docx import Document
    from docx.oxml import parse_xml

    document = Document()
    document.core_properties.title = title
    document.core_properties.author = author
    document.core_properties.created = datetime(2024, 3, 1, tzinfo=UTC)
    end = document.element.body.sectPr
    for part in body:
        if part.startswith("<"):
            end.addprevious(parse_xml(part.replace(">", f' xmlns:w="{_W}">', 1)))
        elif part.startswith("# "):
            document.add_heading(part[2:], level=1)
        else:
            document.add_paragraph(part)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def docx_table(*rows: tuple[str, ...]) -> str:
    """Return the XML of a table, for `docx`."""
    cells = ("".join(f"<w:tc><w:p><w:r><w:t>{c}</w:t></w:r></w:p></w:tc>" for c in r) for r in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in cells) + "</w:tbl>"


_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_OD_NAMES = " ".join(
    f'xmlns:{name}="{_OASIS}{name}:1.0"' for name in ("office", "text", "table", "style", "meta")
) + (
    f' xmlns:draw="{_OASIS}drawing:1.0" xmlns:svg="{_OASIS}svg-compatible:1.0"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
)


def odt(
    *body: str,
    styles: str = "",
    meta: str = "",
    master: str = "",
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return an OpenDocument text of paragraphs, headings (`# x`), or XML that begins with `<`."""
    parts = (
        part
        if part.startswith("<")
        else f'<text:h text:outline-level="1">{part[2:]}</text:h>'
        if part.startswith("# ")
        else f"<text:p>{part}</text:p>"
        for part in body
    )
    content = (
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{''.join(parts)}</office:text></office:body>"
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        for name, root, inner in (
            ("content.xml", "document-content", content),
            ("styles.xml", "document-styles", master),
            ("meta.xml", "document-meta", f"<office:meta>{meta}</office:meta>"),
        ):
            xml = f"<office:{root} {_OD_NAMES}>{inner}</office:{root}>"
            archive.writestr(name, xml, compress_type=DEFLATED)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P_NAMES = (
    'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    f'xmlns:r="{_RELATIONS}"'
)


def shape(
    *paragraphs: str,
    place: str = "",
    at: tuple[int, int, int, int] | None = None,
    styles: str = "",
) -> str:
    """Return the XML of a shape of a slide: lines, or paragraphs' XML that begins with `<`.

    `place` is a placeholder's type; `at` is left, top, width and height.
    """
    frame = (
        f'<a:xfrm><a:off x="{at[0]}" y="{at[1]}"/><a:ext cx="{at[2]}" cy="{at[3]}"/></a:xfrm>'
        if at
        else ""
    )
    told = "".join(
        part if part.startswith("<") else f"<a:p><a:r><a:t>{part}</a:t></a:r></a:p>"
        for part in paragraphs
    )
    kind = f'<p:ph type="{place}"/>' if place else ""
    return (
        f"<p:sp><p:nvSpPr><p:nvPr>{kind}</p:nvPr></p:nvSpPr><p:spPr>{frame}</p:spPr>"
        f"<p:txBody><a:lstStyle>{styles}</a:lstStyle>{told}</p:txBody></p:sp>"
    )


def pptx(
    *slides: str,
    hidden: tuple[int, ...] = (),
    notes: dict[int, str] | None = None,
    extra: dict[str, bytes] | None = None,
) -> bytes:
    """Return slides of these shapes; notes by the number of their slide, from 1."""
    head = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'

    def relations(*named: tuple[str, str, str]) -> str:
        lines = (
            f'<Relationship Id="{i}" Type="{_RELATIONS}/{k}" Target="{t}"/>' for i, k, t in named
        )
        return f"{head}{''.join(lines)}</Relationships>"

    numbers = range(1, len(slides) + 1)
    listed = "".join(f'<p:sldId r:id="s{n}"/>' for n in numbers)
    parts = {
        "_rels/.rels": relations(("d", "officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": (
            f"<p:presentation {_P_NAMES}><p:sldIdLst>{listed}</p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            *((f"s{n}", "slide", f"slides/slide{n}.xml") for n in numbers)
        ),
    }
    for number, shapes in enumerate(slides, start=1):
        show = ' show="0"' if number in hidden else ""
        tree = f"<p:cSld><p:spTree>{shapes}</p:spTree></p:cSld>"
        parts[f"ppt/slides/slide{number}.xml"] = f"<p:sld {_P_NAMES}{show}>{tree}</p:sld>"
        if said := (notes or {}).get(number):
            tree = f"<p:cSld><p:spTree>{shape(said, place='body')}</p:spTree></p:cSld>"
            parts[f"ppt/notesSlides/n{number}.xml"] = f"<p:notes {_P_NAMES}>{tree}</p:notes>"
            parts[f"ppt/slides/_rels/slide{number}.xml.rels"] = relations(
                ("n", "notesSlide", f"../notesSlides/n{number}.xml")
            )
    out = BytesIO()
    with zipfile.ZipFile(out, "w", DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, xml)
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def xlsx(sheets: dict[str, list[list[object]]], **properties: str) -> bytes:
    """Return a workbook of sheets by name; cells are values, or formulas with `=` in front."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    for name, said in properties.items():
        setattr(book.properties, name, said)
    return saved(book)


def saved(book: object) -> bytes:
    """Return the bytes of a workbook of openpyxl, or of a document of python-docx."""
    out = BytesIO()
    book.save(out)  # type: ignore[attr-defined]
    return out.getvalue()


def with_members(data: bytes, members: dict[str, bytes]) -> bytes:
    """Return a zip archive with more members."""
    out = BytesIO(data)
    with zipfile.ZipFile(out, "a", DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def epub(*chapters: str, metadata: str = "", extra: dict[str, bytes] | None = None) -> bytes:
    """Return an EPUB book whose chapters have these bodies."""
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    order = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">{metadata}</metadata>'
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/content.opf"/></rootfiles></container>'
    )
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr("META-INF/container.xml", container)
        book.writestr("OEBPS/content.opf", package)
        for number, body in enumerate(chapters):
            page = (
                '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html><html '
                f'xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{body}</body></html>'
            )
            book.writestr(f"OEBPS/text/c {number}.xhtml", page)
        for name, content in (extra or {}).items():
            book.writestr(name, content)
    return out.getvalue()


def mail(text: str = "", *, html: str = "", files: dict[str, bytes] | None = None) -> bytes:
    """Return a message of Jane Doe's with attachments by file name."""
    message = EmailMessage()
    message["From"] = "Jane Doe <jane@example.org>"
    message["To"] = "Fleet <fleet@example.org>"
    message["Subject"] = "Plans for the fleet"
    message["Date"] = "Fri, 01 Mar 2024 12:00:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(text or "")
    if html:
        message.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=name
        )
    return message.as_bytes()


def replaced(data: bytes, members: dict[str, bytes]) -> bytes:
    """Return a zip archive in which these members have another content."""
    for name in members:
        data = without(data, name)
    return with_members(data, members)


def without(data: bytes, member: str) -> bytes:
    """Return a zip archive without one of its members."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(out, "w", DEFLATED) as new:
        for name in old.namelist():
            if name != member:
                new.writestr(name, old.read(name))
    return out.getvalue()


def deflated(data: bytes) -> bytes:
    """Return a stream of a PDF, packed."""
    return _stream(data, packed=True)


def encrypted_pdf(text: str, *, password: str, algorithm: str = "RC4-128") -> bytes:
    """Return a PDF that opens with a password, or without where it is empty."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(pdf(text))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm=algorithm)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
