"""Where words stand on a page of a PDF, and the page as a picture with them framed."""

import struct
import zlib

import pytest
from documents import encrypted_pdf, pdf
from painted import at, form, lines, painted

from index.errors import ReadError
from index.reading.pdf_place import LONGEST_SIDE, MOST_PIXELS, draw, find_runs
from index.reading.registry import read_bytes
from index.reading.sandbox import Box, Drawn, Wanted

YELLOW, WHITE = (255, 255, 140), (255, 255, 255)
_LEFT = ("The harbour of Lindvik was dred-", "ged in the spring, and the quay", "was not repaired.")
_RIGHT = ("The bridge stays open on all", "days of the week, but for the", "first of May.")


def drawn(data: bytes, words: str, *, page: int = 1) -> Drawn:
    """Draw a page with the first such words of the document framed."""
    article = read_bytes(data, name="a.pdf")
    start = article.text.index(words)
    ends = (*article.page_starts, len(article.text))
    first, last = ends[page - 1], ends[page]
    inside = (max(start, first) - first, min(start + len(words), last) - first)
    text = article.text[first:last]
    return draw(data, Wanted(page=page, text=text, start=inside[0], end=inside[1]))


def points(image: Drawn) -> list[tuple[int, ...]]:
    """Return the boxes in whole points from the upper left."""
    return [tuple(round(side / image.scale) for side in box) for box in image.boxes]


def pixels(png: bytes) -> list[bytes]:
    """Return the rows of a picture that was not filtered."""
    width = struct.unpack(">I", png[16:20])[0]
    size = struct.unpack(">I", png[33:37])[0]
    told = zlib.decompress(png[41 : 41 + size])
    return [told[at + 1 : at + 1 + 3 * width] for at in range(0, len(told), 3 * width + 1)]


def inside(box: Box, *, left: float, right: float, baseline: float) -> bool:
    """Say whether a box in points of a page of 612 x 792 holds about such a line."""
    return (
        abs(box[0] - left) < 4
        and abs(box[2] - right) < 8
        and box[1] < 792 - baseline - 5
        and 792 - baseline < box[3] < 792 - baseline + 6
    )


def test_a_sentence_is_framed_where_it_stands_and_the_paper_in_it_is_yellow():
    image = drawn(painted(at(72, 700, "Cats sleep. Dogs bark.")), "Dogs bark.")
    (box,) = points(image)
    assert inside(box, left=135, right=193, baseline=700)
    rows = pixels(image.png)
    left, top, right, bottom = map(int, image.boxes[0])
    assert (len(rows), len(rows[0])) == (1584, 3 * 1224)
    colours = {
        tuple(rows[y][3 * x : 3 * x + 3]) for y in range(top, bottom) for x in range(left, right)
    }
    assert YELLOW in colours
    assert WHITE not in colours
    assert tuple(rows[top - 3][3 * left : 3 * left + 3]) == WHITE


def test_nothing_is_framed_where_nothing_is_wanted():
    image = draw(pdf("Cats sleep."), Wanted(page=1))
    assert (image.width, image.height, image.boxes) == (1224, 1584, ())


def test_a_word_that_is_broken_at_a_line_end_is_framed_on_both_lines():
    image = drawn(painted(lines(*_LEFT)), "was dredged in the spring")
    first, second = points(image)
    assert inside(first, left=195, right=247, baseline=720)
    assert inside(second, left=72, right=165, baseline=706)


def test_a_sentence_over_three_lines_has_a_box_a_line_and_none_lies_over_the_next():
    image = drawn(
        painted(lines(*_LEFT, leading=11)),
        "The harbour of Lindvik was dredged in the spring, and the quay was not repaired.",
    )
    assert len(image.boxes) == 3
    assert all(one[3] <= two[1] for one, two in zip(image.boxes, image.boxes[1:], strict=False))


def test_a_sentence_in_one_of_two_columns_stays_in_it_though_they_are_painted_across():
    rows = "".join(
        lines(left, y=720 - 14 * n) + lines(right, x=330, y=720 - 14 * n)
        for n, (left, right) in enumerate(zip(_LEFT * 3, _RIGHT * 3, strict=True))
    )
    image = drawn(
        painted(rows), "The bridge stays open on all days of the week, but for the first of May."
    )
    assert len(image.boxes) == 3
    assert all(left > 320 for left, *_ in points(image))


