import lxml.html
import pytest

from index.reading.layout import set_blocks
from index.reading.page_blocks import page_blocks


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<div><p>One\n two.</p>Tri <b>f</b>.<p>Five.</p></div>", "One two.\n\nTri f.\n\nFive."),
        ("<p>one<br> two</p>", "one\ntwo"),
        ("<ul><li>a<ol><li>b<li>c</ol><li><p>d</p><p>e</p></ul>", "- a\n  1. b\n  2. c\n- d\n  e"),
        ("<div><ul><li>a</ul><p>b</p></div>", "- a\n\nb"),
        ("<table><tr><th>A<th>B<tr><td>1<td><b>2</b></table>", "A | B\n1 | 2"),
        ("<table><tr><td>1<td><td>3</table>", "1 | | 3"),
        ("<table><tr><td><p>One.</p><p>Two.</p><td>Side.</table>", "One.\n\nTwo.\n\nSide."),
        ("<table><tr><td>One.<tr><td>Two.</table>", "One.\n\nTwo."),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<pre>x = 1\n  y</pre>", "x = 1\n  y"),
        ("<p>call <code>f(x)</code> now</p>", "call f(x) now"),
        ("<div></div>", ""),
    ],
)  # fmt: skip
def test_a_tree_is_set_as_lines(markup, text):
    assert set_blocks(page_blocks(lxml.html.fragment_fromstring(markup))).text == text
