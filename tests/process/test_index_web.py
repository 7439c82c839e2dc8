"""Web pages by their addresses: what is fetched, from where, and when it is given up."""

import gzip
import itertools
import ssl
import time
from ipaddress import ip_address
from pathlib import Path

import pytest
from page_server import PageServer, page

from index.errors import ReadError
from index.sync.prepare import Incoming
from index.web.address import is_public, parse_address
from index.web.fetch import Fetcher, read_pages

ARTICLE = b"<html><head><title>On Cats</title></head><body><p>Cats sleep all day.</p></body></html>"
CERTIFICATE = str(Path(__file__).parents[1] / "data" / "pages.example.pem")


def fetcher(server: PageServer, **changes) -> Fetcher:
    """Return one that may ask just this server, under any name that a test gives it."""
    plain = {
        "allowed": frozenset({("127.0.0.1", server.port)}),
        "resolve": lambda host, port: ["127.0.0.1"],
        "seconds": 20.0,
    }
    return Fetcher(**(plain | changes))


def refused(url: str, using: Fetcher) -> str:
    with pytest.raises(ReadError) as caught:
        using.fetch(url)
    return str(caught.value)


def test_a_page_is_fetched_read_and_known_by_its_address():
    with PageServer(lambda path: page(ARTICLE)) as server:
        url = f"http://pages.example:{server.port}/on/cats?x=1"
        (found,) = read_pages([f"{url}#part"], known={}, fetcher=fetcher(server))
        assert isinstance(found, Incoming)
        assert (found.source, found.extract.card.title) == (url, "On Cats")
        assert found.extract.text == "Cats sleep all day."
        again = read_pages([url], known={url: found.file_sha256}, fetcher=fetcher(server))
        assert [change.kind for change in again] == ["unchanged"]
    assert f"Host: pages.example:{server.port}" in server.requests[0]
    assert "/on/cats?x=1 " in server.requests[0]


def test_one_bad_page_does_not_stop_the_next():
    with PageServer(lambda path: page(ARTICLE) if path == "/good" else page(b"")) as server:
        base = f"http://pages.example:{server.port}"
        outcomes = list(
            read_pages([f"{base}/bad", f"{base}/good"], known={}, fetcher=fetcher(server))
        )
    assert "is empty" in outcomes[0].reason
    assert isinstance(outcomes[1], Incoming)


def test_tls_is_checked_against_the_name_while_the_connection_goes_by_number():
    trusted = ssl.create_default_context(cafile=CERTIFICATE)
    with PageServer(lambda path: page(ARTICLE), certificate=CERTIFICATE) as server:
        using = fetcher(server, certificates=trusted)
        assert using.fetch(f"https://pages.example:{server.port}/").data == ARTICLE
        assert server.server_names == ["pages.example"]
        assert "certificate" in refused(f"https://other.example:{server.port}/", using)
        assert "certificate" in refused(f"https://pages.example:{server.port}/", fetcher(server))


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://10.0.0.1/",
        "http://192.168.1.1/",
        "http://172.16.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://100.64.0.1/",
        "http://0.0.0.0/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://[::1]/",
        "http://[::]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[ff02::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[::127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://[64:ff9b::7f00:1]/",
        "http://127。0。0。1/",
    ],
)
def test_case_17_addresses_that_are_not_on_the_open_internet_are_refused(url):
    def resolve(host, port):
        return ["127.0.0.1"] if host == "localhost" else [host]

    assert "not on the open internet" in refused(url, Fetcher(resolve=resolve))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://2130706433/", "written as a number"),
        ("http://0177.0.0.1/", "written as a number"),
        ("http://0x7f.0.0.1/", "written as a number"),
        ("http://0x7f000001/", "written as a number"),
        ("http://127.1/", "written as a number"),
        ("http://public.example.127/", "written as a number"),
        ("http://user:pass@1.1.1.1/", "a user name"),
        ("http://1.1.1.1@127.0.0.1/", "a user name"),
        ("http://127.0.0.1\\@1.1.1.1/", "a backslash"),
        ("http://1.1.1.1\t/", "a blank"),
        ("http://1.1.1.1/a b", "a blank"),
        ("http://[fe80::1%25eth0]/", "written as a number"),
        ("http://exa mple.org/", "a blank"),
        ("http://ex%61mple.org/", "no name"),
        ("http:///path", "no name"),
        ("http://a.example:99999/", "not well formed"),
        ("http://[::1/", "not well formed"),
        ("file:///etc/passwd", "'file' is not fetched"),
        ("ftp://example.org/", "'ftp' is not fetched"),
    ],
)
def test_case_17_addresses_with_a_trick_in_them_are_refused(url, why):
    def resolve(host, port):
        raise AssertionError(f"resolved {host!r}")

    assert why in refused(url, Fetcher(resolve=resolve))


