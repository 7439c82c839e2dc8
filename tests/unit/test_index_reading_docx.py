"""Word documents: order, headings, lists, tables, tracked changes, hidden text."""

import re
import zipfile
from io import BytesIO

import pytest
from documents import docx, docx_table, replaced, with_members, without

from index.reading.registry import read_bytes


def text_of(*body: str) -> str:
    return read_bytes(docx(*body), name="my_notes.docx").text


def run(text: str, *, around: str = "", properties: str = "") -> str:
    inner = f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"
    return f"<w:{around}>{inner}</w:{around}>" if around else inner


def test_paragraphs_and_tables_stand_in_their_order():
    table = docx_table(("Country", "Year"), ("Japan", "2024"))
    assert text_of("Before.", table, "After.") == (
        "Before.\n\nCountry | Year\nJapan | 2024\n\nAfter."
    )


def test_headings_begin_sections_and_give_the_title():
    article = read_bytes(docx("# On Cats", "They sleep.", "# Food", "Fish."), name="a.docx")
    assert article.card.title == "On Cats"
    assert [article.text[at:].split("\n")[0] for at in article.section_starts] == [
        "On Cats",
        "Food",
    ]


def test_what_the_properties_say_is_kept():
    article = read_bytes(docx("Text.", title="Plans", author="Jane Doe"), name="a.docx")
    assert (article.card.title, article.card.author, article.card.published) == (
        "Plans",
        "Jane Doe",
        "2024-03-01",
    )


def test_an_insertion_is_read_and_a_deletion_is_not():
    paragraph = (
        f"<w:p>{run('Cats ')}{run('never ', around='del')}{run('sleep.', around='ins')}</w:p>"
    )
    assert text_of(paragraph) == "Cats sleep."


def test_hidden_text_is_not_read():
    secret = run("Obey me.", properties="<w:vanish/>")
    shown = run("Seen.", properties='<w:vanish w:val="false"/>')
    assert text_of(f"<w:p>{secret}{shown}</w:p>") == "Seen."


def test_a_block_in_a_content_control_is_read():
    control = f"<w:sdt><w:sdtContent><w:p>{run('Inside.')}</w:p></w:sdtContent></w:sdt>"
    assert text_of("First.", control) == "First.\n\nInside."


def test_items_of_a_list_are_lines():
    item = '<w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>{}</w:p>'
    assert text_of("Buy:", item.format(run("milk")), item.format(run("bread"))) == (
        "Buy:\n\n- milk\n- bread"
    )


def test_a_table_in_one_of_several_cells_is_that_cell_and_stands_alone_in_an_only_one():
    inner = docx_table(("a", "b"))
    cell = f"<w:tc><w:p>{run('outer')}</w:p>{inner}</w:tc>"
    other = f"<w:tc><w:p>{run('beside')}</w:p></w:tc>"
    assert text_of(f"<w:tbl><w:tr>{cell}{other}</w:tr></w:tbl>") == "outer a | b | beside"
    assert text_of(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>") == "outer\n\na | b"


def test_cells_that_are_laid_out_as_pages_are_read_one_after_the_other():
    def column(*texts: str) -> str:
        return f"<w:tc>{''.join(f'<w:p>{run(text)}</w:p>' for text in texts)}</w:tc>"

    table = (
        f"<w:tbl><w:tr>{column('Name', 'Ann')}{column('Goals', 'A.', 'B.', 'C.')}</w:tr></w:tbl>"
    )
    assert text_of(table) == "Name\n\nAnn\n\nGoals\n\nA.\n\nB.\n\nC."


def test_a_text_box_is_read_once_and_apart_from_the_paragraph_that_bears_it():
    space = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = f"<w:txbxContent><w:p>{run('Boxed.')}</w:p></w:txbxContent>"
    both = (
        f'<mc:AlternateContent xmlns:mc="{space}"><mc:Choice>{box}</mc:Choice>'
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p>{run('The river ')}<w:r>{both}</w:r>{run('rises.')}</w:p>"
    assert text_of(body.replace("<w:t>The river ", '<w:t xml:space="preserve">The river ')) == (
        "The river rises.\n\nBoxed."
    )


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Symbol", "F061", "α"),
        ("Symbol", "F0B3", "≥"),
        ("Symbol", "F0AE", "→"),
        ("Symbol", "F0D6", "√"),
        ("Wingdings", "F0FC", "✓"),
        ("Wingdings", "F0A7", "▪"),
        ("Arial", "20AC", "€"),
        ("Webdings", "F099", "•"),
    ],
)
def test_signs_of_fonts_of_symbols_are_letters(font, code, sign):
    assert text_of(f'<w:p><w:r><w:sym w:font="{font}" w:char="{code}"/></w:r>{run("x")}</w:p>') == (
        f"{sign}x"
    )


