"""Which libraries a page offers to whom, and what an event that names another is told."""

import gradio as gr
import pytest
from gradio.context import LocalContext
from starlette.requests import Request

from rag import MisuseError, Settings
from ui.articles import Libraries
from ui.parts import answering

HANDED_ON = [(b"x-forwarded-for", b"203.0.113.9")]


@pytest.fixture(params=["an event", "a part's own function"])
def sent_by(request):
    """Give a function that says which machine sends what is answered now, as Gradio keeps it."""

    def sent(client: str, headers: list[tuple[bytes, bytes]]) -> None:
        scope = {"type": "http", "client": (client, 1), "headers": headers}
        kept = Request(scope)
        LocalContext.request.set(gr.Request(kept) if request.param == "an event" else kept)

    yield sent
    LocalContext.request.set(None)


def offering(*, of_owner: bool) -> Libraries:
    return Libraries(object(), name="here", others={"diary": Settings()}, of_owner=of_owner)


@pytest.mark.parametrize(
    ("client", "headers"), [("127.0.0.1", HANDED_ON), ("198.51.100.7", []), ("testclient", [])]
)
def test_who_comes_through_a_proxy_sees_no_library_of_the_owners(client, headers, sent_by) -> None:
    sent_by(client, headers)
    libraries = offering(of_owner=True)
    assert libraries.names == ("here",)
    with pytest.raises(MisuseError, match=r"'diary' is not offered here: .* choose one of here$"):
        libraries.named("diary")
    assert offering(of_owner=False).names == ("here", "diary")


def test_who_sits_at_the_machine_sees_all(sent_by) -> None:
    libraries = offering(of_owner=True)
    assert libraries.names == ("here", "diary")
    sent_by("127.0.0.1", [])
    assert libraries.names == ("here", "diary")


def test_an_event_that_names_no_library_is_told_so_and_logs_no_traceback() -> None:
    libraries = offering(of_owner=False)
    listener = answering(lambda sent: {"asked": str(libraries.of(sent))})
    with pytest.raises(gr.Error, match="The library 'x' is not offered here") as told:
        listener(gr.EventData(None, {"library": "x"}))
    assert not told.value.print_exception
