"""The tab Ask: its parts, which event goes where, and what each is answered for a conversation.

Everything that comes in was sent by a browser, or by whoever speaks its protocol: each part of it
is looked at before it is used.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace

from rag import EVERYTHING, Answer, Assistant, FootnoteError
from rag.internal import ConversationStore, exported, library_name, with_comparison
from ui.additions import brought
from ui.articles import Libraries, page_image, serving, text
from ui.chat.conversation import Sessions, Talks
from ui.chat.start import Start
from ui.chat.turn import Turn, moments
from ui.chat.turn_view import as_view, recalled, taken_back
from ui.evaluation import build_gold_form
from ui.gradio_fixes import Pace
from ui.parts import (
    NOBODY,
    QUIET,
    Sender,
    Sent,
    Value,
    answering,
    answering_sender,
    asking,
    part,
    sentence,
    streaming,
)
from ui.settings import Choices, Chooser, Choosing, for_one, others

_AT_ONCE = 4
"""Questions answered at the same time."""
_Growing = Callable[["Chat", Sent, Sender], AsyncGenerator[Value, None]]
_WORD = re.compile(r"[^\W_]+")
_MOST_NAMED = 8
"""Words of a conversation's name in that of its file."""
_REPEATED = 2
"""Newest turns in each value: where two were asked at once, none misses its last update."""


