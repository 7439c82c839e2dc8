import pytest

from index.errors import ReadError
from index.reading.metadata import FrontMatter, split_front_matter
from index.reading.registry import read_bytes


def read(source):
    return read_bytes(source.encode(), name="some_notes.md")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("Some *text* with **bold** and `a*b`.", "Some text with bold and a*b."),
        ("See [the page](http://x.example 't') now.", "See the page now."),
        ("Before ![a picture](x.png) after.", "Before after."),
        ("wrapped\nlines\\\nbroken", "wrapped lines\nbroken"),
        (
            "Place: hall\n**Present:** Ida,\nPer\nAway: Jo",
            "Place: hall\nPresent: Ida, Per\nAway: Jo",
        ),
        ("They met\nPlace: hall", "They met Place: hall"),
        ("- one\n- two\n  1. deep\n", "- one\n- two\n  1. deep"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("| A | B |\n|---|---|\n| 1 | *2* |", "A | B\n1 | 2"),
        ("```py\nx = 1\n\ny = 2\n```", "x = 1\n\ny = 2"),
        ("> quoted\n> twice\n\nafter", "quoted twice\n\nafter"),
        ("Tom &amp; &#8203;Ann ~~gone~~", "Tom & Ann gone"),
        ("a <!-- note --> b\n\n<!-- block -->\n\nc", "a b\n\nc"),
        ('x <span style="display:none">secret</span> y', "x y"),
        ("<div hidden>\n\nsecret\n\n</div>\n\nseen", "seen"),
    ],
)
def test_markdown_becomes_the_text_that_a_reader_sees(source, text):
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("See [[Lindvik]] and [[Lindvik|the town]].", "See Lindvik and the town."),
        ("[[A#Harbour]] or [[#Roads]] or [[B#^a1b2]]", "A > Harbour or Roads or B"),
        ("`[[A]]` and\n\n```\n[[B]] %%x%%\n```", "[[A]] and\n\n[[B]] %%x%%"),
        ("| A | B |\n|---|---|\n| [[Lindvik\\|town]] | 2 |", "A | B\ntown | 2"),
        ("Seen %%never seen%% again.", "Seen again."),
        ("One.\n\n%%\nhidden\n\nstill hidden\n%%\n\nTwo.", "One.\n\nTwo."),
        ("It is 40%% of all, not 50%% of all.", "It is 40%% of all, not 50%% of all."),
        ("> [!warning] Thin ice\n> Do not *walk*.\n> Really.", "Thin ice\nDo not walk. Really."),
        ("> [!note]\n> Quiet.", "Note\nQuiet."),
        ("> [!tip]- Folded", "Folded"),
        ("A ==marked== word, a==b==c.", "A marked word, a==b==c."),
        ("The roof leaks. ^a1b2c3", "The roof leaks."),
    ],
)  # fmt: skip
def test_what_obsidian_shows_is_the_text(source, text):
    assert read(source).text == text


def test_pictures_embedded_notes_and_comments_are_named_as_left_out():
    article = read("Seen. ![a](b.png) ![[c.png]] ![[Lindvik]]\n\n<img src='d.png'>\n\nNot %%x%%")
    assert article.text == "Seen.\n\nNot"
    assert article.card.left_out == (
        "3 pictures: what pictures show is not read",
        "1 embedded file: what is embedded is read where it is added itself",
        "1 comment: it is not shown",
    )


def test_tags_and_other_names_of_front_matter_are_kept():
    article = read(
        "---\ntags: [harbour, '#sea']\naliases:\n  - Old port\n  - /a\n---\n# Lindvik\n\nText."
    )
    assert article.card.tags == ("harbour", "sea")
    assert article.text == "Lindvik\n\nText.\n\nAliases: Old port"
    assert read("---\ntags: one, two\n---\nText").card.tags == ("one", "two")


def test_headings_stay_as_text_and_their_offsets_are_kept():
    article = read("Intro.\n\n# One *e\u0301t\u00e9*\n\ntext\n\nTwo\n---\nmore")
    assert article.text == "Intro.\n\nOne été\n\ntext\n\nTwo\n\nmore"
    assert article.section_starts == (8, 23)
    assert article.card.title == "One été"


def test_front_matter_is_read_and_is_no_text():
    article = read(
        "---\ntitle: 'A: title'\ndate: 2024-03-01T10:00:00Z\n"
        "authors:\n  - Ann Lee\n  - Bo\n---\n# H\n\nText"
    )
    assert (article.card.title, article.card.published, article.card.author) == (
        "A: title",
        "2024-03-01",
        "Ann Lee, Bo",
    )
    assert article.text == "H\n\nText"


