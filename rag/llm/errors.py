"""Turns whatever a provider's library raises into one of our three errors, without its words.

A provider's message may hold the key, the request or anything else that a server sends, so none of
it is repeated. Libraries are told apart by the names of their classes: importing them takes
seconds, and two of them have the same ones (httpx and httpx2).
"""

import time
from dataclasses import dataclass

from index.errors import (
    ModelError,
    ModelRejectedError,
    ModelResponseError,
    ModelUnavailableError,
)
from rag.llm.providers.wire import ResponseTooLargeError

_BUSY = frozenset({408, 409, 425, 429})
_SLOW = frozenset({"TimeoutException", "APITimeoutError", "TimeoutError"})
_UNREACHABLE = frozenset({"TransportError", "APIConnectionError", "OSError"})
_REPORTED = frozenset({"APIError", "APIStatusError", "ResponseError"})


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


def fault_of(error: Exception, advice: Advice) -> Fault:
    """Return the fault that an exception of a provider's library stands for."""
    if _is_too_large(error):
        return Fault(error=_too_large(advice))
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
                f"{advice.model} reported an error of its own while it replied: ask again later, "
                "or see the provider's log"
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


def _status_fault(status: int, error: Exception, advice: Advice) -> Fault:
    model, told = advice.model, f"(status {status})"
    if status >= 500 or status in _BUSY:
        wait = _retry_after(error)
        return Fault(
            error=ModelUnavailableError(
                f"{model} has no capacity for this now {told}: ask again "
                f"{f'in {wait:.0f} s' if wait else 'later'}, or check your plan with the provider"
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
