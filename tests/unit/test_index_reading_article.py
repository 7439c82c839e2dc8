"""Which part of a page is read: what stands around an article goes, its lists and captions stay."""

import pytest

from index.reading.registry import read_bytes

PARAGRAPHS = (
    "<p>The walk along the harbour of Orlund takes an hour and passes the old rope factory, which "
    "was closed in 1962 and is a museum of knots today, with a shop beside it.</p>",
    "<p>Behind the museum the path climbs to the lighthouse, from where one sees all the islands "
    "and, on a clear day in spring, the snow on the mountains of the mainland.</p>",
    "<p>The keeper, who has lived there with two dogs since 1987, opens to whoever knocks, "
    "tells of the storm of that year, and shows the lamp, which was made in Paris in 1904.</p>",
)
MENU = "<nav><a href='/'>Home</a> <a href='/news'>News of the town</a></nav>"


def lines(body: str, *, head: str = "") -> list[str]:
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    return [line for line in read_bytes(page.encode(), name="page.html").text.split("\n") if line]


def test_a_page_without_an_article_element_keeps_headings_lists_and_tables():
    body = (
        "<h1>Boat house</h1><p>Members may borrow a boat.</p><h2>Bring</h2>"
        "<ul><li>A life vest</li><li>Dry socks</li></ul><ol><li>Sign</li><li>Row</li></ol>"
        "<dl><dt>Deposit</dt><dd>50 crowns</dd></dl>"
        "<table><caption>Boats</caption><tr><th>Name<th>Seats<tr><td>Tern<td>4</table>"
    )
    assert lines(body) == [
        *("Boat house", "Members may borrow a boat.", "Bring", "- A life vest", "- Dry socks"),
        *("1. Sign", "2. Row", "Deposit", "50 crowns", "Boats", "Name | Seats", "Tern | 4"),
    ]


def test_a_warning_that_is_repeated_is_read_each_time():
    warning = (
        "<p>Switch the pump off and wait ten minutes before you open the lid of the filter.</p>"
    )
    body = f"<h2>Filter</h2>{warning}<p>Rinse it.</p><h2>Hose</h2>{warning}<p>Shake it out.</p>"
    assert sum("Switch the pump off" in line for line in lines(body)) == 2


def test_a_page_as_google_docs_writes_it_is_read_whole():
    body = (
        '<p class="c3 title"><span>Trip to Varno</span></p><h1 class="c2"><span>Friday</span></h1>'
        '<p class="c0"><span class="c1">Guide: </span><span>Mona, 555 0199</span></p>'
        '<ul class="c7 lst-kix-0 start"><li class="c0"><span>Bring a torch.</span></li></ul>'
    )
    assert lines(body) == ["Trip to Varno", "Friday", "Guide: Mona, 555 0199", "- Bring a torch."]


def test_a_page_as_pandoc_writes_it_keeps_its_title_block_and_its_notes():
    body = (
        '<header id="title-block-header"><h1 class="title">On knots</h1></header>'
        '<nav id="TOC" role="doc-toc"><ul><li><a href="#a">Bends</a></li></ul></nav>'
        '<h1 id="a">Bends</h1><p>A bend joins two ropes.<a href="#fn1" role="doc-noteref">'
        "<sup>1</sup></a></p>"
        '<aside id="footnotes" role="doc-endnotes"><ol><li id="fn1"><p>Some use one rope.</p></li>'
        "</ol></aside>"
    )
    assert lines(body) == [
        *("On knots", "Bends", "A bend joins two ropes.[1]", "1. Some use one rope."),
    ]


def test_captions_and_lists_between_the_paragraphs_of_an_article_are_read():
    figure = (
        "<figure><img src='a.jpg'><figcaption>The crane was built in 1931.</figcaption></figure>"
    )
    list_ = "<dl><dt>Open</dt><dd>From ten to five</dd></dl>"
    body = f"{MENU}<article><h1>Walk</h1>{PARAGRAPHS[0]}{figure}{PARAGRAPHS[1]}{list_}</article>"
    read = lines(body)
    assert "The crane was built in 1931." in read
    assert read[-2:] == ["Open", "From ten to five"]
    assert not any("Home" in line for line in read)