def test_of_a_sentence_over_two_pages_each_page_frames_its_part():
    data = painted(lines(*_LEFT[:2]), lines(_LEFT[2]))
    words = "The harbour of Lindvik was dredged in the spring, and the quay was not repaired."
    assert len(drawn(data, words, page=1).boxes) == 2
    (box,) = points(drawn(data, words, page=2))
    assert inside(box, left=72, right=166, baseline=720)


def test_text_that_is_struck_twice_has_one_box():
    twice = at(72, 700, "Bold words.") + at(72.3, 700, "Bold words.")
    assert len(drawn(painted(twice), "Bold words.").boxes) == 1


def test_letters_of_a_ligature_are_framed_together():
    image = drawn(painted(at(72, 700, "An office is open.")), "office")
    assert len(image.boxes) == 1


@pytest.mark.parametrize(
    ("turn", "size", "box"),
    [(90, (1584, 1224), (698, 71, 711, 128)), (180, (1224, 1584), (484, 698, 541, 711)),
     (270, (1584, 1224), (81, 484, 94, 541))],
)  # fmt: skip
def test_a_turned_page_is_drawn_as_it_is_seen_with_the_words_framed(turn, size, box):
    image = drawn(painted(at(72, 700, "Cats bark."), page=f"/Rotate {turn}"), "Cats bark.")
    assert (image.width, image.height) == size
    (found,) = points(image)
    assert all(abs(a - b) < 4 for a, b in zip(found, box, strict=True))


def test_a_cropped_page_is_drawn_without_what_is_cut_off():
    image = drawn(painted(at(172, 600, "Cats bark."), page="/CropBox [100 500 400 700]"), "Cats")
    assert (image.width, image.height) == (600, 400)
    ((left, top, _, bottom),) = points(image)
    assert abs(left - 72) < 4
    assert top < 100 < bottom


def test_what_is_filled_into_a_form_is_framed():
    data = form(at(72, 700, "Name:"), {(150, 696): "Ada Lovelace"})
    (box,) = points(drawn(data, "Ada Lovelace"))
    assert box[0] > 140


def test_words_that_repeat_are_told_by_what_stands_around_them():
    image = drawn(
        painted(lines("Rain fell on Monday.", "It was cold on Monday.")), "cold on Monday"
    )
    ((_, top, _, bottom),) = points(image)
    assert 792 - 720 < top < 792 - 706 < bottom
    page = "onecattwocatthreecat"
    assert find_runs(page, "cat", before="two", after="three") == [(9, 12)]
    assert find_runs(page, "cat", before="three", after="") == [(17, 20)]


def test_words_between_which_a_running_head_stands_are_found_in_parts():
    assert find_runs("thecatsatHEADonthemat", "thecatsatonthemat", before="", after="") == [
        (0, 9),
        (13, 21),
    ]
    assert find_runs("something else", "thecatsatonthemat", before="", after="") == []
    assert find_runs("thecat", "", before="", after="") == []


@pytest.mark.parametrize(
    ("box", "size"),
    [
        ("[0 0 14400 14400]", (2829, 2829)),
        ("[0 0 1000000000 1]", (10_000, 1)),
        ("[0 0 1 99999999]", (1, 10_000)),
        ("[0 0 0 0]", (1224, 1584)),
        ("[-5 -5 -1 -1]", (8, 8)),
        ("[nan inf 3 4]", None),
        ("[0 0 0.0001 0.0001]", (1, 1)),
    ],
)
def test_the_picture_of_a_page_of_any_size_has_a_bounded_one(box, size):
    data = painted(at(72, 700, "Cats bark.")).replace(b"[0 0 612 792]", box.encode())
    image = draw(data, Wanted(page=1, text="Cats bark.", start=0, end=10))
    assert image.width * image.height <= MOST_PIXELS * 1.01
    assert max(image.width, image.height) <= LONGEST_SIDE + 1
    if size:
        assert abs(image.width - size[0]) <= 1
        assert abs(image.height - size[1]) <= 1


def test_a_page_that_is_not_there_and_a_file_that_cannot_be_opened_are_told():
    with pytest.raises(ReadError, match="it has no page 2: name one from 1 to 1"):
        draw(pdf("Cats sleep."), Wanted(page=2))
    with pytest.raises(ReadError, match="encrypted with a password"):
        draw(encrypted_pdf("Cats sleep.", password="x"), Wanted(page=1))
    with pytest.raises(ReadError, match="it is damaged"):
        draw(b"%PDF-1.4 nothing", Wanted(page=1))
