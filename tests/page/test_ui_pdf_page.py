"""What stands beside an answer: the page of a PDF, a mail, a table, a note; in a real browser."""

import pytest
from documents import mail
from painted import lines, painted
from ui_pages import ask, needs_chromium, opened, served

from rag import Assistant, Settings

try:
    from playwright.sync_api import expect
except ImportError:
    expect = None

pytestmark = needs_chromium
QUESTION = "When does the ferry sail?"
QUOTE = "The ferry sails on Sundays."
CELL = "Harbour: Torsby; Berths: 34, of which 4 are let; Opened: 1886."
FILES = {
    "fleet.eml": mail("The crane lifts twelve tonnes again.\n\n> Who greased it?\n> Ana did."),
    "harbours.csv": "Harbour,Berths,Opened\nLindvik,20,1880\nSandhavn,27,1883\n"
    'Torsby,"34, of which 4 are let",1886\n',
    "lettings.csv": "Berth,Let from,Let until,Boat,Owner,Length,Fee,Notes\n"
    f"A4,2024-01-12,2024-03-31,Heron,Jan Vos,9.5 m,120,She lies here{' and keeps dry' * 5}\n",
    "mill.md": "# The mill\n\nThe mill grinds rye 🌾 again.\n\n## To bring\n\n- a sack of rye\n"
    "  - and a **cart** for it\n- two coins\n\n| Grain | Price |\n| --- | --- |\n"
    "| Rye | 12 crowns |\n\n```\ndef price(grain):\n    return PRICES[grain]\n```\n",
    "page.html": "<!doctype html><link rel=canonical href='https://www.weir.example/fish?a=1&b=2'>"
    "<title>The weir</title><body><article><h1>The weir</h1><p>The weir was opened for the salmon "
    "in nineteen places after the long winter.</p></article></body>",
}
ROMAN = "/PageLabels << /Nums [0 << /S /r /St 4 >> 2 << /S /D /St 11 >>] >>"
LINES = """cell => {
  const words = document.createRange();
  words.selectNodeContents(cell);
  return words.getBoundingClientRect().height / parseFloat(getComputedStyle(cell).lineHeight);
}"""
FRAME = """frame => {
  const own = frame.getBoundingClientRect();
  const all = frame.parentNode.querySelector("img").getBoundingClientRect();
  return [(own.left - all.left) / all.width, (own.top - all.top) / all.height,
          own.width / all.width, own.height / all.height];
}"""


@pytest.fixture(scope="module")
def quay(tmp_path_factory):
    """Serve a library with a PDF of three pages; give the port and the file."""
    folder = tmp_path_factory.mktemp("pdf")
    file = folder / "quay.pdf"
    file.write_bytes(
        painted(
            lines("The harbour of Lindvik was dredged in the spring."),
            lines(*(f"The keeper wrote note {n}." for n in range(95)), size=6, leading=7),
            lines(QUOTE),
            root=ROMAN,
        )
    )
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with Assistant.open(Settings(library=folder / "library")) as assistant:
        assistant.library.add(file, *(folder / name for name in FILES))
    with served(folder / "library") as port:
        yield port, file


