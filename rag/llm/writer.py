"""Has a language model put a follow-up in full and write an answer, and checks what it writes.

The model is never waited for here: requests and pieces go through `rag.driver`. No sentence leaves
before its check, so that nothing unchecked is ever on a page.
"""

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from index.errors import ModelError
from index.search import Found
from index.types import Hit
from rag import logbook
from rag.answer.extractive import shipped_reader
from rag.answerers import Afresh, CutReplyError, LanguageModel, Message, Reply
from rag.citations import SHOWN_AS_TRUE, Footnotes, Texts, added
from rag.driver import NEXT, Piece, Request, Step
from rag.follow_up import stand_alone
from rag.llm.planning import proposed
from rag.llm.prompting import (
    PASSAGE_TOKENS,
    CountTokens,
    Sheet,
    checked_prompt,
    fit,
    inert,
    messages_of,
    nonce_of,
    obeys,
    room_of,
    sheet,
    untitled,
)
from rag.llm.replies import ReplyReader, Said
from rag.question import Question, read_query, read_question
from rag.reader.windows import alone
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerSentence,
    Citation,
    DraftPart,
    DraftSentence,
    PromptDigest,
    Retrieved,
    TextDelta,
    Turn,
    Usage,
)
from rag.verification.claims import Claim
from rag.verification.verdict import judge

_TURNS = 6
"""Turns of a conversation that a follow-up is put in full with."""
_LONGEST_TURN = 1000
"""Characters of an earlier answer that are shown for it."""
_PLANNING = 1 / 3
"""Share of the deadline after which a model that still proposes searches is not waited for."""
_AS_OVERVIEW = "Give an overview in three to six sentences."
_UNSURE = frozenset({"no_match", "weak_match"})
_LONGEST_QUESTION = 500
"""Characters beyond which what came back is no question put in full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is left of a model's answer after its check."""

    sentences: tuple[AnswerSentence, ...]
    """Checked, also those that no source says; empty where the model declined."""
    citations: tuple[Citation, ...]
    declined: bool
    """Whether the model said that the sources do not answer."""
    supported: float
    """Share of its sentences that the sources support, 0 to 1; 0 where it wrote none."""
    answers: bool
    """Whether one of these reads as an answer; True where the articles surely have one."""
    model: str
    cut: str
    """Why its reply has no end, of which the whole sentences are here; empty where it has one."""
    usage: Usage
    prompts: tuple[PromptDigest, ...]