class Chat:
    """Answers what the tab Ask sends; one for all conversations."""

    def __init__(
        self,
        assistant: Assistant,
        *,
        sessions: Sessions,
        chooser: Chooser,
        pace: Pace | None = None,
    ) -> None:
        self._assistant = assistant
        self._pace = pace or Pace()
        self._sessions = sessions
        self._chooser = chooser
        self._answering = 0
        self.start = Start(assistant, quiet=self._is_quiet)

    async def open(self, sent: Sent, sender: Sender = NOBODY) -> AsyncGenerator[Value, None]:
        """Yield the conversation that a page had before.

        Of who is known it is read from the store, and what a browser kept in the version before is
        taken over into that; of others it is taken back where it is not known here any more.
        """
        told = await asyncio.to_thread(self._recall, sent, sender)
        turns = self._sessions.turns(sent.get("token"), sender)
        # What is not over was asked by a page that is gone, and nothing more of it will come here.
        ended = [turn if turn.is_over else replace(turn, stopped=True) for turn in turns]
        views = [as_view(turn) for turn in ended]
        shown: Value = {"of": sent.get("token"), "turns": views} | told
        yield shown | {"model": self._model(sent)}

    async def ask(
        self, sent: Sent, sender: Sender = NOBODY, choices: Choices | None = None
    ) -> AsyncGenerator[Value, None]:
        """Yield the conversation's newest turns as an answer grows, then with its follow-ups.

        The first holds the passages found: that a question is asked, its page has shown itself.
        Where no choices are given, those of the conversation hold.
        """
        question, token = sent.get("question"), sent.get("token")
        if not isinstance(question, str) or not question.strip():
            return
        earlier = await self._earlier(token, sender)
        number = self._sessions.begin(token, sender, after=sent.get("after"))
        turn = None
        self._answering += 1
        chosen = choices or self._sessions.choices(token)
        growing = moments(
            lambda: self._chooser.assistant(chosen),
            question.strip(),
            number=number,
            earlier=earlier,
            scope=EVERYTHING if sent.get("everywhere") is True else sent.get("scope"),
        )
        try:
            async with aclosing(growing) as turns:
                async for turn in turns:
                    if not self._sessions.put(token, turn, sender):
                        return
                    if turn.hits is not None or turn.is_over:
                        yield self._newest(token, sender)
        finally:
            self._answering -= 1
            if turn is not None and not turn.is_over:
                self._sessions.put(token, replace(turn, stopped=True), sender)
        if turn is not None and turn.answer is not None:
            async for value in self._settled(turn, earlier, token, sender):
                yield value

    async def _earlier(self, token: object, sender: Sender) -> tuple[Turn, ...]:
        """Return the turns so far, read from the store where a page was open for longer."""
        turns = self._sessions.turns(token, sender)
        if turns or not self._sessions.store(sender):
            return turns
        await asyncio.to_thread(self._recall, {"token": token}, sender)
        return self._sessions.turns(token, sender)

    async def _settled(
        self, turn: Turn, earlier: Sequence[Turn], token: object, sender: Sender
    ) -> AsyncGenerator[Value, None]:
        """Keep a turn that was answered, and yield that, or why it failed, and its follow-ups."""
        if self._sessions.store(sender):
            trouble = await asyncio.to_thread(self._sessions.keep, token, turn, sender)
            told: Value = {"trouble": trouble} if trouble else {"kept": True}
            yield self._newest(token, sender) | told
        asked = [*(past.question for past in earlier), turn.question]
        offered = await asyncio.to_thread(self.start.follow_ups, turn.answer, asked)
        if offered and self._sessions.put(token, replace(turn, follow_ups=offered), sender):
            yield self._newest(token, sender)

    async def retry(self, sent: Sent, sender: Sender = NOBODY) -> AsyncGenerator[Value, None]:
        """Put a turn and what came after it away, tell that, and yield as `ask` for its question.

        A question that is sent is asked in its place, and by the model that is named; also where
        the turn is not known, as after the server was started anew.
        """
        token, number = sent.get("token"), sent.get("turn")
        turns = await self._earlier(token, sender)
        found = next((turn for turn in turns if turn.number == number), None)
        if found is None:
            async with aclosing(self.ask(sent, sender)) as values:
                async for value in values:
                    yield value
            return
        asked = sent.get("question")
        question = asked if isinstance(asked, str) and asked.strip() else found.question
        before = self._sessions.choices(token)
        try:
            choices = await asyncio.to_thread(
                for_one, self._assistant, before, sent, owner=sender.owner
            )
        except FootnoteError as error:
            yield self._all(token, sender) | {"trouble": sentence(error)}
            return
        yield await asyncio.to_thread(self._put_away, token, found.number, sender)
        again = {"question": question, "scope": _scope_again(found, sent.get("scope"))}
        async with aclosing(self.ask({**sent, **again}, sender, choices)) as values:
            async for value in values:
                yield value

    def models(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Return the models that may answer a turn anew, found on this machine for its owner."""
        choices = self._sessions.choices(sent.get("token"))
        found = others(self._assistant, choices, owner=sender.owner)
        return {"of": sent.get("token"), "turns": [], "models": found, "turn": sent.get("turn")}

    def stop(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Mark what is being answered as stopped, and return it."""
        stopped = self._sessions.stop(sent.get("token"), sender)
        return {"of": sent.get("token"), "turns": [as_view(turn) for turn in stopped]}

    def answer(self, sent: Sent, sender: Sender = NOBODY) -> Answer | None:
        """Return the answer of a turn; None while there is none."""
        turns = self._sessions.turns(sent.get("token"), sender)
        return next((turn.answer for turn in turns if turn.number == sent.get("turn")), None)

    def forget(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Put a whole conversation away."""
        return self._put_away(sent.get("token"), 0, sender)

    def put_back(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Have back what was put away, and return the whole conversation."""
        token = sent.get("token")
        try:
            self._sessions.put_back(token, sent.get("away"), sender)
        except FootnoteError as error:
            return {"of": token, "turns": [], "trouble": sentence(error)}
        told = self._recall({"token": token}, sender) if self._sessions.store(sender) else {}
        return self._all(token, sender) | told

    def export(self, sent: Sent, sender: Sender = NOBODY) -> Value:
        """Return a conversation as a file, as HTML with its evidence or as Markdown."""
        token, form = sent.get("token"), sent.get("form")
        told: Value = {"of": token, "turns": []}
        try:
            conversation, kept = self._sessions.whole(token, sender)
            turns = with_comparison(kept, self._assistant.library.text)
            text = exported(conversation, turns, form="html" if form == "html" else "md")
        except FootnoteError as error:
            return told | {"trouble": sentence(error)}
        kind = "text/html" if form == "html" else "text/markdown"
        name = "-".join(_WORD.findall(conversation.name)[:_MOST_NAMED]).lower() or "conversation"
        ending = "html" if form == "html" else "md"
        return told | {"file": {"name": f"{name}.{ending}", "text": text, "kind": kind}}

    def _put_away(self, token: object, number: int, sender: Sender) -> Value:
        """Put a turn and those after it away; return how many, and why they are still kept."""
        told: Value = {"of": token, "turns": []}
        try:
            known, count = self._sessions.put_away(token, number, sender)
        except FootnoteError as error:
            return told | {"trouble": sentence(error)}
        if store := self._sessions.store(sender):
            store.purge_later()
        return told | {"away": known, "count": count}

    def _all(self, token: object, sender: Sender) -> Value:
        """Return a whole conversation, to be drawn in its order."""
        turns = self._sessions.turns(token, sender)
        return {"of": token, "turns": [as_view(turn) for turn in turns], "back": True}

    def _recall(self, sent: Sent, sender: Sender) -> Value:
        """Read a conversation from the store, or take it back from a page; return what to tell."""
        given, token = sent.get("kept"), sent.get("token")
        before = sent.get("keptToken", token)
        store = self._sessions.store(sender)
        told: Value = {"keeps": store is not None, "took": False, "elsewhere": False}
        try:
            turns = taken_back(self._assistant, given) if given else ()
            if store is None:
                self._sessions.take_back(before, turns, sender)
                return told
            store.purge_later()  # what was deleted before this server began
            known = {turn.number for turn in self._sessions.recalled(before, sender)}
            new = [turn for turn in turns if turn.number not in known]
            problems = [self._sessions.keep(before, turn, sender) for turn in new]
            told["took"] = bool(given) and not any(problems)
            told["elsewhere"] = self._sessions.is_elsewhere(token, sender)
            kept = recalled(self._assistant, self._sessions.recalled(token, sender))
            self._sessions.remember(token, kept, sender)
        except FootnoteError as error:
            told["trouble"] = sentence(error)
        return told

    def _newest(self, token: object, sender: Sender) -> Value:
        newest = self._sessions.turns(token, sender)[-_REPEATED:]
        return {"of": token, "turns": [as_view(turn) for turn in newest]}

    def _model(self, sent: Sent) -> str:
        try:
            return self._chooser.assistant(self._sessions.choices(sent.get("token"))).model
        except FootnoteError:
            return "no model"

    def _is_quiet(self) -> bool:
        """Say whether nobody waits for an answer or a page: then questions to offer are made."""
        return self._answering == 0 and self._pace.is_quiet()


def _scope_again(turn: Turn, chosen: object) -> object:
    """Return of what to ask a question again: of what it was asked, unless it named that itself."""
    if turn.answer is None:
        return chosen
    whole = turn.answer.scope_named or turn.answer.scope.is_everything
    return None if whole else turn.answer.scope


class Room:
    """One library as the page asks it: its conversations, and what was chosen for them.

    Args:
        assistant: Over the library.
        store: Where conversations are kept; None: they are not.
        pace: Of all pages of the server.
    """

    def __init__(
        self, assistant: Assistant, *, store: ConversationStore | None, pace: Pace | None = None
    ) -> None:
        sessions = Sessions(store=store, library=library_name(assistant.settings))
        self.choosing = Choosing(assistant=assistant, sessions=sessions, chooser=Chooser(assistant))
        chooser = self.choosing.chooser
        self.chat = Chat(assistant, sessions=sessions, chooser=chooser, pace=pace)
        self.talks = Talks(sessions)


def _start(
    room: Callable[[object], Room], find: Callable[[Start, Sent], Value]
) -> Callable[[object], Value]:
    """Return what a script calls of the start; a library that is not offered has nothing."""

    def fetch(wanted: object) -> Value:
        try:
            return find(room(wanted).chat.start, wanted if isinstance(wanted, dict) else {})
        except FootnoteError:
            return {}

    fetch.__name__ = find.__name__
    return fetch


def _talks(room: Callable[[object], Room]) -> Callable[[object], Value]:
    """Return what a script calls for the list of conversations."""

    def listed(wanted: object) -> Value:
        sent = wanted if isinstance(wanted, dict) else {}
        try:
            return room(sent).talks.listed(sent, asking())
        except FootnoteError as error:
            return {"keeps": False, "talks": [], "found": None, "problem": sentence(error)}

    return listed


def build(libraries: Libraries, *, room: Callable[[object], Room]) -> None:
    """Build the rail, the conversation and its sources, left to right; call it inside the tab.

    Args:
        libraries: Those that are offered.
        room: Gives, for an event, that of the library that it names.
    """
    import gradio as gr

    kept = libraries.first.settings.history  # where nothing is kept there is no rail
    with gr.Row(elem_id="room", elem_classes=["kept"] if kept else []):
        with gr.Column(elem_id="rail"):
            shelf = part("talks", server_functions=[_talks(room)])
        with gr.Column(elem_id="talk"):
            log = part("log")
            scope = part("scope", server_functions=[_start(room, Start.scoped)])
            composer = part("composer")
        with gr.Column(elem_id="sources"):
            asked_for = (Start.introduced, Start.offered)
            cards = part("shelf", server_functions=[_start(room, find) for find in asked_for])
            part("pane", server_functions=[serving(libraries, find) for find in (text, page_image)])
    shared = QUIET | {"concurrency_id": "answer", "concurrency_limit": _AT_ONCE}

    def in_talks(act: Callable[[Talks, Sent, Sender], Value]) -> Callable[..., Value | None]:
        return answering_sender(lambda sent, sender: act(room(sent).talks, sent, sender))

    def in_chat(act: Callable[[Chat, Sent, Sender], Value]) -> Callable[..., Value | None]:
        return answering_sender(lambda sent, sender: act(room(sent).chat, sent, sender))

    def growing(act: _Growing) -> Callable[..., AsyncGenerator[Value, None]]:
        return streaming(lambda sent, sender: act(room(sent).chat, sent, sender))

    shelf.rename(in_talks(Talks.rename), None, shelf, **QUIET)
    shelf.discard(in_talks(Talks.discard), None, shelf, **QUIET)
    shelf.restore(in_talks(Talks.restore), None, shelf, **QUIET)
    log.open(growing(Chat.open), None, log, **QUIET)
    cards.open(answering(lambda sent: room(sent).chat.start.shelf(sent)), None, cards, **QUIET)
    scope.bring(brought(libraries), None, scope, **QUIET)
    asked = [
        log.ask(growing(Chat.ask), None, log, **shared),
        log.retry(growing(Chat.retry), None, log, **shared),
    ]
    log.models(in_chat(Chat.models), None, log, queue=False, **QUIET)
    log.export(in_chat(Chat.export), None, log, **QUIET)
    log.put_back(in_chat(Chat.put_back), None, log, **shared)
    composer.stop(in_chat(Chat.stop), None, log, cancels=asked, queue=False, **QUIET)
    log.forget(in_chat(Chat.forget), None, log, cancels=asked, queue=False, **QUIET)
    build_gold_form(
        libraries, log=log, answer_of=lambda sent, sender: room(sent).chat.answer(sent, sender)
    )
