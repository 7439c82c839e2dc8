"""PDF files: what a person sees on the pages, and what the file says of itself."""

import pytest
from documents import pdf, scanned_pdf
from painted import WRAPPED, at, cid_pdf, form, lines, nameless_pdf, painted

from index.errors import ReadError
from index.reading.registry import read_bytes
from index.types import Extract, page_of


def read(data: bytes) -> Extract:
    return read_bytes(data, name="a.pdf")


def pages(*texts: str) -> str:
    """Return the text that is read of pages of lines."""
    return read(painted(*(lines(*text.split("\n")) for text in texts))).text


def test_a_sentence_is_on_the_page_where_it_begins():
    article = read(pdf("One is first.", "Two is here.", "Three ends."))
    found = [page_of(article.text.index(word), article.page_starts) for word in ("One", "Two")]
    assert found == [1, 2]
    assert page_of(len(article.text) - 1, article.page_starts) == 3


def test_a_page_without_text_is_counted():
    article = read(painted("", lines("Two."), "", lines("Four.")))
    assert article.text == "Two.\n\nFour."
    found = [page_of(article.text.index(word), article.page_starts) for word in ("Two", "Four")]
    assert found == [2, 4]


def test_the_lines_of_a_paragraph_are_joined():
    assert read(painted(lines(*WRAPPED))).text == " ".join(WRAPPED)


def test_a_line_that_had_room_for_the_next_word_ends_where_it_ends():
    shown = (*WRAPPED, "The bridge stays open on", "all days.")
    assert (
        read(painted(lines(*shown))).text
        == f"{' '.join(WRAPPED)}\nThe bridge stays open on\nall days."
    )


def test_a_blank_space_or_an_indented_line_begins_a_paragraph():
    below = lines(*WRAPPED, y=720 - 14 * 3 - 10)
    text = " ".join(WRAPPED)
    assert read(painted(lines(*WRAPPED) + below)).text == f"{text}\n\n{text}"
    indented = at(90, 678, WRAPPED[0]) + lines(*WRAPPED[1:], y=664)
    assert read(painted(lines(*WRAPPED) + indented)).text == f"{text}\n\n{text}"


def test_list_items_stay_apart_and_their_lines_are_joined():
    shown = lines("1. " + WRAPPED[0], WRAPPED[1], WRAPPED[2], "2. Nothing else was done.")
    assert read(painted(shown)).text == f"1. {' '.join(WRAPPED)}\n2. Nothing else was done."


def test_a_paragraph_goes_on_in_the_next_column_and_on_the_next_page():
    left = (
        "The harbour of Lindvik was",
        "dredged in the spring, and the",
        "quay was not repaired by",
    )
    right = ("those who had promised it.",)
    column = lines(*left) + lines(*right, x=330)
    whole = "The harbour of Lindvik was dredged in the spring, and the quay was not repaired by "
    assert read(painted(column)).text == whole + "those who had promised it."
    assert pages("\n".join(left), right[0]) == whole + "those who had promised it."


def test_a_sentence_goes_on_over_a_page_without_its_running_heads():
    bodies = ["Cats sleep.", "Dogs run.", "Birds sing in the", "morning."]
    article = read(
        painted(
            *(
                lines("The Review") + lines(body, y=600) + lines(f"{number} of 4", y=40)
                for number, body in enumerate(bodies, start=1)
            )
        )
    )
    assert article.text == "Cats sleep.\n\nDogs run.\n\nBirds sing in the morning."
    assert [article.text[at : at + 4] for at in article.page_starts] == [
        "Cats", "Dogs", "Bird", "morn",
    ]  # fmt: skip


def test_a_page_number_that_stands_alone_is_no_text():
    heads = [
        "Preface 7\nCats sleep.",
        "Dogs run.\n8",
        "Chapter 1 9\nBirds sing.",
        "1984\nFish swim.\n10",
    ]
    assert pages(*heads) == (
        "Preface 7\nCats sleep.\n\nDogs run.\n\nChapter 1 9\nBirds sing.\n\n1984\nFish swim."
    )


def test_a_chapter_s_head_with_the_page_number_is_no_text():
    bodies = ["Cats sleep.", "Dogs run in", "parks.", "Birds sing.", "Fish swim."]
    heads = ["1", "On Dogs 2", "On Dogs 3", "4", "5"]
    shown = [f"{head}\n{body}" for head, body in zip(heads, bodies, strict=True)]
    assert pages(*shown) == "Cats sleep.\n\nDogs run in parks.\n\nBirds sing.\n\nFish swim."


def test_a_file_of_nothing_but_numbered_lines_keeps_them():
    assert pages("Slide 1.", "Slide 2.", "Slide 3.") == "Slide 1.\n\nSlide 2.\n\nSlide 3."


def test_a_broken_word_is_mended_unless_it_is_hyphenated_elsewhere():
    text = pages(
        "A co-\noperation of well-\nknown and well-known Anglo-\nIrish pre-\nand post-war firms."
    )
    assert text == "A cooperation of well-known and well-known Anglo-Irish pre- and post-war firms."