@pytest.mark.parametrize(
    "source",
    ["---\n\nJust text\n\n---\n\nmore", "---\ntitle: never closed\n", "---\n---\nx", "text"],
)
def test_a_rule_across_the_page_is_no_front_matter(source):
    assert split_front_matter(source) == (FrontMatter(), source)


def test_a_date_that_is_not_iso_is_left_out():
    front, _ = split_front_matter("---\ndate: March 1st\nauthor: [Ann, 'Bo']  \n---\n")
    assert front == FrontMatter(author="Ann, Bo")


def test_a_file_name_is_the_title_of_last_resort():
    assert read("Just a sentence.").card.title == "some notes"


def test_a_paragraph_too_long_to_resolve_is_kept_as_written():
    assert read("[" * 6000).text == "[" * 6000


def test_nothing_but_markup_is_refused():
    with pytest.raises(ReadError, match="empty but for markup"):
        read("<!-- nothing -->\n\n![only](a.png)")


def test_a_file_longer_than_any_novel_is_read_with_its_marks():
    article = read("*word*\n\n" * 130_000)
    assert article.text.startswith("*word*\n\n*word*")


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("title: No\ndate: 2024-03-01 10:00:00\nauthor: 12", ("No", "2024-03-01", "12")),
        ("Title: >\n  folded\n  lines\n# a note\n", ("folded lines", None, None)),
        ("title: Riga: a guide\ndate: 2024-03-01", ("Riga: a guide", "2024-03-01", None)),
        ("author:\n- name: Ann Lee\n  mail: a@x.example\n- Bo", (None, None, "Ann Lee, Bo")),
        ("title: ~\nauthors: null\ntags: [a, b]", (None, None, None)),
        ("title: !!python/object/apply:os.getcwd []\nauthor: Bo", (None, None, "Bo")),
    ],
)
def test_front_matter_is_yaml_whose_values_are_texts(block, expected):
    front, rest = split_front_matter(f"---\n{block}\n---\nText")
    assert (front.title, front.published, front.author) == expected
    assert rest == "Text"


@pytest.mark.parametrize("rest", ["", "\n", "\n\n---\nmore"])
def test_what_stands_behind_front_matter_is_kept(rest):
    front, kept = split_front_matter(f"---\ntitle: a\n---{rest}")
    assert (front.title, "\n" * bool(rest) + kept) == ("a", rest)


@pytest.mark.parametrize(
    "block", ["- a\n- b", "Just text: here\nand there", "*x", "---", "a\n" * 300 + "b: c"]
)
def test_a_block_that_is_no_mapping_stays_text(block):
    source = f"---\n{block}\n---\nText"
    assert split_front_matter(source) == (FrontMatter(), source)


@pytest.mark.parametrize("value", ["[" * 9000, "&a [*a, *a]"])
def test_front_matter_that_no_parser_takes_is_read_line_by_line(value):
    front, rest = split_front_matter(f"---\ntitle: {value}\nauthor: Ann\n---\nText")
    assert (front.author, rest) == ("Ann", "Text")


def test_lists_repeated_by_aliases_are_not_written_out():
    bomb = "a: &a [x, x]\n" + "\n".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]" for n in range(24)
    )
    front, _ = split_front_matter(f"---\n{bomb}\nauthor: [*y, Ann]\n---\n")
    assert front.author == "Ann"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("in 1938[^6] and 31,250<sup>4</sup>", "in 1938[6] and 31,250[4]"),
        ("in 1971^5^, 10^6^ and 10<sup>7</sup>", "in 1971[5], 10^6 and 10^7"),
        ("H~2~O, 2<sup>1</sup>/<sub>2</sub>, 4<sup>th</sup>", "H2O, 2 1/2, 4th"),
        ("`10^6^` and x^2 + y^2", "10^6^ and x^2 + y^2"),
        ("a[^n] b[^2]\n\n[^n]: One.\n[^2]: Two.", "a[n] b[2]\n\n[n] One.\n\n[2] Two."),
        ("<span hidden>10<sup>7</sup></span>seen", "seen"),
    ],
)
def test_raised_and_lowered_text_is_set_apart(source, text):
    assert read_bytes(source.encode(), name="a.md").text == text