class Writer:
    """A language model with the prompts and checks that stand around it.

    Args:
        model: What writes.
        settings: Folder of prompts, strictness, prices and the room for a reply.
        count_tokens: Counts the tokens of texts.

    Raises:
        SettingsError: A prompt cannot be used.
    """

    def __init__(
        self,
        model: LanguageModel,
        *,
        settings: Settings,
        count_tokens: CountTokens,
    ) -> None:
        self.model = model
        self._settings = settings
        self._count_tokens = count_tokens
        self._answer = checked_prompt("answer", settings)
        self._rewrite = checked_prompt("rewrite", settings)
        self._plan = checked_prompt("plan", settings)

    def rewrite(
        self, question: Question, history: Sequence[Turn]
    ) -> Generator[Step, Piece | None, tuple[Question, Usage]]:
        """Return a question in a form that stands alone, and what that took.

        The model's wording is taken where it is one question; the rules' otherwise.

        Raises:
            ModelError: The model failed.
        """
        asked = question.text
        if not history or not asked:
            return question, Usage()
        turns = [f"Question: {t.question}\nAnswer: {t.text[:_LONGEST_TURN]}" for t in history]
        nonce = nonce_of(asked, *turns)
        told = "\n".join(f"{nonce} turn\n{inert(turn)}" for turn in turns[-_TURNS:])
        values = {"question": inert(asked), "history": f"{told}\n{nonce} end", "nonce": nonce}
        yield Request(messages=messages_of(self._rewrite.fill(values)))
        piece = yield NEXT
        while not isinstance(piece, Reply):
            _raise_failure(piece)
            piece = yield NEXT
        put = read_query(piece.text).text.removeprefix("Question: ").strip('"“” ')
        fits = put and len(put) <= _LONGEST_QUESTION and "\n" not in piece.text.strip()
        rewritten = read_question(put) if fits else stand_alone(question, history)
        return rewritten, self._usage(piece)

    def plan(
        self, question: Question
    ) -> Generator[Step, Piece | None, tuple[tuple[str, ...], Usage]]:
        """Return the searches that a question is taken apart into, and what that took.

        None where the model failed, was slow, or proposes nothing of use.
        """
        seconds = self._settings.llm_deadline * _PLANNING
        searches, reply = yield from proposed(question, self._plan, seconds=seconds)
        return searches, Usage() if reply is None else self._usage(reply)

    def write(
        self,
        question: Question,
        found: Found,
        *,
        orders: Sequence[str],
        usage: Usage,
        quoted: Answer | None = None,
        steps: Sequence[DraftPart] = (),
    ) -> Generator[Step, Piece | None, Written]:
        """Yield checked sentences as they come, and return all of them.

        Args:
            question: Stands alone.
            found: Retrieved for it, at least one hit, with the texts to check citations against.
            orders: Sentences of documents that told the model what to say.
            usage: What the question took so far.
            quoted: The answer without a model, which the model is told to check; None to not tell.
            steps: What was looked up for it one by one.

        Raises:
            ModelError: The model failed; sentences that were yielded are void then.
            SettingsError: The model's context window has no room for a source.
        """
        wanted = f"{question.text}\n{_AS_OVERVIEW}" if _is_overview(quoted) else question.text
        found = replace(found, hits=self._fitting(wanted, found.hits, steps))
        read = sheet(found.hits, quoted, steps)
        yield Request(messages=self._messages(wanted, read))
        page = _Page(found.texts, strict=self._settings.strict)
        page.answers = not _in_doubt(question, quoted)
        asked = (question.text, *(step.asked for step in steps))
        reply = yield from self._read(asked, found, read, orders=orders, page=page)
        others = [self._plan] if steps else []
        others += [self._rewrite] if usage.requests > len(others) else []
        return Written(
            sentences=page.sentences,
            citations=page.citations,
            declined=page.declined and not page.seen,
            supported=page.supported / page.seen if page.seen else 0.0,
            answers=page.answers,
            cut=page.cut,
            model=self.model.name,
            usage=add(usage, self._usage(reply)),
            prompts=tuple(
                PromptDigest(name=prompt.name, sha256=prompt.sha256)
                for prompt in (self._answer, *others)
            ),
        )

    def _read(
        self,
        asked: Sequence[str],
        given: Found,
        read: Sheet,
        *,
        orders: Sequence[str],
        page: "_Page",
    ) -> Generator[Step, Piece | None, Reply]:
        """Check sentence after sentence as the reply comes, and put each on the page at once.

        Args:
            asked: The question, and what was looked up for it.
            given: What the model reads.
            read: The same, numbered.
            orders: As in `write`.
            page: What is shown.
        """
        question = asked[0]
        reader = self._reader(question, given)
        shown = (scored.sentence.text for hit in given.hits for scored in hit.sentences)
        known = (question, *shown)
        piece: Piece | None = None
        with logbook.span("generate", text=self._told(question)) as counts:
            while not isinstance(piece, Reply):
                piece = yield NEXT
                if isinstance(piece, CutReplyError) and page.seen:
                    page.cut, piece = str(piece), piece.reply
                    break
                _raise_failure(piece)
                if isinstance(piece, Afresh):
                    reader = self._reader(question, given)
                    if page.begin_anew():
                        yield Retrieved(hits=given.hits, searched=question)
                    continue
                done = isinstance(piece, Reply)
                for said in reader.finish() if done else reader.feed(str(piece)):
                    if said.declines:
                        page.declined = True
                        continue
                    checked = self._checked(read.of_passages(said.claim), given)
                    if not obeys(checked.text, orders, known=known) or holds(checked):
                        page.answers = page.answers or _reads_as_answer(asked, checked)
                        yield from page.take(checked, said)
            counts |= {"sources": len(given.hits), "requests": piece.requests}
            counts |= {"input_tokens": piece.input_tokens, "output_tokens": piece.output_tokens}
        return piece

    def _reader(self, question: str, given: Found) -> ReplyReader:
        return ReplyReader(known=(question, *(hit.card.title for hit in given.hits)))

    def _fitting(
        self, question: str, hits: Sequence[Hit], steps: Sequence[DraftPart]
    ) -> tuple[Hit, ...]:
        around = self._messages(question, sheet((), None, steps))
        frame = "\n".join(message.text for message in around)
        room = room_of(
            self.model,
            frame,
            reply=self._settings.llm_max_tokens,
            count_tokens=self._count_tokens,
        )
        most = len(hits) * PASSAGE_TOKENS
        return fit(hits, room=room, most=most, count_tokens=self._count_tokens)

    def _messages(self, question: str, read: Sheet) -> tuple[Message, ...]:
        values = {
            "question": inert(question),
            "sources": read.text,
            "nonce": read.nonce,
            "count": str(len(read.sources)),
        }
        return messages_of(self._answer.fill(values))

    def _checked(self, claim: Claim, given: Found) -> DraftSentence:
        with logbook.span("verify", text=self._told(claim.text)) as counts:
            hits = [untitled(hit) for hit in given.hits]
            judged = judge(claim, hits, similarity=given.similarity, tell=shipped_reader().tell)
            counts["evidence"] = len(judged.evidence)
        titled = {hit.passage.id: hit for hit in given.hits}
        return DraftSentence(
            text=claim.text,
            evidence=tuple(replace(e, hit=titled[e.hit.passage.id]) for e in judged.evidence),
            verdict=judged.verdict,
            note=judged.note,
        )

    def _told(self, text: str) -> str:
        return text if self._settings.trace_text else ""

    def _usage(self, reply: Reply) -> Usage:
        return Usage(
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            requests=reply.requests,
            first_token_seconds=reply.first_token_seconds,
            cost=cost(reply, self._settings),
        )