def test_a_word_broken_over_a_page_is_mended():
    assert pages("They sought co-", "operation.") == "They sought cooperation."


def test_a_ligature_is_its_letters():
    names = "/Differences [1 /fi /fl]"
    page = "BT /F3 12 Tf 72 720 Td (Of\001ce \002oor) Tj ET"
    data = painted(page).replace(
        b"/F2 5 0 R",
        b"/F3 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << %s >> >>"
        % names.encode(),
    )
    assert read(data).text == "Office floor"


def test_a_row_has_its_cells():
    table = at(72, 720, "Year") + at(200, 720, "Visitors") + at(72, 706, "2022")
    assert read(painted(table + at(200, 706, "41,210"))).text == "Year | Visitors\n2022 | 41,210"


def test_columns_painted_across_are_read_one_after_the_other():
    left = (
        "The harbour of Lindvik was",
        "dredged in the spring of the",
        "year for the first time since",
    ) * 3
    right = (
        "Visitors came by the ferry",
        "from the south and stayed at",
        "the hotel near the old quay",
    ) * 3
    shown = "".join(
        at(72, 700 - 14 * n, a) + at(330, 700 - 14 * n, b)
        for n, (a, b) in enumerate(zip(left, right, strict=True))
    )
    text = read(
        painted(
            at(72, 740, "Two columns of a long page that has a headline over them", size=14) + shown
        )
    ).text
    assert text.index("the first time since") < text.index("Visitors came")
    assert "Lindvik was dredged in the spring of the year" in text


def test_the_letters_of_a_ligature_are_kept():
    page = "BT /F3 12 Tf 72 720 Td (Quali\002ed o\001cers) Tj ET"
    data = painted(page).replace(
        b"/F2 5 0 R",
        b"/F3 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
        b"/Encoding << /Differences [1 /ffi /fi] >> >>",
    )
    assert read(data).text == "Qualified officers"


def test_headings_are_told_by_size_and_weight_and_begin_sections():
    shown = at(72, 740, "Harbour report", size=20) + lines(*WRAPPED)
    shown += at(72, 660, "The quay", font="F2") + lines(*WRAPPED, y=640)
    article = read(painted(shown))
    assert [article.text[at:].split("\n")[0] for at in article.section_starts] == [
        "Harbour report", "The quay",
    ]  # fmt: skip


def test_what_is_filled_into_a_form_stands_behind_its_label():
    labels = lines("Name of member", "Berth number", "Length of boat", leading=30)
    filled = {(220.0, 716.0): "Ida Lund", (220.0, 686.0): "B 47", (220.0, 656.0): ""}
    assert (
        read(form(labels, filled)).text
        == "Name of member Ida Lund\nBerth number B 47\nLength of boat"
    )


def test_a_box_says_whether_it_is_ticked():
    labels = lines("Winter storage", "Crane", x=90, leading=30)
    article = read(form(labels, {(70.0, 718.0): "Yes", (70.0, 688.0): "Off"}, ticks=True))
    assert article.text == "☑ Winter storage\n☐ Crane"


@pytest.mark.parametrize("apart", [0.2, 0.4, 1.0, 2.0])
def test_a_line_struck_twice_comes_once(apart):
    struck = "".join(at(72 + by, 720, "The fee is 12 euros.") for by in (0, apart))
    assert read(painted(struck + at(72, 700, "It is paid at the door."))).text == (
        "The fee is 12 euros.\nIt is paid at the door."
    )


def test_lines_struck_twice_page_after_page_and_in_two_passes_come_once():
    once = lines("Closing hours", "The hall closes at ten.")
    assert read(painted(once + once)).text == "Closing hours\nThe hall closes at ten."


def test_letters_struck_twice_come_once():
    letters = "".join(
        at(72 + 12 * n + by, 720, letter) for n, letter in enumerate("BOLL") for by in (0, 0.4)
    )
    assert read(painted(letters + at(72, 700, "Text."))).text.replace(" ", "") == "BOLL\nText."


def test_double_letters_and_repeated_lines_stay():
    text = "Aaah, committee.\nNo answer.\nNo answer."
    assert pages(text) == text


JAPANESE = "港の橋は1964年に開通した。長さは310メートルである。"
KOREAN = "이 다리는 1964년에 개통되었다."
CHINESE = "这座桥于1964年通车，全长310米。"