@pytest.mark.parametrize(
    "around",
    [
        "<aside><h3>Poll</h3><p>Which harbour do you like best of all harbours?</p></aside>",
        "<footer>Imprint and privacy of the Orlund Courier</footer>",
        "<div class='related-posts'><p>Ten more walks along the coast of the north</p></div>",
        "<ul><li><a href='/1'>Mayor falls in</a></li><li><a href='/2'>Ferry late</a></li></ul>",
        "<div id='comments'><p>I walked there in 1987 and it took me two hours.</p></div>",
    ],
)
@pytest.mark.parametrize("behind", [True, False])
def test_what_stands_around_an_article_is_not_read(around, behind):
    inside = "".join(PARAGRAPHS)
    body = f"{MENU}<div class='post'>{around}{inside}</div>"
    body = f"{MENU}<div class='post'>{inside}{around}</div>" if behind else body
    assert [line[:8] for line in lines(body)] == ["The walk", "Behind t", "The keep"]


def test_a_ticker_that_names_the_article_among_others_is_not_read():
    other = "<li><a href='/{0}'>Ferry {0} late again</a> They waited at the pier.</li>"
    named = f"<li><a href='/9'>The harbour walk</a> {PARAGRAPHS[0][3:90]}</li>"
    ticker = "".join(other.format(n) for n in range(1, 6))
    body = f"{MENU}<div><ul>{ticker}{named}{ticker}</ul><div>{''.join(PARAGRAPHS)}</div></div>"
    assert [line[:8] for line in lines(body)] == ["The walk", "Behind t", "The keep"]


@pytest.mark.parametrize(
    "promotion",
    [
        "<p><strong>READ MORE: <a href='/b'>The bell that nobody found</a></strong></p>",
        "<p>Related: <a href='/c'>Ten towers by the sea that were moved</a></p>",
        "<p>(<a href='/d'>Leggi anche: la torre e il mare</a>)</p>",
        "<p>Subscribe to our morning newsletter for more of the coast.</p>",
        "<p>Follow The Coast on Twitter, Facebook and Instagram.</p>",
        "<p>Advert</p>",
    ],
)
def test_a_line_inside_an_article_that_leads_away_from_it_is_not_read(promotion):
    body = f"{MENU}<article><h1>The tower</h1>{promotion.join(PARAGRAPHS)}</article>"
    without = f"{MENU}<article><h1>The tower</h1>{''.join(PARAGRAPHS)}</article>"
    assert lines(body) == lines(without)


@pytest.mark.parametrize(
    "kept",
    [
        "Read more slowly, said the keeper, and you will see that the tower was moved twice.",
        "Related finds were made in 1912 by the same keeper behind the old lighthouse.",
        "Follow the path on the left to the lighthouse.",
        "Adverts for the tower were printed in 1912.",
    ],
)
def test_a_sentence_that_only_begins_like_a_promotion_is_read(kept):
    body = f"{MENU}<article><h1>The tower</h1>{f'<p>{kept}</p>'.join(PARAGRAPHS)}</article>"
    assert kept in lines(body)


def test_a_form_around_the_whole_page_is_no_frame():
    body = f"{MENU}<form>{''.join(PARAGRAPHS)}<input></form>"
    assert [line[:8] for line in lines(body)] == ["The walk", "Behind t", "The keep"]


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        (
            "<title>How the tower was moved - The Coast Review</title>",
            "<div class='promo'><h1>Book our tours!</h1></div><article><h2>How the tower was moved"
            f"</h2>{PARAGRAPHS[0]}</article>",
            "How the tower was moved",
        ),
        (
            "<title>Hay fever: what helps | Health</title>",
            f"<header><h1>Allergies</h1></header><article>{PARAGRAPHS[0]}</article>",
            "Hay fever: what helps",
        ),
        (
            "<meta property='og:title' content='The lost bell'><title>Bell - Site</title>",
            f"<article>{PARAGRAPHS[0]}</article>",
            "The lost bell",
        ),
        ("", f"<p class='c1 title'>Camp</p><h1>Monday</h1>{PARAGRAPHS[0]}", "Camp"),
        ("", f"<h1>Monday</h1>{PARAGRAPHS[0]}", "Monday"),
    ],
)
def test_the_head_of_a_page_and_its_headings_are_weighed_for_the_title(head, body, title):
    page = f"<!doctype html><html><head>{head}</head><body>{body}</body></html>"
    assert read_bytes(page.encode(), name="page.html").card.title == title