def test_the_page_is_drawn_with_the_quote_framed_and_turned(browser, quay):
    port, _ = quay
    with opened(browser, port) as page:
        ask(page, QUESTION)
        expect(page.locator(".card .at")).to_have_text("page 11")
        page.locator("#turn-1 .chip").first.click()
        expect(page.locator("mark.lit")).to_have_text(QUOTE)
        expect(page.locator("mark.lit")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Page", exact=True)).to_be_in_viewport()
        page.get_by_role("button", name="Page", exact=True).click()
        picture = page.get_by_role("img", name="Page 11 (3 of 3) of quay")
        expect(picture).to_be_visible()
        assert picture.evaluate("e => e.naturalWidth") == 1224
        left, top, across, down = page.locator(".framed").evaluate(FRAME)
        # 72 points from the left of 612, its base line 72 from the top of 792, of 12 point letters.
        assert left == pytest.approx(72 / 612, abs=0.01)
        assert top < 72 / 792 < top + down
        assert across == pytest.approx(147 / 612, abs=0.03)
        expect(page.locator("mark.lit")).to_be_hidden()
        page.get_by_role("button", name="Previous page").click()
        expect(page.locator("figcaption .about")).to_have_text("Page v (2 of 3)")
        expect(page.locator(".framed")).to_have_count(0)
        expect(page.get_by_role("button", name="Previous page")).to_be_focused()
        width = picture_width(page)
        page.get_by_role("button", name="Larger").click()
        assert picture_width(page) == pytest.approx(1.25 * width, rel=0.01)
        page.get_by_role("button", name="Text", exact=True).click()
        expect(page.locator("mark.lit")).to_be_in_viewport()


def picture_width(page):
    return page.locator(".sheet img").bounding_box()["width"]


def test_a_footnote_shows_its_quote_to_who_rests_on_it_or_comes_by_keyboard(browser, quay):
    port, _ = quay
    with opened(browser, port) as page:
        ask(page, QUESTION)
        chip, preview = page.locator("#turn-1 .chip").first, page.locator("#preview")
        chip.hover()
        expect(preview.locator(".quote")).to_have_text(QUOTE)
        expect(preview.locator(".about")).to_have_text("quay · page 11")
        page.get_by_label("Your question").hover()
        expect(preview).to_be_hidden()
        page.get_by_label("Your question").focus()
        for _ in range(12):
            page.keyboard.press("Shift+Tab")
            if chip.evaluate("e => e === document.activeElement"):
                break
        expect(preview).to_be_visible()
        expect(chip).to_have_attribute("aria-describedby", "preview")
        page.keyboard.press("Escape")
        expect(preview).to_be_hidden()


def test_a_page_whose_file_is_gone_is_told_in_its_place(browser, quay):
    port, file = quay
    kept = file.read_bytes()
    file.unlink()
    try:
        with opened(browser, port) as page:
            ask(page, QUESTION)
            page.locator("#turn-1 .chip").first.click()
            page.get_by_role("button", name="Page", exact=True).click()
            expect(page.locator(".sheet .finding")).to_contain_text("quay.pdf")
    finally:
        file.write_bytes(kept)


def chosen(page, question, *, turn):
    """Ask, choose the first footnote, and give the article beside the answer."""
    ask(page, question, turn=turn)
    page.locator(f"#turn-{turn} .chip").first.click()
    expect(page.locator(".article mark.lit").first).to_be_in_viewport()
    return page.locator(".article")


@pytest.mark.parametrize("width", [1440, 390])
def test_dates_in_the_cells_of_a_row_are_not_broken(browser, quay, width):
    port, _ = quay
    with opened(browser, port, viewport={"width": width, "height": 844}) as page:
        chosen(page, "Until when is berth A4 let?", turn=1)
        for place in ("#turn-1 .rows", "#pane .rows"):
            for date in ("2024-01-12", "2024-03-31"):
                cell = page.locator(f"{place} td").filter(has_text=date)
                assert cell.evaluate(LINES) < 1.5
            wordy = page.locator(f"{place} td").filter(has_text="She lies here")
            assert wordy.evaluate("e => e.offsetWidth") > 200
        expect(page.locator("#turn-1 .rows .chip")).to_be_in_viewport(ratio=1)


def test_a_source_is_shown_as_what_it_is(browser, quay):
    port, file = quay
    folder = file.parent.name
    with opened(browser, port) as page:
        letter = chosen(page, "How much does the crane lift?", turn=1)
        expect(letter.locator("dl")).to_have_text(
            "FromJane Doe <jane@example.org>ToFleet <fleet@example.org>"
            "DateFri, 01 Mar 2024 12:00:00 +0100SubjectPlans for the fleet"
        )
        expect(letter.locator("blockquote p")).to_have_text(["> Who greased it?", "> Ana did."])
        table = chosen(page, "How many berths has the harbour of Torsby?", turn=2)
        expect(table.locator("th")).to_have_text(["Harbour", "Berths", "Opened"])
        expect(table.locator("tr.quoted")).to_have_text(CELL)
        expect(table.locator("td.asked mark.lit")).to_have_text("34, of which 4 are let")
        expect(table.locator(".where")).to_have_text(f"Table, harbours.csv in {folder}")
        mill = chosen(page, "What does the mill grind again?", turn=3)
        expect(mill.locator("mark.lit")).to_have_text("The mill grinds rye 🌾 again.")
        expect(mill.locator("h3")).to_have_text("To bring")
        expect(mill.locator("li")).to_have_text(
            ["- a sack of rye", "- and a cart for it", "- two coins"]
        )
        expect(mill.locator("thead")).to_have_text("Grain | Price")
        expect(mill.locator("tbody")).to_have_text("Rye | 12 crowns")
        expect(mill.locator("pre")).to_have_text("def price(grain):\n    return PRICES[grain]")
        weir = chosen(page, "What was opened for the salmon?", turn=4)
        link = weir.get_by_role("link", name="weir.example/fish?a=1&b=2 (opens in a new tab)")
        expect(link).to_have_attribute("href", "https://www.weir.example/fish?a=1&b=2")
        expect(link).to_have_attribute("target", "_blank")
        expect(link).to_have_attribute("rel", "noopener noreferrer")
        assert str(file.parent) not in page.locator("#sources").inner_text()