@pytest.mark.parametrize(
    ("text", "codec", "encoding", "base", "ordering"),
    [
        (JAPANESE, "euc_jp", "EUC-H", "Ryumin-Light", "Japan1"),
        (JAPANESE, "cp932", "90ms-RKSJ-H", "Ryumin-Light", "Japan1"),
        (JAPANESE, "utf-16-be", "UniJIS-UCS2-H", "HeiseiMin-W3", "Japan1"),
        (KOREAN, "cp949", "KSCms-UHC-H", "HYSMyeongJo-Medium", "Korea1"),
        (KOREAN, "euc_kr", "KSC-EUC-H", "HYSMyeongJo-Medium", "Korea1"),
        (CHINESE, "gbk", "GBK-EUC-H", "STSong-Light", "GB1"),
        ("這座橋於年通車", "big5", "ETen-B5-H", "MSung-Light", "CNS1"),
    ],
)
def test_east_asian_encodings_are_read(text, codec, encoding, base, ordering):
    data = cid_pdf(text, codec=codec, encoding=encoding, base=base, ordering=ordering)
    assert read(data).text == text


def test_a_file_that_does_not_say_which_letters_it_shows_is_refused():
    with pytest.raises(ReadError, match="do not say which letters they show; run text recognition"):
        read(nameless_pdf(40))


def test_a_turned_page_is_read_as_it_is_seen():
    turned = f"q 0 1 -1 0 612 0 cm {lines(*WRAPPED, x=90, y=540)} Q"
    assert read(painted(turned, page="/Rotate 90")).text == " ".join(WRAPPED)


def test_what_lies_beside_the_page_is_not_read():
    shown = lines("On the page.") + at(700, 500, "Beside it.") + at(72, -40, "Below it.")
    assert read(painted(shown)).text == "On the page."


def test_a_page_that_is_a_picture_without_text_makes_no_scan_of_a_book():
    with pytest.raises(ReadError, match="show no text"):
        read(pdf("", ""))


def test_a_file_of_pictures_is_a_scan():
    with pytest.raises(ReadError, match="it is a scan: 2 of its 2 pages"):
        read(scanned_pdf(2))


def test_a_stamp_that_runs_up_the_page_parts_no_sentence():
    stamp = "BT 0 1 -1 0 30 300 Tm /F1 12 Tf (arXiv:2103.15348v2) Tj ET\n"
    shown = lines(*WRAPPED[:2]) + stamp + lines(WRAPPED[2], y=692)
    assert read(painted(shown)).text == f"{' '.join(WRAPPED)}\n\narXiv:2103.15348v2"


def test_a_raised_mark_parts_no_sentence():
    shown = (
        at(72, 720, "The quay was dredged")
        + at(187, 724, "1", size=7)
        + at(192, 720, ", but not repaired.")
    )
    assert read(painted(shown)).text == "The quay was dredged[1], but not repaired."


def test_the_mark_in_front_of_a_note_is_no_part_of_its_first_word():
    shown = lines(*WRAPPED) + at(72, 604, "3", size=7) + at(76, 600, "The town paid half of it.")
    assert read(painted(shown)).text.endswith("\n\n3 The town paid half of it.")


def test_the_blanks_of_a_stamp_that_runs_up_the_page_are_kept():
    stamp = "BT 0 1 -1 0 30 300 Tm /F1 12 Tf (set on 3 May with care) Tj ET\n"
    assert "set on 3 May with care" in read(painted(lines(*WRAPPED) + stamp)).text


def test_columns_in_a_narrow_gutter_are_read_one_after_the_other():
    left = (
        "The harbour of Lindvik was dred",
        "ged by men of the town, and the",
        "quay was mended by its masons.",
    )
    right = (
        "The bridge is open on all days,",
        "but for the first of May, since",
        "the last war that there was.",
    )
    rows = "".join(
        at(72, 720 - 14 * n, one) + at(262, 720 - 14 * n, two)
        for n, (one, two) in enumerate(zip(left * 3, right * 3, strict=True))
    )
    text = read(painted(rows)).text
    assert text.index("quay was mended") < text.index("The bridge is open")
    assert "but for the first of May, since the last war" in text


def test_a_sentence_that_ends_every_page_is_no_running_head():
    prose = (
        "This clause is repeated for the sake of the demonstration and has no other purpose at all."
    )
    shown = [lines(f"Part {n} is here.", y=720) + lines(prose, y=60) for n in "ABC"]
    assert read(painted(*shown)).text.count("This clause is repeated") == 3


def test_a_paragraph_that_ends_every_page_is_no_running_head_and_small_print_is():
    clause = ("All of the quays in the harbour of Lindvik are kept", "by the town.")
    shown = [lines(f"Part {n} is here.", y=720) + lines(*clause, y=90) for n in "ABC"]
    assert read(painted(*shown)).text.count("of Lindvik are kept by the town.") == 3
    small = at(72, 60, clause[0], size=8) + at(72, 50, clause[1], size=8)
    noted = (lines(f"Part {n} is here.", *WRAPPED, y=720) + small for n in "ABC")
    assert clause[0] not in read(painted(*noted)).text


def test_a_raised_number_is_no_part_of_the_number_before_it():
    shown = at(72, 720, "It was dredged in 1938") + at(194.7, 724, "6", size=7)
    shown += at(198.6, 720, " and 10") + at(238, 724, "7", size=7) + at(242, 720, " more.")
    assert read(painted(shown)).text == "It was dredged in 1938[6] and 10^7 more."
