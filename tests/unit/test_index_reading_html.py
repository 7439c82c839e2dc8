from pathlib import Path

import pytest

from index.errors import ReadError
from index.reading.registry import read_bytes

DATA = Path(__file__).parents[1] / "data"


def shipped(name):
    return read_bytes((DATA / name).read_bytes(), name=name)


def read(body):
    return read_bytes(f"<html><body>{body}</body></html>".encode(), name="some-page.html")


def test_a_blog_post_is_read_without_comments_footer_and_hidden_text():
    post = read_bytes(
        (DATA / "blogspot_post.html").read_bytes(), name=(DATA / "blogspot_post.html").name
    )
    assert (post.card.title, post.card.author, post.card.published) == (
        "The Ferry That Would Not Leave",
        "Mara Quist",
        "2024-03-01",
    )
    first, second, third = post.text.split("\n\n")
    assert first.startswith("The morning ferry to Lindholm")
    assert second.endswith(
        "engines were started. She ordered a stop before the ship had left the harbor."
    )
    assert third.endswith("it said in a statement.")


def test_a_news_page_is_read_without_what_stands_around_the_article():
    page = shipped("news_page.html")
    assert (page.card.title, page.card.author, page.card.published) == (
        "City council votes to keep night buses",
        "Tomás Reyes",
        "2023-11-14",
    )
    lines = page.text.split("\n")
    assert lines[0] == "City council votes to keep night buses"
    assert "- Line N5 will no longer serve the fairground on weekdays." in lines
    assert "2022 | 1,400" in lines
    assert lines[-1].startswith("The mayor is expected")


def test_headings_of_a_page_begin_its_sections():
    page = shipped("news_page.html")
    assert [page.text[at : at + 14] for at in page.section_starts] == [
        "City council v",
        "What changes i",
        "How the vote w",
    ]


def test_a_tiny_page_is_read_whole():
    page = shipped("tiny_page.html")
    assert (page.card.title, page.text) == ("Opening hours", "The reading room opens at nine.")


def test_an_old_page_is_read_in_the_charset_it_declares():
    page = shipped("old_page.html")
    assert "“the Misses Ward”, who had never run a shop – or so they said." in page.text
    assert "It seated twelve. In 1934 a second room was added" in page.text
    assert "cook from Liège.\nThey never" in page.text


@pytest.mark.parametrize(
    "hidden",
    [
        "<b hidden>secret</b>",
        "<b aria-hidden='true'>secret</b>",
        "<b style='DISPLAY : none !important'>secret</b>",
        "<b style='visibility:hidden'>secret</b>",
        "<b style='opacity:0.0'>secret</b>",
        "<b style='font-size:0'>secret</b>",
        "<b style='font:1px/1 serif'>secret</b>",
        "<b style='color:#FFF'>secret</b>",
        "<font color='white'>secret</font>",
        "<b style='background:#123456'><i style='color:rgb(18, 52, 86)'>secret</i></b>",
        "<b style='color:rgba(0,0,0,0)'>secret</b>",
        "<b style='position:absolute;left:-9999px'>secret</b>",
        "<b style='height:0;overflow:hidden'>secret</b>",
        "<style>.x{color:red}p.y,.x{display:none}</style><b class='a x'>secret</b>",
        "<template>secret</template><noscript>secret</noscript><script>secret</script>",
        "<!-- secret -->",
        "<dialog>secret</dialog>",
    ],
)
def test_case_5_hidden_text_is_never_read(hidden):
    assert read(f"<p>Seen before. {hidden}Seen after.</p>").text == "Seen before. Seen after."


@pytest.mark.parametrize(
    "shown",
    [
        "<b style='color:white;background:#036'>shown</b>",
        "<b style='visibility:hidden'><i style='visibility:visible'>shown</i></b>",
        "<b style='font-size:0'><i style='font-size:16px'>shown</i></b>",
        "<style>@media print{.x{display:none}}</style><b class=x>shown</b>",
        "<style>.a .x{display:none}</style><b class=x>shown</b>",
        "<style>body{background:#111}.x{color:#fff}</style><b class=x>shown</b>",
        "<b style='opacity:0.5;font-size:10px'>shown</b>",
    ],
)
def test_text_that_shows_is_read(shown):
    assert "shown" in read(f"<p>Before. {shown} After.</p>").text


def test_a_page_that_fades_in_is_read():
    page = b"<html style='opacity:0'><body style='visibility:hidden'><p>Here.</p></body></html>"
    assert read_bytes(page, name="a.html").text == "Here."


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (b"<html><body>" + b"<div>" * 20_000 + b"x", "nested deeper than 255"),
        (b"<html><body>" + b"<b>x</b>" * 100_001, "has 100003 tags"),
        (b"<html><body></body></html>", "shows no text"),
        (b"<!-- only a comment -->", "shows no text"),
        (b"<html>\0", "shows no text"),
        (b"<html><p hidden>x", "shows no text"),
    ],
)
def test_pages_that_cannot_be_read_are_refused_with_a_reason(page, reason):
    with pytest.raises(ReadError, match=reason):
        read_bytes(page, name="a.html")


def test_a_page_too_large_to_search_is_taken_without_its_frame():
    body = (
        "<nav>menu</nav><script type='application/ld+json'>code</script>"
        + "<p>One.</p>" * 20_001
        + "<footer>end</footer>"
    )
    text = read(body).text
    assert text.startswith("One.\n\nOne.")
    assert not any(word in text for word in ("menu", "code", "end"))


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_decides_the_charset(charset):
    page = "<html><meta charset=big5><p>Zoë’s page.</p></html>".encode(charset)
    assert read_bytes(page, name="a.html").text == "Zoë’s page."


def test_nul_and_mixed_line_ends_in_a_page_do_no_harm():
    page = b"<html><body><p>One\r\nline,\0 and\ranother.</p></body></html>"
    assert read_bytes(page, name="a.html").text == "One line, and another."


def test_an_external_entity_is_not_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("do not read", encoding="utf-8")
    doctype = f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]>'
    page = f"<?xml version='1.0'?>{doctype}<html><body><p>a &x; b</p></body></html>"
    assert "do not read" not in read_bytes(page.encode(), name="a.html").text


def test_what_a_page_shows_beside_its_article_is_named_as_left_out():
    menu = "".join(f"<li><a href='/{n}'>Page of news number {n}</a></li>" for n in range(9))
    said = "<p>" + "The harbour was dredged in spring, and the work cost a lot. " * 9 + "</p>"
    article = read_bytes(
        f"<html><body><nav><img src=logo.png><ul>{menu}</ul></nav><article><h1>The harbour</h1>"
        f"{said}<img src=a.png><figure><img src=b.png></figure><iframe src=/v></iframe>{said}"
        "</article></body></html>".encode(),
        name="a.html",
    )
    assert article.card.left_out == (
        "2 pictures: what pictures show is not read",
        "1 embedded object: videos, frames and the like are not read",
        "around the article: 45 words of menus, remarks and the like",
    )


def test_nothing_is_named_as_left_out_of_a_page_that_is_read_whole():
    page = b"<html><body><h1>Cats</h1><p>They sleep all day.</p></body></html>"
    assert read_bytes(page, name="a.html").card.left_out == ()
