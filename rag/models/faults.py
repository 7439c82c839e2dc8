"""Turns what client libraries raise into our three errors; a provider's own words never pass.

What a provider sends back may repeat the key or the article, so a message is made of the model's
name, the status and what helps. Libraries are told by the names of their classes, so that none is
imported for this.
"""

from dataclasses import dataclass

from index.errors import (
    ModelError,
    ModelRejectedError,
    ModelResponseError,
    ModelUnavailableError,
)

_BUSY = (408, 409, 425, 429)
_CONNECTION = {"APIConnectionError", "TransportError", "ConnectionError", "TimeoutError", "OSError"}
_TIMEOUT = {"APITimeoutError", "TimeoutException", "TimeoutError"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What went wrong, and whether asking once more can help."""

    error: ModelError
    retry: bool = False
    after: float | None = None
    """Seconds to wait, as the provider asks; None where it does not."""


def fault_of(error: Exception, *, name: str) -> Fault:
    """Return the fault that an exception of a client library stands for.

    Args:
        error: Anything that one of them raises.
        name: Of the model.
    """
    if isinstance(error, ModelError):
        return Fault(error=error)
    kinds = {kind.__name__ for kind in type(error).__mro__}
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status >= 300:
        return _of_status(status, error, name=name)
    if kinds & _TIMEOUT:
        return Fault(error=timed_out(name), retry=True)
    if kinds & _CONNECTION:
        return Fault(
            error=ModelUnavailableError(
                f"{name} could not be reached, or the connection broke: check the network and "
                "FOOTNOTE_LLM_BASE_URL"
            ),
            retry=True,
        )
    return Fault(
        error=ModelResponseError(
            f"{name} answered in a form that is not its provider's ({type(error).__name__}): check "
            "FOOTNOTE_LLM_BASE_URL"
        )
    )


def timed_out(name: str) -> ModelUnavailableError:
    """Return the error of a model that did not answer in time."""
    return ModelUnavailableError(
        f"{name} did not answer in time: ask again, or set FOOTNOTE_LLM_DEADLINE higher"
    )


def _of_status(status: int, error: Exception, *, name: str) -> Fault:
    if status in _BUSY or status >= 500:
        return Fault(
            error=ModelUnavailableError(
                f"{name} has no capacity now (status {status}): ask again later"
            ),
            retry=True,
            after=_retry_after(error),
        )
    helps = {
        401: "set FOOTNOTE_LLM_API_KEY or the provider's own variable to a valid key",
        403: "its key may not use this model",
        404: "check the model's name and FOOTNOTE_LLM_BASE_URL",
        413: "lower FOOTNOTE_K or FOOTNOTE_LLM_CONTEXT",
    }.get(status, "check the model's name, FOOTNOTE_LLM_BASE_URL and FOOTNOTE_LLM_MAX_TOKENS")
    return Fault(error=ModelRejectedError(f"{name} refused the request (status {status}): {helps}"))


def _retry_after(error: Exception) -> float | None:
    headers = getattr(getattr(error, "response", None), "headers", None)
    given = headers.get("retry-after") if headers is not None else None
    try:
        return max(0.0, float(given)) if given is not None else None
    except ValueError:
        return None