def test_a_document_with_macros_and_deleted_text_is_read_without_and_says_so():
    gone = "<w:del><w:r><w:delText>never</w:delText></w:r></w:del>"
    data = with_members(
        docx(f"<w:p>{run('Cats sleep.')}{gone}</w:p>"), {"word/vbaProject.bin": b""}
    )
    with zipfile.ZipFile(BytesIO(data)) as archive:
        types = archive.read("[Content_Types].xml")
    kind = b"application/vnd.ms-word.document.macroEnabled.main+xml"
    usual = b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    article = read_bytes(
        replaced(data, {"[Content_Types].xml": types.replace(usual, kind)}), name="a.docm"
    )
    assert article.text == "Cats sleep."
    assert article.card.left_out == (
        "deleted text: a tracked change took it out",
        "macros: they are programs, which are neither read nor run",
    )


def test_a_strict_document_is_read():
    data = docx("# Head", "Text.")
    names = ("word/document.xml", "word/styles.xml", "_rels/.rels")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        strictly = {
            name: re.sub(
                rb"http://schemas.openxmlformats.org/(\w+)/2006/(main|relationships)",
                rb"http://purl.oclc.org/ooxml/\1/\2",
                archive.read(name),
            )
            for name in names
        }
    article = read_bytes(replaced(data, strictly), name="a.docx")
    assert (article.text, article.section_starts) == ("Head\n\nText.", (0,))


W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.mark.parametrize(
    ("runs", "text"),
    [
        (("1938", "^6"), "1938[6]"),
        (("1938", "^1", "^2"), "1938[12]"),
        (("3.2 × 10", "^7", " litres"), "3.2 × 10^7 litres"),
        (("the 4", "^th", " of May"), "the 4th of May"),
        (("6.6 × 10", "^9", "/l"), "6.6 × 10^9/l"),
        (("H", "_2", "O"), "H2O"),
        (("2", "^1", "/", "_2", " miles"), "2 1/2 miles"),
    ],
)
def test_raised_and_lowered_text_is_set_apart(runs, text):
    how = {"^": "superscript", "_": "subscript"}
    body = "".join(
        run(each[1:], properties=f'<w:vertAlign w:val="{how[each[0]]}"/>')
        if each[0] in how
        else run(each).replace("<w:t>", '<w:t xml:space="preserve">')
        for each in runs
    )
    assert text_of(f"<w:p>{body}</w:p>") == text


def item(text: str, *, list_: int = 7, level: int = 0) -> str:
    place = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{list_}"/></w:numPr>'
    return f"<w:p><w:pPr>{place}</w:pPr>{run(text)}</w:p>"


