"""Any text can be shown in any report."""

from eval.reports.wording import cut, fit, one_line


def test_what_xml_cannot_hold_becomes_a_visible_escape():
    assert fit("a\x00b\ud800c\x1b\ufffe\x85") == r"a\x00b\ud800c\x1b\ufffe\x85"


def test_all_other_text_stays_as_it_is():
    text = "tab\t line\n 日本 é ‏عربي ]]> <&> 😀"
    assert fit(text) == text


def test_a_long_text_is_cut_and_says_how_much_is_left_out():
    assert cut("abcdef", 4) == "abcd … (2 more characters)"
    assert cut("abcd", 4) == "abcd"


def test_one_line_has_no_controls_and_single_spaces():
    assert one_line("a\x1b[31m\r\n b\u202e") == "a [31m b"
