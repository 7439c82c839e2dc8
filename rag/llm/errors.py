"""Turns whatever a provider's library raises into one of our three errors.

Of what a server says a sentence is repeated, since it alone tells what is wrong there: on one line,
shortened, and without the key and what looks like one. Libraries are told apart by the names of
their classes: importing them takes seconds, and two have the same ones (httpx and httpx2).
"""

import html
import re
import time
import unicodedata
from dataclasses import dataclass

from index.errors import (
    ModelError,
    ModelRejectedError,
    ModelResponseError,
    ModelUnavailableError,
)
from rag.llm.providers.chat_completions import words_of
from rag.llm.providers.wire import ResponseTooLargeError, ServerSaidError
from rag.setting_values import SecretStr

_BUSY = frozenset({408, 409, 425, 429})
_BROKEN = frozenset({500, 501, 502, 504})
_SLOW = frozenset({"TimeoutException", "APITimeoutError", "TimeoutError"})
_UNREACHABLE = frozenset({"TransportError", "APIConnectionError", "OSError"})
_REPORTED = frozenset({"APIError", "APIStatusError", "ResponseError"})
_MOST_WORDS = 160
"""Characters of a server's words that are repeated."""
_SHORTEST_KEY = 6
"""Characters; shorter ones are no secret, as servers on this machine are given, and any word's."""
_LONGEST_PAGE = 100_000
_HIDDEN_PART = re.compile(
    r"<(script|style|head)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.DOTALL | re.I
)
_TAG = re.compile(r"<[^<>]{0,2000}>")
_LOOKS_SECRET = re.compile(
    r"\b(?:sk|pk|key|gsk|hf|xai)[-_][\w-]{6,}|\bBearer\s+\S+"
    r"|\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d_-]{24,}\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An error, and whether asking once more makes sense."""

    error: ModelError
    again: bool = False
    wait: float | None = None
    """Seconds that the provider wants to be left alone; None where it did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """What a message tells the user to do, as it differs between providers."""

    model: str
    """`PROVIDER:MODEL`."""
    key: str
    """Where a key is read from."""
    unknown_model: str
    """What to do about a model that the provider does not have."""
    secret: SecretStr | None = None
    """The key that is sent, which no message may show."""


def fault_of(error: Exception, advice: Advice) -> Fault:
    """Return the fault that an exception of a provider's library stands for."""
    if _is_too_large(error):
        return Fault(error=_too_large(advice))
    if isinstance(error, ServerSaidError):
        return _said_fault(error, advice)
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 300:
        return _status_fault(status, error, advice)
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _SLOW:
        return Fault(error=ModelUnavailableError(_late(advice)), again=True)
    if names & _UNREACHABLE:
        return Fault(
            error=ModelUnavailableError(
                f"{advice.model} cannot be reached, or the connection broke: check that it runs, "
                "the network and FOOTNOTE_LLM_BASE_URL, and ask again"
            ),
            again=True,
        )
    if names & _REPORTED:
        return Fault(
            error=ModelUnavailableError(
                f"{advice.model} reported an error of its own while it replied"
                f"{_and_says(error, advice)}: ask again later, or see the provider's log"
            ),
            again=True,
        )
    return Fault(
        error=ModelResponseError(
            f"{advice.model} sent something that is no reply in its provider's format: check that "
            "FOOTNOTE_LLM_BASE_URL is the address of its API, and ask again"
        )
    )


def late(advice: Advice, deadline: float) -> ModelUnavailableError:
    """Return the error of a reply that was not complete in time."""
    return ModelUnavailableError(
        f"{advice.model} did not finish within {deadline:g} s: raise FOOTNOTE_LLM_DEADLINE, or "
        "choose a faster model"
    )


def _late(advice: Advice) -> str:
    return (
        f"{advice.model} did not answer in time: check that it runs, or raise "
        "FOOTNOTE_LLM_DEADLINE, and ask again"
    )


def _too_large(advice: Advice) -> ModelError:
    return ModelResponseError(
        f"{advice.model} sent a far larger response than was asked for: check that "
        "FOOTNOTE_LLM_BASE_URL is the address of its API"
    )


def _is_too_large(error: BaseException) -> bool:
    """Return whether our own limit stopped the response; libraries wrap it in errors of theirs."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ResponseTooLargeError):
        cause = cause.__cause__
    return cause is not None


def _said_fault(error: ServerSaidError, advice: Advice) -> Fault:
    """Return the fault of a response that is an error or a page with the status of success."""
    if error.is_page:
        said = shown_words(error.words, advice.secret)
        return Fault(
            error=ModelResponseError(
                f"the address of {advice.model} gave a web page and no reply"
                f"{f', which says “{said}”' if said else ''}: check FOOTNOTE_LLM_BASE_URL, and "
                "whether the network wants a login first"
            )
        )
    return Fault(
        error=ModelUnavailableError(
            f"{advice.model} replied with an error{_and_says(error, advice)}: see the server's "
            "log, check the model's name there, and ask again"
        ),
        again=True,
    )


def _and_says(error: Exception, advice: Advice) -> str:
    """Return what a server says of its error, ready to stand in a sentence; empty for nothing."""
    told = getattr(error, "words", None) or getattr(error, "body", None)
    told = told or getattr(error, "error", None)
    said = shown_words(words_of(told), advice.secret)
    return f" and says “{said}”" if said else ""


def shown_words(text: str, secret: SecretStr | None) -> str:
    """Return a server's words as a message may have them; empty where none are left.

    They are on one line, without markup, at most 160 characters, and what is a key or looks like
    one is left out.
    """
    text = text[:_LONGEST_PAGE]
    if "<" in text:
        text = html.unescape(_TAG.sub(" ", _HIDDEN_PART.sub(" ", text)))
    key = secret.get_secret_value() if secret is not None else ""
    if len(key) >= _SHORTEST_KEY:
        text = text.replace(key, "…")
    text = _LOOKS_SECRET.sub("…", text)
    text = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    text = " ".join(text.split()).strip(" .:“”")
    if len(text) <= _MOST_WORDS:
        return text if any(c.isalnum() for c in text) else ""
    return f"{text[:_MOST_WORDS].rsplit(' ', 1)[0]} …"


def _status_fault(status: int, error: Exception, advice: Advice) -> Fault:
    model, told = advice.model, f"(status {status}){_and_says(error, advice)}"
    if status >= 500 or status in _BUSY:
        wait = _retry_after(error)
        failed = "failed" if status in _BROKEN else "has no capacity for this now"
        return Fault(
            error=ModelUnavailableError(
                f"{model} {failed} {told}: ask again "
                f"{f'in {wait:.0f} s' if wait else 'later'}, or check "
                f"{'its server' if status in _BROKEN else 'your plan with the provider'}"
            ),
            again=True,
            wait=wait,
        )
    if status in (401, 403):
        what = f"refused the key {told}: set {advice.key} to a valid one"
    elif status == 404:
        what = f"is not known there {told}: {advice.unknown_model}"
    elif status < 400:
        what = (
            f"is answered for by another address {told}, which is not followed: set "
            "FOOTNOTE_LLM_BASE_URL to the final one"
        )
    else:
        what = (
            f"refused the request {told}: check the model's name, FOOTNOTE_LLM_CONTEXT and "
            "FOOTNOTE_LLM_MAX_TOKENS, and your account with the provider"
        )
    return Fault(error=ModelRejectedError(f"{model} {what}"))


def _retry_after(error: Exception) -> float | None:
    """Return the seconds of a Retry-After header, RFC 9110 section 10.2.3; None without one."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    text = headers.get("retry-after", "") if headers is not None else ""
    if text.isascii() and text.isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except ValueError:
        return None
