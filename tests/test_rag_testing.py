"""The scripted model streams, records and fails as it is told."""

import asyncio

import pytest

from rag import LanguageModel, Message, ModelUnavailableError, Reply
from rag.testing import ScriptedModel

ASKED = [Message(role="user", text="How old is it?")]


def test_its_pieces_join_to_the_reply_that_ends_them() -> None:
    *pieces, reply = ScriptedModel("Ten  years.\nOr so. ").stream(ASKED)
    assert pieces == ["Ten", "  years.", "\nOr", " so.", " "]
    assert isinstance(reply, Reply)
    assert (reply.text, reply.input_tokens) == ("Ten  years.\nOr so. ", 4)


def test_it_gives_one_reply_a_call_repeats_the_last_and_keeps_what_was_asked() -> None:
    model = ScriptedModel("one", "two")
    texts = [model.complete(ASKED).text for _ in range(2)]
    texts.append(asyncio.run(model.acomplete(ASKED)).text)
    assert texts == ["one", "two", "two"]
    assert model.asked == [tuple(ASKED)] * 3


def test_it_fails_after_the_words_it_was_told() -> None:
    model: LanguageModel = ScriptedModel(
        "one two three", error=ModelUnavailableError("down"), error_after=2
    )
    got = []
    with pytest.raises(ModelUnavailableError):
        got.extend(model.stream(ASKED))
    pieces = model.stream(ASKED)
    assert [next(pieces), next(pieces)] == ["one", " two"]
    with pytest.raises(ModelUnavailableError):
        next(pieces)