@pytest.mark.parametrize("address", ["1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1"])
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ("HTTPS://Bücher.example", "https://xn--bcher-kva.example/"),
        ("https://straße.example", "https://xn--strae-oqa.example/"),
        ("https://☃.example", "https://xn--n3h.example/"),
        ("https://a.example/wiki/Köln?q=Ä%20b", "https://a.example/wiki/K%C3%B6ln?q=%C3%84%20b"),
    ],
)
def test_a_name_and_a_path_in_another_script_are_asked_for_in_ascii(given, asked):
    assert parse_address(given).url == asked


def test_a_path_in_another_script_is_fetched_and_so_is_one_that_a_server_leads_to():
    def lead(path):
        head = b"HTTP/1.1 302 Found\r\nLocation: "
        return [head + b"/k\xf6ln/K\xc3\xb6ln\r\nContent-Length: 0\r\n\r\n"]

    with PageServer(lambda path: page(ARTICLE) if "ln" in path else lead(path)) as server:
        base = f"http://pages.example:{server.port}"
        using = fetcher(server)
        assert using.fetch(f"{base}/wiki/Köln").data == ARTICLE
        assert using.fetch(f"{base}/on").data == ARTICLE
    assert "/wiki/K%C3%B6ln " in server.requests[0]
    assert "/k%F6ln/K%C3%B6ln " in server.requests[2]


@pytest.mark.parametrize(
    "place", ["http://[", "http://[::1", "http://a.example:99999/", "http://a:b"]
)
def test_a_page_that_leads_to_no_address_is_one_that_is_skipped(place):
    moved = page(b"", f"Location: {place}", status="302 Found")
    with PageServer(lambda path: moved) as server:
        url = f"http://pages.example:{server.port}/"
        (skipped,) = read_pages([url], known={}, fetcher=fetcher(server))
    assert skipped.kind == "skipped"
    assert "address" in skipped.reason


def test_an_address_with_half_a_character_is_skipped():
    (skipped,) = read_pages(["https://a.example/\ud800"], known={}, fetcher=Fetcher())
    assert skipped.reason == "its address has half a character in it; mend it"


@pytest.mark.parametrize(
    "place",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://0177.0.0.1/",
        "file:///etc/passwd",
        "//2130706433/",
    ],
)
def test_case_17_a_redirect_to_a_private_address_is_refused(place):
    def resolve(host, port):
        return ["127.0.0.1"] if host == "pages.example" else [host]

    moved = page(b"", f"Location: {place}", status="302 Found")
    with PageServer(lambda path: moved) as server:
        assert refused(f"http://pages.example:{server.port}/", fetcher(server, resolve=resolve))
    assert len(server.requests) == 1


def test_redirects_are_followed_a_few_times():
    def answers(path):
        number = int(path[1:])
        if number == 0:
            return page(ARTICLE)
        return page(b"", f"Location: /{number - 1}", status="301 Moved")

    with PageServer(answers) as server:
        assert fetcher(server).fetch(f"http://pages.example:{server.port}/5").data == ARTICLE
        assert "leads on" in refused(f"http://pages.example:{server.port}/6", fetcher(server))


