"""Makes the messages that a language model is sent: prompts filled, with the sources that fit.

Of these it reads the sentences, numbered, but those that give orders. Passages stand in the order
of their documents, not by rank: over the same passages the next question then begins with the same
words, which a model's server need not read again.

A sentence that tells the program which reads it what to do, instead of saying something, is no
evidence for an answer either. It stays stored and searchable: this is a second line of defence
behind the check of every claim, and a question that uses the same words, about an article on such
attacks, may still be answered with it.
"""

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from index.data_files import data_toml
from index.errors import SettingsError
from index.search import Found
from index.terms import content_terms, terms
from index.types import Hit, Sentence
from rag.answerers import LanguageModel, Message
from rag.settings import Settings
from rag.types import Answer, DraftPart

if TYPE_CHECKING:
    from prompts import Part, Prompt
    from rag.verification.claims import Claim

_MARK = 8
"""Characters of a mark, which begins many lines: two cost about a token."""
_LONGEST = 2000
"""Characters of a sentence that are looked at; the forms look at most some dozens ahead."""
_TITLE = 200
"""Bytes of a title that a model reads: of letters at random 130 tokens at most."""
_NAMED = re.compile(r"<([a-z]+)>")
_ACCENT = re.compile("(?<=[A-Za-z])[\u0300-\u036f]+")
_WITH_LATIN = re.compile(r"(?<!\w)\w*?[A-Za-z]\w*")
_ALIKE = str.maketrans(
    "аАВеЕкКМНоОрРсСтТуУхХіІјЈѕЅԁһԛԝαΑΒεΕΗιΙκΚΜΝοΟρΡτΤυΥχΧΖ",
    "aABeEkKMHoOpPcCtTyYxXiIjJsSdhqwaABeEHiIkKMNoOpPtTyYxXZ",
)
_SPACED = re.compile(r"(?<!\w)\w(?:[ ._*-]{1,3}\w(?!\w)){4,}")
_JOINED = re.compile(r"(?<=[a-z])[-_*](?=[a-z])", re.IGNORECASE)
_MIXED = re.compile(r"(?<!\w)(?=\w*[A-Za-z]{2})(?=\w*\d)\w{3,20}(?!\w)|(?<!\w)a11(?!\w)")
_DIGITS = str.maketrans("013457", "oieast")
_DOTLESS = str.maketrans("ı", "i", "\u0307")  # what a pattern that ignores case takes for an i
_NEAREST = 3
"""Sentences that are named as the likeliest."""
_Form = re.Pattern[str]
Place = tuple[str, int]
"""A document's id and where a sentence of it begins."""
CountTokens = Callable[[Sequence[str]], list[int]]
"""Given texts: the tokens of each, as some tokenizer of English counts them."""
PASSAGE_TOKENS = 300
"""Room for each passage on average, counted with care as below. Over the article that ships, which
is shown whole, a prompt has 1,174 tokens of a Qwen2.5 model; what was found and asked stands at its
end, and the rest is the same for the next question over the same passages."""
_MARGIN = 1.3
"""Tokens of a model's own tokenizer for each word piece counted here: GPT-4's gave 1.01 on average
of 391 encyclopedia paragraphs, 1.21 at most; the rest is for smaller vocabularies."""
_FRAME = 24
"""Tokens of the lines around one source."""
_NUMBER = 4
"""Tokens of a sentence's number and line."""


def gives_orders(sentence: str, *, asked: str = "") -> bool:
    """Say whether a sentence tells a program what to do or passes for a part of its input.

    Args:
        sentence: From a document, or its title.
        asked: The question; a sentence of a form that it has too is what it asks about.
    """
    found = _orders_in(sentence[:_LONGEST])
    wanted = _undisguised(asked) if found else ""
    return bool(found) and not any(all(f.search(wanted) for f in order) for order in found)


