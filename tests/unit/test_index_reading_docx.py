"""Word documents: order, headings, lists, tables, tracked changes, hidden text."""

from documents import docx, docx_table

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


def test_a_table_in_a_table_is_one_cell_of_it():
    inner = docx_table(("a", "b"))
    cell = f"<w:tc><w:p>{run('outer')}</w:p>{inner}</w:tc>"
    assert text_of(f"<w:tbl><w:tr>{cell}</w:tr></w:tbl>") == "outer a | b"