class _Page:
    """The sentences that are shown, in order; one that no source says is shown as such."""

    def __init__(self, texts: Texts, *, strict: bool) -> None:
        self._texts = texts
        self._strict = strict
        self._footnotes = Footnotes(texts)
        self.sentences: tuple[AnswerSentence, ...] = ()
        self.declined = False
        self.answers = True
        """As in `Written`."""
        self.cut = ""
        """As in `Written`."""
        self.seen = 0
        """Sentences so far, those that decline left aside."""
        self.supported = 0

    def begin_anew(self) -> bool:
        """Forget everything, and say whether any of it was shown."""
        shown = bool(self.sentences)
        self._footnotes, self.sentences = Footnotes(self._texts), ()
        self.declined, self.seen, self.supported = False, 0, 0
        return shown

    @property
    def citations(self) -> tuple[Citation, ...]:
        return self._footnotes.citations

    def take(self, draft: DraftSentence, said: Said) -> Iterator[TextDelta]:
        """Yield what is shown of a sentence that was checked."""
        self.seen += 1
        true = holds(draft)
        self.supported += true
        if self._strict and not true:
            return
        known = len(self.citations)
        cited = self._footnotes.cite(draft)
        sentence = replace(cited, lead=said.lead, markdown=said.markdown)
        text = added(sentence, first=not self.sentences)
        self.sentences += (sentence,)
        yield TextDelta(text=text, sentence=sentence, citations=self.citations[known:])


def holds(sentence: DraftSentence) -> bool:
    """Say whether the sources say a sentence."""
    return sentence.verdict in SHOWN_AS_TRUE


def _is_overview(quoted: Answer | None) -> bool:
    return quoted is not None and quoted.is_overview


def _in_doubt(question: Question, quoted: Answer | None) -> bool:
    """Say whether no answer was found without the model, and words of a sentence would be one."""
    if quoted is None or question.expects == "yes_no":
        return False
    return quoted.reason in _UNSURE


def _reads_as_answer(asked: Sequence[str], sentence: DraftSentence) -> bool:
    """Say whether the reader finds words in a sentence that holds which answer what was asked.

    Of 36 sentences nearest to a question that no article answers it did in 8, of 17 that answer
    one whose answer was not found in 15: families that no reader was trained on.
    """
    if not holds(sentence):
        return False
    window = alone(sentence.text, sentence.evidence[0].hit)
    tell = shipped_reader().read
    return any(one.span > 0 for question in asked for one in tell(question, [window]))


def _raise_failure(piece: Piece | None) -> None:
    if isinstance(piece, ModelError):
        raise piece


def add(first: Usage, second: Usage) -> Usage:
    """Return what two requests took together; the first token is the second's."""
    costs = [usage.cost for usage in (first, second) if usage.cost is not None]
    return Usage(
        input_tokens=first.input_tokens + second.input_tokens,
        output_tokens=first.output_tokens + second.output_tokens,
        requests=first.requests + second.requests,
        first_token_seconds=second.first_token_seconds,
        cost=sum(costs) if costs else None,
    )


def cost(reply: Reply, settings: Settings) -> float | None:
    """Return the price of a reply in the currency of the settings; None unless both are named."""
    if settings.llm_price_in is None or settings.llm_price_out is None:
        return None
    spent = (
        reply.input_tokens * settings.llm_price_in + reply.output_tokens * settings.llm_price_out
    )
    return spent / 1_000_000