def without_orders(hits: Iterable[Hit], *, asked: str) -> tuple[tuple[Hit, ...], tuple[str, ...]]:
    """Take the sentences that give orders out of hits.

    Returns:
        The hits without them, those of nothing else left out, and the sentences taken out, with
        the titles that give orders, which stay.
    """
    kept: list[Hit] = []
    orders: list[str] = []
    for hit in hits:
        if gives_orders(hit.card.title, asked=asked):
            orders.append(hit.card.title)
        sentences = []
        for scored in hit.sentences:
            if gives_orders(scored.sentence.text, asked=asked):
                orders.append(scored.sentence.text)
            else:
                sentences.append(scored)
        if len(sentences) == len(hit.sentences):
            kept.append(hit)
        elif sentences:
            kept.append(replace(hit, sentences=tuple(sentences)))
    return tuple(kept), tuple(orders)


def obeys(claim: str, orders: Iterable[str], *, known: Iterable[str]) -> bool:
    """Say whether a claim has a term that only an order has: it was told to say it.

    Args:
        claim: A sentence of a model's answer.
        orders: Sentences that give orders.
        known: The question and the sources, whose terms are anybody's.
    """
    told = {term for order in orders for term in content_terms(order)}
    if not told:
        return False
    return bool(told.difference(*(terms(text) for text in known)).intersection(terms(claim)))


def that_states(found: Found, *, asked: str) -> Found:
    """Return what was found without sentences and titles that give orders: they bear nothing out.

    Args:
        found: For a claim.
        asked: The claim; what has the form of an order itself is compared with orders.
    """
    hits, _ = without_orders(found.hits, asked=asked)
    return replace(found, hits=tuple(map(untitled, hits)))


def untitled(hit: Hit) -> Hit:
    """Return a hit without its title where that gives an order, which then bears nothing out."""
    return replace(hit, card=replace(hit.card, title="")) if gives_orders(hit.card.title) else hit


def title_for_model(hit: Hit) -> str:
    """Return a document's title as a model reads it: cut, and empty where it gives an order."""
    title = untitled(hit).card.title
    return title.encode("utf-8")[:_TITLE].decode("utf-8", errors="ignore")


def nonce_of(*texts: str) -> str:
    """Return a mark that stands in none of the texts: nobody who wrote one could foresee it.

    It is made from the texts themselves, so that the same question over the same sources gives the
    same prompt and a recorded reply can be found again.
    """
    joined = "\0".join(texts)
    digest = hashlib.sha256(joined.encode("utf-8")).hexdigest()
    while digest[:_MARK] in joined:
        digest = hashlib.sha256(digest.encode("ascii")).hexdigest()
    return digest[:_MARK]


def inert(text: str) -> str:
    """Take from a text what a model's server may read as the beginning or end of a message."""
    return text.replace("<|", "< |").replace("[INST]", "[ INST]").replace("[/INST]", "[ /INST]")


@lru_cache(maxsize=4096)
def _orders_in(sentence: str) -> tuple[tuple[_Form, ...], ...]:
    """Return for each order in a sentence the forms that a question about it has."""
    read = _undisguised(sentence)
    small = read.lower().translate(_DOTLESS)
    needs = ((name, forms.get("needs", ())) for name, forms in _tables().items())
    may = (name for name, letters in needs if any(map(small.__contains__, letters)))
    return tuple(order for name in may for order in _of_manner(_manner(name), read))


def _of_manner(forms: Mapping[str, Sequence[_Form]], read: str) -> Iterator[tuple[_Form, ...]]:
    yield from ((form,) for form in forms["alone"] if form.search(read))
    duties = [form for form in forms["duty"] if form.search(read)]
    directives = [form for form in forms["directive"] if form.search(read)]
    if not duties and not directives:
        return
    yield from ((one,) for one in forms["input"] if one.search(read))
    for one in (form for form in forms["program"] if form.search(read)):
        yield from ((form, one) for form in directives)
        yield from ((one,) for _ in duties)


@cache
def _manner(name: str) -> Mapping[str, Sequence[_Form]]:
    """Return the forms of a manner by their kind; to make those of all takes 28 ms."""
    return {
        kind: [re.compile(_filled(form), re.IGNORECASE) for form in _tables()[name].get(kind, ())]
        for kind in ("alone", "directive", "duty", "input", "program")
    }


@cache
def _tables() -> dict[str, Any]:
    return data_toml("rag", "orders.toml")


