"""Taking out of a page's tree what the page keeps from its readers' eyes."""

from typing import TYPE_CHECKING

from index.reading.hiding import UNSEEN_TAGS, Look, look_of
from index.reading.stylesheet import simple_rules, style_of

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DOOMED = "footnote-hidden"


def drop_hidden(tree: "Element") -> None:
    """Remove, in place, hidden elements and text from a page, and its scripts and styles.

    What hides is told in `index.reading.hiding`; the page's `<style>` rules on single tags,
    classes and ids count, style sheets of their own do not (they are never fetched). Metadata in
    `<script type="application/ld+json">` stays: it is no text of the page.
    """
    from lxml.etree import strip_elements

    rules = simple_rules("\n".join(style.text or "" for style in tree.iter("style")))
    looks: dict[Element, Look] = {}
    doomed: list[Element] = []
    for element in tree.iter("*"):
        parent = element.getparent()
        inside = Look() if parent is None else looks[parent]
        tag = str(element.tag).lower()
        attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        style = style_of(tag, attributes, rules)
        look = look_of(tag, attributes, style=style, inside=inside)
        looks[element] = look
        if look.gone and not inside.gone and not _is_metadata(tag, attributes):
            doomed.append(element)
        elif look.hides_text and tag not in UNSEEN_TAGS:
            _blank(element)
    # Renamed and stripped in one pass of C: taking them out one by one, each moving the text
    # behind it, is quadratic in their number.
    for element in doomed:
        element.tag = _DOOMED
    strip_elements(tree, _DOOMED, with_tail=False)


def _is_metadata(tag: str, attributes: dict[str, str]) -> bool:
    return tag == "script" and "ld+json" in attributes.get("type", "").lower()


def _blank(element: "Element") -> None:
    """Remove the text that stands directly in an element."""
    element.text = None
    for child in element:
        child.tail = None