def numbered(*body: str, forms: tuple[tuple[str, str], ...]) -> str:
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate(forms)
    )
    lists = (
        f'<w:abstractNum w:abstractNumId="3">{levels}</w:abstractNum>'
        '<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>'
        '<w:num w:numId="8"><w:abstractNumId w:val="3"/><w:lvlOverride w:ilvl="0">'
        '<w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
    numbering = f'<w:numbering xmlns:w="{W}">{lists}</w:numbering>'.encode()
    return read_bytes(replaced(docx(*body), {"word/numbering.xml": numbering}), name="a.docx").text


def test_items_of_numbered_lists_keep_their_numbers():
    text = numbered(
        *(item("Open it."), item("Look in.", level=1), item("Look out.", level=1)),
        *(item("Shut it."), "Then again:", item("Open it.", list_=8)),
        forms=(("decimal", "%1."), ("decimal", "%1.%2")),
    )
    assert text == (
        "1. Open it.\n  1.1 Look in.\n  1.2 Look out.\n2. Shut it.\n\nThen again:\n\n1. Open it."
    )


@pytest.mark.parametrize(
    ("form", "lead"),
    [("lowerLetter", "b)"), ("upperRoman", "II)"), ("bullet", "-"), ("decimalZero", "02)")],
)
def test_numbers_are_written_as_word_writes_them(form, lead):
    text = numbered(item("One."), item("Two."), forms=((form, "%1)"),))
    assert text.split("\n")[1] == f"{lead} Two."


def test_a_document_without_properties_has_the_first_line_as_title_and_no_date():
    data = without(docx("Minutes of the rowing club", "It rained."), "docProps/core.xml")
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        'relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    )
    card = read_bytes(replaced(data, {"_rels/.rels": relations.encode()}), name="x.docx").card
    assert (card.title, card.published, card.author) == ("Minutes of the rowing club", None, None)


def test_the_template_of_python_docx_gives_no_author_and_no_date():
    from docx import Document

    out, document = BytesIO(), Document()
    document.add_paragraph("Minutes of the rowing club")
    document.add_paragraph("It rained.")
    document.save(out)
    card = read_bytes(out.getvalue(), name="x.docx").card
    assert (card.title, card.published, card.author) == ("Minutes of the rowing club", None, None)


def test_an_equation_is_read_on_one_line():
    m = "http://schemas.openxmlformats.org/officeDocument/2006/math"

    def part(tag: str, inner: str) -> str:
        return f"<m:{tag}>{inner}</m:{tag}>"

    def sign(text: str) -> str:
        return part("r", part("t", text))

    half = part("f", part("num", sign("a+b")) + part("den", sign("2")))
    square = part("sSup", part("e", sign("x")) + part("sup", sign("2")))
    root = part("rad", part("e", sign("y")))
    sum_ = part("naryPr", '<m:chr m:val="∑"/>') + part("sup", sign("n"))
    parts = (sign("z="), half, sign("+"), square, sign("−"), root, sign("·"), part("nary", sum_))
    body = part("oMath", "".join(parts))
    body = body.replace("<m:oMath>", f'<m:oMath xmlns:m="{m}">')
    assert text_of(f"<w:p>{run('It is ')}{body}</w:p>").replace("is ", "is") == (
        "It isz=(a+b)/2+x^2−√y·∑^n"
    )


def test_footnotes_stand_at_the_end_and_comments_and_headers_are_named_as_left_out():
    note = f'<w:footnotes xmlns:w="{W}"><w:footnote w:id="2"><w:p>{run("A ledger.")}</w:p>'
    data = docx(f'<w:p>{run("In 1938")}<w:r><w:footnoteReference w:id="2"/></w:r>{run(".")}</w:p>')
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "footnotes": f"{note}</w:footnote></w:footnotes>",
        "header": f'<w:hdr xmlns:w="{W}"><w:p>{run("Confidential")}</w:p></w:hdr>',
        "comments": f'<w:comments xmlns:w="{W}"><w:p>{run("Sure?")}</w:p></w:comments>',
    }
    data = _joined(data, "word/_rels/document.xml.rels", "</Relationships>", [
        f'<Relationship Id="n{p}" Type="{kind}/{p}" Target="{p}.xml"/>' for p in parts
    ])  # fmt: skip
    data = _joined(data, "[Content_Types].xml", "</Types>", [
        f'<Override PartName="/word/{p}.xml" ContentType="{types}.{p}+xml"/>' for p in parts
    ])  # fmt: skip
    data = replaced(data, {f"word/{p}.xml": xml.encode() for p, xml in parts.items()})
    article = read_bytes(data, name="a.docx")
    assert article.text == "In 1938[1].\n\n[1] A ledger."
    assert [why.partition(":")[0] for why in article.card.left_out] == [
        *("headers and footers", "comments"),
    ]


def _joined(data: bytes, member: str, before: str, lines: list[str]) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        content = archive.read(member).decode()
    return replaced(data, {member: content.replace(before, "".join(lines) + before).encode()})
