import pytest

from index.errors import ReadError
from index.reading.normal import declared_charset, decode

ENGLISH = "The café’s owner said “hello” – then left."


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "cp1252"]
)
def test_english_is_read_in_its_charset(charset):
    assert decode(ENGLISH.encode(charset)) == ENGLISH


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("cp1252", "c’est déjà l’été. " * 20),
        ("cp1252", "“C’est déjà l’été” – où est-il allé ? Très bien, répondit François."),
        ("cp1251", "Министры обороны Японии и США провели первую встречу в Токио."),
        ("cp932", "日本の防衛大臣と米国の国防長官は東京で会談した。両国は協力を確認した。"),
        ("gb18030", "日本和美国国防部长在东京举行会谈，双方确认加强合作。"),
        ("cp1250", "Příliš žluťoučký kůň skončil v řece, a nikdo neví proč."),
    ],
)
def test_other_languages_are_detected(charset, text):
    assert decode(text.encode(charset)) == text


def test_a_file_cut_inside_a_character_stays_utf8():
    text = "Müller fährt über die Brücke nach Köln, während Jörg schläft. Früh übt sich, ä"
    assert decode(text.encode()[:-1]) == text[:-1] + "\ufffd"


def test_valid_utf8_wins_over_a_wrong_declaration():
    assert decode("naïve".encode(), declared="cp1252") == "naïve"


def test_a_declared_charset_is_used_where_the_bytes_fit_it():
    assert decode("“Ładny”".encode("cp1250"), declared="cp1250") == "“Ładny”"
    assert decode("日本語".encode("iso2022_jp"), declared="iso2022_jp") == "日本語"


@pytest.mark.parametrize("data", [b"a\0b", bytes(range(256)) * 4, b"\x01\x02\x03 text"])
def test_binary_is_refused(data):
    with pytest.raises(ReadError, match="not text"):
        decode(data)


def test_nul_is_dropped_where_it_is_allowed():
    assert decode(b"<p>a\0b", allow_nul=True) == "<p>ab"


@pytest.mark.parametrize(
    ("page", "codec"),
    [
        (b"<meta charset=iso-8859-1>", "cp1252"),
        (b'<META http-equiv=Content-Type content="text/html; charset=Shift_JIS">', "cp932"),
        (b"<?xml version='1.0' encoding='windows-1251'?>", "windows-1251"),
        (b"<meta charset='utf-7'>", None),
        (b"<meta charset='unicode_escape'>", None),
        (b"<p>charset=big5", None),
    ],
)
def test_the_charset_a_page_declares_is_read_if_it_is_a_real_one(page, codec):
    assert declared_charset(page) == codec
