"""Makes the messages that a language model is sent: prompts filled, and the sources that fit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from index.errors import SettingsError
from index.types import Hit
from prompts import Part, Prompt, PromptError, load_prompt
from rag.language_model import LanguageModel, Message
from rag.llm.sources import inert, nonce_of
from rag.settings import Settings

CountTokens = Callable[[Sequence[str]], list[int]]
"""Given texts: the tokens of each, as some tokenizer of English counts them."""

PASSAGE_TOKENS = 300
"""Room for each passage on average, counted with care as below. Over the article that ships, which
is shown whole, a prompt has 1,174 tokens of a Qwen2.5 model; what was found and asked stands at its
end, and the rest is the same for the next question over the same passages."""
_MARGIN = 1.3
"""Tokens of a model's own tokenizer for each word piece of the embedding model counted here.

On 391 encyclopedia paragraphs GPT-4's tokenizer gave 1.01 times as many on average and 1.21 at
most; the rest is for models with smaller vocabularies.
"""
_FRAME = 24
"""Tokens of the lines around one source."""
_NUMBER = 4
"""Tokens of a sentence's number and line."""


def checked_prompt(name: str, settings: Settings) -> Prompt:
    """Load a prompt from the settings' folder, or the shipped one.

    Raises:
        SettingsError: It cannot be used; the message says why and what is allowed.
    """
    try:
        return load_prompt(name, folder=settings.prompts)
    except PromptError as error:
        raise SettingsError(str(error)) from error


def messages_of(parts: Sequence[Part]) -> tuple[Message, ...]:
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
    values = {
        "sentence": inert(sentence),
        "around": inert(around),
        "nonce": nonce_of(sentence, around),
    }
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


def fit(hits: Sequence[Hit], *, room: int, count_tokens: CountTokens) -> tuple[Hit, ...]:
    """Return the best hits that fit, the last of them cut at the end of a sentence.

    Args:
        hits: Best first. Their sentences are what a model sees.
        room: Tokens for all sources together.
        count_tokens: Counts tokens.

    Returns:
        Hits with the sentences that fit, in the same order; empty for no hits.

    Raises:
        SettingsError: Not even the first sentence fits.
    """
    left = room / _MARGIN
    kept: list[Hit] = []
    for hit in hits:
        left -= _FRAME + sum(count_tokens([hit.card.title]))
        texts = [scored.sentence.text for scored in hit.sentences]
        costs = [_NUMBER + tokens for tokens in count_tokens(texts)]
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