def test_case_17_a_name_that_changes_its_answer_is_connected_to_as_it_was_judged():
    with PageServer(lambda path: page(ARTICLE)) as server:
        answers = itertools.chain([["127.0.0.1"]], itertools.repeat(["10.0.0.1"]))
        using = fetcher(server, resolve=lambda host, port: next(answers))
        assert using.fetch(f"http://pages.example:{server.port}/").data == ARTICLE
        assert "10.0.0.1" in refused(f"http://pages.example:{server.port}/", using)
    assert len(server.requests) == 1


def test_case_17_a_name_with_one_private_address_among_others_is_refused():
    with PageServer(lambda path: page(ARTICLE)) as server:
        using = fetcher(server, resolve=lambda host, port: ["127.0.0.1", "10.0.0.1"])
        assert "10.0.0.1" in refused(f"http://pages.example:{server.port}/", using)
    assert server.requests == []


def test_case_17_a_body_of_a_gigabyte_is_refused_by_its_length():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"
    with PageServer(lambda path: [head, 60.0]) as server:
        assert "larger than 20000000 bytes" in refused(
            f"http://pages.example:{server.port}/", fetcher(server)
        )


@pytest.mark.parametrize("chunked", [True, False])
def test_case_17_a_body_that_never_ends_is_cut_at_the_cap(chunked):
    block = b"a" * 65536
    part = b"%x\r\n%s\r\n" % (len(block), block) if chunked else block
    head = b"HTTP/1.1 200 OK\r\n%s\r\n" % (b"Transfer-Encoding: chunked\r\n" if chunked else b"")
    with PageServer(lambda path: itertools.chain([head], itertools.repeat(part))) as server:
        using = fetcher(server, max_bytes=1_000_000)
        assert "larger than 1000000 bytes" in refused(f"http://pages.example:{server.port}/", using)


def test_case_17_a_packed_bomb_is_cut_at_the_cap():
    bomb = page(gzip.compress(b"0" * 50_000_000), "Content-Encoding: gzip")
    with PageServer(lambda path: bomb) as server:
        using = fetcher(server, max_bytes=1_000_000)
        assert "larger than 1000000 bytes" in refused(f"http://pages.example:{server.port}/", using)


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"],
    ids=["status", "header", "body"],
)
def test_case_17_a_slow_drip_is_given_up_at_the_deadline(start):
    drip = itertools.chain([start], itertools.cycle([b"a", 0.05]))
    began = time.monotonic()
    with PageServer(lambda path: drip) as server:
        using = fetcher(server, seconds=0.5)
        refused(f"http://pages.example:{server.port}/", using)
    assert 0.4 < time.monotonic() - began < 10


def test_case_17_a_look_up_that_hangs_is_given_up_at_the_deadline():
    def resolve(host, port):
        time.sleep(2)
        return ["127.0.0.1"]

    assert "within 0.2 seconds" in refused(
        "http://pages.example/", Fetcher(resolve=resolve, seconds=0.2)
    )


def test_packed_pages_are_unpacked_and_damaged_ones_refused():
    packed = gzip.compress(ARTICLE)
    sent = {"/whole": packed, "/cut": packed[:-12], "/no": b"not packed"}
    with PageServer(lambda path: page(sent[path], "Content-Encoding: gzip")) as server:
        base = f"http://pages.example:{server.port}"
        assert fetcher(server).fetch(f"{base}/whole").data == ARTICLE
        assert "cut short" in refused(f"{base}/cut", fetcher(server))
        assert "damaged" in refused(f"{base}/no", fetcher(server))


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (page(b"gone", status="404 Not Found"), "status 404"),
        (page(b"", "Content-Encoding: br"), "packed as 'br'"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort"], "cannot be fetched"),
        ([b"no HTTP at all\r\n\r\n"], "cannot be fetched"),
        ([], "cannot be fetched"),
    ],
)
def test_what_is_no_page_is_a_reason(answer, why):
    with PageServer(lambda path: answer) as server:
        assert why in refused(f"http://pages.example:{server.port}/", fetcher(server))