def _filled(form: str) -> str:
    """Return a form with the words that it names, without accents as what is read."""
    words, plain = _tables()["words"], _without_accents(form)
    return _NAMED.sub(lambda found: _filled(words.get(found[1], "")) or found[0], plain)


def _without_accents(text: str) -> str:
    return unicodedata.normalize("NFC", _ACCENT.sub("", unicodedata.normalize("NFD", text)))


def _undisguised(text: str) -> str:
    """Return a text as a model reads it all the same, such as `1gn0re` and `I g n o r e`."""
    plain = unicodedata.normalize("NFKC", text).replace("’", "'")
    if not plain.isascii():
        plain = _WITH_LATIN.sub(lambda word: word[0].translate(_ALIKE), _without_accents(plain))
    plain = _JOINED.sub(" ", _SPACED.sub(lambda found: re.sub(r"\W", "", found[0]), plain))
    digit = re.search(r"\d", plain)  # a look at every word takes longer
    return _MIXED.sub(lambda found: found[0].translate(_DIGITS), plain) if digit else plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The sentences that a model is shown, each with its number from 1 on."""

    text: str
    """As a prompt has them, each passage under a line that begins with the nonce."""
    nonce: str
    sources: Mapping[int, int]
    """For each number that of its passage in the list of hits, from 1."""

    def of_passages(self, claim: "Claim") -> "Claim":
        """Return a claim whose numbers of sentences are those of their passages."""
        cited = dict.fromkeys(self.sources[n] for n in claim.cited if n in self.sources)
        return replace(claim, cited=tuple(cited))


def sheet(hits: Sequence[Hit], quoted: Answer | None, steps: Sequence[DraftPart] = ()) -> Sheet:
    """Number the sentences of passages, and say behind them what was found without a model.

    Args:
        hits: Best first.
        quoted: The answer without a model; None where there is none.
        steps: What was looked up one by one.
    """
    nonce = nonce_of(*sorted(hit.passage.text for hit in hits))
    lines: list[str] = []
    sources: dict[int, int] = {}
    numbers: dict[Place, int] = {}
    for place, hit in sorted(enumerate(hits, start=1), key=_in_reading_order):
        lines.append(f"{nonce} {inert(title_for_model(hit))}")
        for scored in hit.sentences:
            number = len(sources) + 1
            sources[number] = place
            numbers[scored.sentence.document_id, scored.sentence.start] = number
            lines.append(f"[{number}] {inert(' '.join(scored.sentence.text.split()))}")
    if quoted is not None:
        lines.append(f"{nonce} program: {inert(_found(quoted, numbers))}")
    lines += [f"{nonce} program: {inert(_looked_up(step, numbers))}" for step in steps]
    return Sheet(text="\n".join([*lines, f"{nonce} end"]), nonce=nonce, sources=sources)


def _in_reading_order(numbered: tuple[int, Hit]) -> tuple[str, int]:
    passage = numbered[1].passage
    return passage.document_id, passage.start


def _found(quoted: Answer, numbers: Mapping[Place, int]) -> str:
    """Return what is taken for the answer, and the sentences that most probably have it."""
    near = _named(quoted.ranked, numbers)
    if quoted.status == "abstained" or quoted.is_overview:
        return f"no sure answer. Nearest: {near}" if near else "no sure answer."
    places = [(c.document_id, c.start) for c in quoted.citations]
    rest = "".join(f"[{numbers[place]}]" for place in places if place in numbers)
    words = quoted.short or "; ".join(part.text for part in quoted.parts if part.text)
    return f'"{words}" {rest}' if words else rest or f"no sure answer. Nearest: {near}"


def _looked_up(step: DraftPart, numbers: Mapping[Place, int]) -> str:
    """Return a search with the words that answer it, and the sentences that have them."""
    places = [(e.hit.passage.document_id, e.start) for e in step.evidence]
    rest = "".join(f"[{numbers[place]}]" for place in places if place in numbers)
    return f'{step.asked} "{step.text}" {rest}' if step.text else f"{step.asked} no sure answer."


def _named(ranked: Sequence[Sentence], numbers: Mapping[Place, int]) -> str:
    known = (numbers.get((sentence.document_id, sentence.start)) for sentence in ranked)
    return "".join(f"[{number}]" for number in [n for n in known if n][:_NEAREST])


def checked_prompt(name: str, settings: Settings) -> "Prompt":
    """Load a prompt from the settings' folder, or the shipped one.

    Raises:
        SettingsError: It cannot be used; the message says why and what is allowed.
    """
    from prompts import PromptError, load_prompt  # without a model no question needs them

    try:
        return load_prompt(name, folder=settings.prompts)
    except PromptError as error:
        raise SettingsError(str(error)) from error


def messages_of(parts: "Sequence[Part]") -> tuple[Message, ...]:
    """Return the parts of a filled prompt as a model takes them."""
    return tuple(Message(role=part.role, text=part.text) for part in parts)


def judge_messages(
    question: str, *, expected: tuple[str, ...], answer: str, settings: Settings
) -> tuple[Message, ...]:
    """Return the messages that ask whether an answer gives what was expected.

    Args:
        question: What was asked.
        expected: Accepted answers; empty where abstaining is right.
        answer: The answer's text; empty where it abstained.
        settings: Name the folder of a user's own prompts.

    Raises:
        SettingsError: The prompt cannot be used.
    """
    told = " | ".join(expected) or "(nothing: the documents do not say)"
    given = answer or "(it said that the documents do not say)"
    values = {
        "question": inert(question),
        "expected": inert(told),
        "answer": inert(given),
        "nonce": nonce_of(question, told, given),
    }
    return messages_of(checked_prompt("judge", settings).fill(values))


def draft_messages(sentence: str, *, around: str, settings: Settings) -> tuple[Message, ...]:
    """Return the messages that ask for a question which a sentence answers, and for its answer.

    Args:
        sentence: Of an article.
        around: What stands before and behind it there, the sentence included.
        settings: Name the folder of a user's own prompts.

    Raises:
        SettingsError: The prompt cannot be used.
    """
    nonce = nonce_of(sentence, around)
    values = {"sentence": inert(sentence), "around": inert(around), "nonce": nonce}
    return messages_of(checked_prompt("draft", settings).fill(values))


def room_of(model: LanguageModel, frame: str, *, reply: int, count_tokens: CountTokens) -> int:
    """Return the tokens that a model's context window leaves for sources, at least 0.

    Args:
        model: Says how long its window is.
        frame: All that the messages hold besides the sources.
        reply: Tokens kept free for the answer.
        count_tokens: Counts tokens.
    """
    return max(0, model.context_window - reply - round(sum(count_tokens([frame])) * _MARGIN))


def fit(hits: Sequence[Hit], *, room: int, most: int, count_tokens: CountTokens) -> tuple[Hit, ...]:
    """Return the best hits that fit, the last of them cut at the end of a sentence.

    Args:
        hits: Best first. Their sentences are what a model sees.
        room: Tokens for all sources together that the model has.
        most: Those that they are to take at most, but for the first sentence.
        count_tokens: Counts tokens.

    Returns:
        Hits with the sentences that fit, in the same order; empty for no hits.

    Raises:
        SettingsError: Not even the first sentence fits.
    """
    left, whole_room = min(room, most) / _MARGIN, room / _MARGIN
    kept: list[Hit] = []
    for hit in hits:
        frame = _FRAME + sum(count_tokens([title_for_model(hit)]))
        texts = [scored.sentence.text for scored in hit.sentences]
        costs = [_NUMBER + tokens for tokens in count_tokens(texts)]
        if not kept and costs and frame + costs[0] <= whole_room:
            left = max(left, frame + costs[0])
        left -= frame
        whole = 0
        while whole < len(costs) and costs[whole] <= left:
            left -= costs[whole]
            whole += 1
        if whole:
            kept.append(replace(hit, sentences=hit.sentences[:whole]))
        if whole < len(costs):
            break
    if hits and not kept:
        raise SettingsError(
            f"the language model's context leaves {max(0, room)} tokens for sources, too few for "
            "one sentence: set FOOTNOTE_LLM_CONTEXT to the window of your model, or lower "
            "FOOTNOTE_LLM_MAX_TOKENS"
        )
    return tuple(kept)
