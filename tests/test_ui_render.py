"""Text that the server writes into HTML is shown as it is and can do nothing."""

from html.parser import HTMLParser
from json import loads
from pathlib import Path

import pytest

from ui import render

HOSTILE = loads((Path(__file__).parent / "data/hostile.json").read_text(encoding="utf-8"))


class Seen(HTMLParser):
    """Keeps the text that a browser would show, and every tag."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.text, self.tags = "", []
        self.feed(source)
        self.close()

    def handle_data(self, data):
        self.text += data

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))


@pytest.mark.parametrize("payload", HOSTILE)
def test_text_is_shown_as_it_is(payload):
    seen = Seen(f"<p>{render.safe(payload)}</p>")
    assert (seen.text, seen.tags) == (payload, [("p", [])])


@pytest.mark.parametrize("payload", HOSTILE)
def test_text_in_an_attribute_stays_in_it(payload):
    (tag, attributes), *others = Seen(f'<p title="{render.safe(payload)}">').tags
    assert (tag, attributes, others) == ("p", [("title", payload)], [])


@pytest.mark.parametrize("payload", HOSTILE)
def test_no_sign_of_a_template_is_left(payload):
    assert not set("{}$`<>") & set(render.safe(payload))
