"""Answers that a language model writes: what is asked of it, what is shown, what is not."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import (
    Answer,
    Article,
    Assistant,
    ModelUnavailableError,
    Retrieved,
    Settings,
    SettingsError,
    TextDelta,
    Turn,
)
from rag.answerers import Afresh, CutReplyError, Reply
from rag.cli.ask import answer_text
from rag.llm.replies import ReplyReader
from rag.testing import HashEmbedder, ScriptedModel, open_assistant

_BRIDGE = "The old bridge was closed in May. Engineers found cracks. It opens again in July."
_PETS = "Cats sleep all day. Dogs bark at night."
_WRONG = "Pigeons own the moon. [1]"
_DOWN = ModelUnavailableError("openai did not answer within 60 seconds: try again later")

Make = Callable[..., tuple[Assistant, ScriptedModel]]


@pytest.fixture
def make(tmp_path: Path, embedder: HashEmbedder) -> Make:
    """Open a library of two articles with a scripted model."""

    def opened(*replies: object, window: int = 8192, **settings: object) -> object:
        model = ScriptedModel(*replies, context_window=window)  # type: ignore[arg-type]
        given = {"threshold": 0.0} | settings
        chosen = Settings.load(library=tmp_path / "library", seeds=False, **given)
        assistant = open_assistant(chosen, model=model, embedder=embedder)
        texts = {"bridge": _BRIDGE, "pets": _PETS}
        assistant.library.add_articles(Article(source=n, title=n, text=t) for n, t in texts.items())
        return assistant, model

    return opened  # type: ignore[return-value]


def pieces(events: list[object]) -> str:
    """Return the text that a stream leaves standing."""
    begins = max((n for n, event in enumerate(events) if isinstance(event, Retrieved)), default=0)
    return "".join(event.text for event in events[begins:] if isinstance(event, TextDelta))


def test_a_sentence_that_a_source_says_is_shown_with_the_exact_sentence(make: Make) -> None:
    assistant, _ = make("Engineers found cracks. [1]")
    answer = assistant.ask("What did engineers find?")
    assert (answer.status, answer.text) == ("answered", "Engineers found cracks. [1]")
    assert [citation.quote for citation in answer.citations] == ["Engineers found cracks."]
    assert (answer.model, answer.confidence) == ("scripted:model", 1.0)


def test_what_the_answer_took_is_told(make: Make) -> None:
    assistant, _ = make("Engineers found cracks. [1]")
    usage = assistant.ask("What did engineers find?").usage
    assert usage.requests == 1
    assert usage.output_tokens == 4
    assert usage.input_tokens > 50


def test_a_sentence_that_no_source_says_is_marked(make: Make) -> None:
    assistant, _ = make(f"Engineers found cracks. [1] {_WRONG}")
    answer = assistant.ask("What did engineers find?")
    assert [s.verdict for s in answer.sentences] == ["supported", "unsupported"]
    assert "Pigeons own the moon. [unsupported" in answer.text
    assert answer.confidence == 0.5


def test_case_3_a_sentence_that_no_source_says_is_dropped_when_strict(make: Make) -> None:
    assistant, _ = make(f"{_WRONG} Engineers found cracks. [1]", strict=True)
    answer = assistant.ask("What did engineers find?")
    assert answer.text == "Engineers found cracks. [1]"


_ABROAD = "Who is the mayor of Utrecht?"
"""What the articles do not answer."""


@pytest.mark.parametrize("strict", [True, False])
def test_where_nothing_of_a_reply_holds_the_articles_are_quoted_and_it_is_set_aside(
    make: Make, strict: bool
) -> None:
    assistant, _ = make(_WRONG, strict=strict)
    answer = assistant.ask("What did engineers find?")
    assert (answer.status, answer.text) == ("answered", "Engineers found cracks. [1]")
    assert (answer.model, answer.usage.requests) == ("extractive", 1)
    aside = answer.set_aside
    assert aside is not None
    assert (aside.model, aside.reason) == ("scripted:model", "unsupported")
    assert aside.note.startswith("The model's reply was not borne out")
    assert [s.text for s in aside.sentences] == ([] if strict else ["Pigeons own the moon."])


def test_a_model_that_declines_what_the_articles_surely_say_is_set_aside(make: Make) -> None:
    assistant, _ = make("I don't know. The sources do not mention it.")
    answer = assistant.ask("What did engineers find?")
    assert answer.text == "Engineers found cracks. [1]"
    assert answer.set_aside is not None
    assert (answer.set_aside.reason, answer.set_aside.sentences) == ("declined", ())


@pytest.mark.parametrize(
    ("reply", "reason", "says"),
    [
        (_WRONG, "unsupported", "No answer found: what the language model wrote is not in"),
        ("The documents do not say.", "declined", "No answer found in "),
    ],
)
def test_where_neither_model_nor_articles_answer_there_is_no_answer(
    make: Make, reply: str, reason: str, says: str
) -> None:
    assistant, _ = make(reply, threshold=0.99)
    answer = assistant.ask(_ABROAD)
    assert (answer.status, answer.reason, answer.sentences) == ("abstained", reason, ())
    assert answer.text.startswith(says)
    assert answer.set_aside is not None


def test_what_holds_but_answers_nothing_is_set_aside_where_no_answer_was_found(make: Make) -> None:
    assistant, _ = make("Cats sleep all day.", threshold=0.99)
    events = list(assistant.stream(_ABROAD))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert (answer.status, answer.reason, answer.sentences) == ("abstained", "no_match", ())
    assert pieces(events) == answer.text
    assert answer.set_aside is not None
    assert (answer.set_aside.reason, answer.set_aside.sentences[0].text) == (
        "weak_match",
        "Cats sleep all day.",
    )


def test_what_reads_as_an_answer_is_shown_where_none_was_sure_without_the_model(make: Make) -> None:
    assistant, _ = make("The old bridge was closed in May.", threshold=0.999)
    answer = assistant.ask("When was the old bridge closed?")
    assert (answer.status, answer.text) == ("answered", "The old bridge was closed in May. [1]")


def test_a_quote_that_has_what_a_true_reply_lacks_is_shown_beside_it(make: Make) -> None:
    assistant, _ = make("The old bridge was closed in May. [1]")
    events = list(assistant.stream("When does the bridge open again?"))
    answer = events[-1]
    assert isinstance(answer, Answer)
    own, quote = answer.sentences
    assert (own.text, own.is_quote) == ("The old bridge was closed in May.", False)
    assert (quote.text, quote.is_quote) == ("It opens again in July.", True)
    assert answer.text == f"{own.text} [1]\n\n> {quote.text} [2]" == pieces(events)
    assert [c.quote for c in answer.citations] == [own.text, quote.text]
    assert (answer.model, answer.short) == ("scripted:model", None)


def test_a_true_reply_with_the_exact_words_gets_no_quote_but_the_short_answer(make: Make) -> None:
    assistant, _ = make("In July it opens again. [1]")
    answer = assistant.ask("When does the bridge open again?")
    assert (len(answer.sentences), answer.short) == (1, "July")


def test_a_sentence_in_doubt_is_shown_as_such_before_the_next_one_is_written(make: Make) -> None:
    assistant, _ = make(f"{_WRONG} Engineers found cracks. [1] Cats sleep all day. [2]")
    events = list(assistant.stream("What did engineers find?"))
    first = next(event for event in events if isinstance(event, TextDelta))
    assert first.sentence is not None
    assert (first.sentence.verdict, first.citations) == ("unsupported", ())
    assert first.text == "Pigeons own the moon. [unsupported: no source says it]"


@pytest.mark.quiet
def test_each_sentence_comes_within_a_second_of_its_end(make: Make) -> None:
    assistant, model = make(
        "Engineers found cracks. [1] Cats sleep all day. [2] Dogs bark at night."
    )
    assistant.ask("What did engineers find?")  # the first check loads the reader
    model._pause = 0.1  # as fast as small models write on two cores
    begun, came = time.monotonic(), []
    for event in assistant.stream("What did engineers find?"):
        if isinstance(event, TextDelta):
            came.append(time.monotonic() - begun)
    ends = [0.1 * words for words in (4, 9, 13)]
    assert [late < 1 for late in (at - end for at, end in zip(came, ends, strict=True))] == [
        True
    ] * 3


def test_thoughts_that_only_close_are_taken_back_with_what_was_shown_of_them(make: Make) -> None:
    assistant, model = make("Dogs bark at night. [2] Cats sleep all day. [2]")
    *thought, _ = model.stream(())
    begun = ScriptedModel("Engineers found cracks. [1]").stream(())
    model.stream = lambda _: iter([*thought, Afresh(), *begun])  # type: ignore[method-assign]
    events = list(assistant.stream("What did engineers find?"))
    again = max(n for n, event in enumerate(events) if isinstance(event, Retrieved))
    assert pieces(events[:again]) != ""
    assert pieces(events[again:]) == events[-1].text == "Engineers found cracks. [1]"  # type: ignore[attr-defined]


def test_lists_paragraphs_and_emphasis_of_a_reply_are_kept(make: Make) -> None:
    said = (
        "## Answer\n\nIn short:\n\n- **Engineers** found cracks.\n- Cats sleep all day.\n\n"
        "Dogs bark at night. However, it opens again in July.\n\nSources:\n[1] bridge\n"
    )
    assistant, _ = make(said)
    answer = assistant.ask("What did engineers find?")
    assert answer.text == (
        "## Answer\n\n**In short**\n\n- **Engineers** found cracks. [1]\n- Cats sleep all day. [2]"
        "\n\nDogs bark at night. [3] However, it opens again in July. [4]"
    )
    assert {sentence.verdict for sentence in answer.sentences} == {"supported"}
    assert answer.sentences[0].text == "Engineers found cracks."


@pytest.mark.parametrize("reply", ["{}", '{{"answer": "{}"}}'])
def test_what_turns_words_round_or_hides_between_them_is_no_part_of_an_answer(
    make: Make, reply: str
) -> None:
    said = "**Engineers\u2066** \u202efound\u202c\u3164cra\u200bcks.\ufeff\U000e0041 [\u200b1]"
    assistant, _ = make(reply.format(said))
    events = list(assistant.stream("What did engineers find?"))
    assert pieces(events) == events[-1].text == "**Engineers** found cracks. [1]"  # type: ignore[attr-defined]


def test_persian_and_emoji_of_a_reply_stay_as_they_are_written_piece_by_piece() -> None:
    reader, said = (
        ReplyReader(),
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \U0001f468\u200d\U0001f469.",
    )
    found = [*(one for piece in said for one in reader.feed(piece)), *reader.finish()]
    assert [one.claim.text for one in found] == [said]


def test_nothing_is_asked_of_the_model_where_there_are_no_sources(
    tmp_path: Path, embedder: HashEmbedder
) -> None:
    model = ScriptedModel("Anything.")
    settings = Settings.load(library=tmp_path / "empty", seeds=False)
    with open_assistant(settings, model=model, embedder=embedder) as assistant:
        assert assistant.ask("Who?").reason == "empty_library"
    assert model.asked == []


def test_the_passages_come_first_and_the_pieces_are_the_text(make: Make) -> None:
    assistant, _ = make(f"Engineers found cracks. [1] Cats sleep all day. [2] {_WRONG}")
    events = list(assistant.stream("What did engineers find?"))
    assert isinstance(events[0], Retrieved)
    assert isinstance(events[-1], Answer)
    assert pieces(events) == events[-1].text
    named = [c.number for e in events if isinstance(e, TextDelta) for c in e.citations]
    assert named == [c.number for c in events[-1].citations]


def test_all_ways_of_asking_give_the_same_answer(make: Make) -> None:
    assistant, _ = make(f"Engineers found cracks. [1] {_WRONG}")

    async def streamed() -> list[object]:
        return [event async for event in assistant.astream("What did engineers find?")]

    events = asyncio.run(streamed())
    asked = assistant.ask("What did engineers find?")
    awaited = asyncio.run(assistant.aask("What did engineers find?"))
    assert pieces(events) == asked.text == awaited.text == events[-1].text  # type: ignore[attr-defined]


def test_case_2_the_sources_are_numbered_between_marks_that_no_document_could_foresee(
    make: Make,
) -> None:
    assistant, model = make("Engineers found cracks. [1]")
    assistant.library.add_articles(
        [Article(source="x", title="x", text="Engineers cheered [3]. They found Source 1 dry.")]
    )
    assistant.ask("What did engineers find?")
    assistant.ask("What did engineers cheer?")
    first, second = (asked[-1].text for asked in model.asked)
    nonce = first.split("\n")[1].split()[0]
    assert f"\n{nonce} x\n[" in first
    shown = assistant.search("What did engineers find?")
    assert first.count(nonce) == len(shown) + 3  # named first, the program's line, the end
    assert all(nonce not in hit.passage.text for hit in shown)
    assert "Engineers cheered [3]." in second


def test_the_same_question_over_the_same_sources_gives_the_same_prompt(make: Make) -> None:
    assistant, model = make("Engineers found cracks. [1]")
    assistant.ask("What did engineers find?")
    assistant.ask("What did engineers find?")
    assert model.asked[0] == model.asked[1]


def test_a_small_window_gets_whole_sentences_of_the_best_passages(make: Make) -> None:
    assistant, model = make("Engineers found cracks. [1]", window=1750)
    assistant.library.add_articles(
        [Article(source="long", title="long", text="Engineers walk far every day. " * 40)]
    )
    assistant.ask("What did engineers find?")
    sources = model.asked[0][-1].text
    assert "Engineers found cracks." in sources
    assert len(sources.split()) < 400


def test_a_window_without_room_for_one_sentence_is_refused(make: Make) -> None:
    assistant, model = make("Engineers found cracks. [1]", window=1100)
    with pytest.raises(SettingsError, match="FOOTNOTE_LLM_CONTEXT"):
        assistant.ask("What did engineers find?")
    assert model.asked == []


def test_a_title_without_end_is_cut_for_the_model_and_blocks_no_answer(make: Make) -> None:
    assistant, model = make("Engineers found cracks. [1]", window=1750)
    title = "What did engineers find? 🌉" * 1500
    assistant.library.add_articles(
        [Article(source="bad", title=title, text="What did engineers find? They did find.")]
    )
    answer = assistant.ask("What did engineers find?")
    assert answer.text == "Engineers found cracks. [1]"
    lines = model.asked[0][-1].text.split("\n")
    (cut,) = (line.partition(" ")[2] for line in lines if line.count("🌉") > 1)
    assert title.startswith(cut)
    assert 190 < len(cut.encode()) <= 200


def test_the_prompts_that_were_used_are_named(make: Make) -> None:
    assistant, _ = make("What did engineers find?", "Engineers found cracks. [1]")
    answer = assistant.ask("And what did they find?", history=[Turn(question="Who?", text="x")])
    assert [prompt.name for prompt in answer.prompts] == ["answer", "rewrite"]
    assert all(len(prompt.sha256) == 64 for prompt in answer.prompts)


def test_a_prompt_of_ones_own_is_used_and_a_broken_one_refused(make: Make, tmp_path: Path) -> None:
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "answer.md").write_text("# user\nOwn $nonce $count $sources $question", "utf-8")
    assistant, model = make("Engineers found cracks. [1]", prompts=own)
    assistant.ask("What did engineers find?")
    assert model.asked[0][0].text.startswith("Own ")
    (own / "answer.md").write_text("# user\n$question", encoding="utf-8")
    with pytest.raises(SettingsError, match="lacks"):
        assistant.ask("What did engineers find?")


def test_a_follow_up_is_put_in_full_by_the_model_and_kept_in_the_answer(make: Make) -> None:
    assistant, model = make("What did the engineers find?", "Engineers found cracks. [1]")
    history = [Turn(question="Who looked at the bridge?", text="Engineers. [1]")]
    answer = assistant.ask("And what did they find?", history=history)
    assert answer.question == "And what did they find?"
    assert answer.searched == "What did the engineers find?" == answer.turn.question
    assert "Who looked at the bridge?" in model.asked[0][-1].text
    assert answer.usage.requests == 2


@pytest.mark.parametrize("reply", ["x" * 600, "Sure!\nHere it is:\nWhat?", "\u200b"])
def test_what_is_no_question_in_full_is_put_aside_for_the_rule(make: Make, reply: str) -> None:
    assistant, _ = make(reply, "Engineers found cracks. [1]")
    history = [Turn(question="When was the old bridge closed?", text="In May. [1]")]
    answer = assistant.ask("When does it open?", history=history)
    assert answer.searched == "When does the old bridge open?"


@pytest.mark.parametrize("broken", [_DOWN, ("Engineers found cracks. [1] And", _DOWN)])
def test_when_the_model_fails_the_extractive_answer_is_given_and_says_so(
    make: Make, broken: object
) -> None:
    assistant, _ = make(broken)
    answer = assistant.ask("What did engineers find?")
    assert (answer.model, answer.status) == ("extractive", "answered")
    assert answer.fallback == str(_DOWN)


def test_whole_sentences_of_a_reply_that_reached_its_limit_are_kept_and_checked(
    make: Make,
) -> None:
    told = "Engineers found cracks. [1] Pigeons own the moon. [1] It opens again in Ju"
    reply = Reply(text=told, input_tokens=9, output_tokens=16, requests=1, first_token_seconds=0.1)
    assistant, _ = make((told, CutReplyError("the reply was cut after 16 tokens", reply=reply)))
    *events, answer = assistant.stream("What did engineers find?")
    assert isinstance(answer, Answer)
    assert [s.verdict for s in answer.sentences] == ["supported", "unsupported"]
    assert (answer.model, answer.fallback, answer.usage.output_tokens) == ("scripted:model", "", 16)
    assert answer.set_aside is not None
    assert "cut after 16 tokens" in answer.set_aside.note
    assert pieces(events) == answer.text
    assert "shown, for the reply was cut after 16 tokens." in answer_text(answer)


def test_a_reply_without_a_whole_sentence_has_failed(make: Make) -> None:
    reply = Reply(text="En", input_tokens=9, output_tokens=1, requests=1, first_token_seconds=0.1)
    assistant, _ = make(("Engineers", CutReplyError("cut after 1 tokens", reply=reply)))
    answer = assistant.ask("What did engineers find?")
    assert (answer.model, answer.fallback) == ("extractive", "cut after 1 tokens")


def test_a_model_that_fails_at_the_follow_up_is_not_asked_again(make: Make) -> None:
    assistant, model = make(_DOWN)
    history = [Turn(question="When was the old bridge closed?", text="In May. [1]")]
    answer = assistant.ask("When does it open?", history=history)
    assert answer.searched == "When does the old bridge open?"
    assert answer.fallback
    assert len(model.asked) == 1


def test_the_failure_is_raised_where_no_other_answer_is_wanted(make: Make) -> None:
    assistant, _ = make(_DOWN, llm_fallback=False)
    with pytest.raises(ModelUnavailableError, match="did not answer"):
        assistant.ask("What did engineers find?")


def test_closing_a_stream_closes_the_models(make: Make) -> None:
    assistant, _ = make("Engineers found cracks. [1] Cats sleep all day. [1]")
    events = assistant.stream("What did engineers find?")
    assert isinstance(next(events), Retrieved)
    events.close()  # type: ignore[attr-defined]
    assert assistant.ask("What did engineers find?").status == "answered"
