"""The tab Settings: what one person may choose of how questions are answered, and who answers."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from rag import Assistant, FootnoteError, SettingsError
from ui.parts import QUIET, Sent, Value, answering, part

_KEPT = 16
"""Different choices whose assistants are kept."""
_EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen on the tab Settings; None: as the server was started."""

    model: str | None = None
    k: int | None = None
    threshold: float | None = None
    strict: bool | None = None


class Kept(Protocol):
    """Where the choices of conversations are kept, by the token of each."""

    def choices(self, token: object) -> Choices:
        """Return what was chosen."""

    def choose(self, token: object, choices: Choices) -> None:
        """Keep what was chosen."""


class Chooser:
    """Gives the assistant that answers as somebody chose; all share one library."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._made = lru_cache(maxsize=_KEPT)(self._make)

    def assistant(self, choices: Choices) -> Assistant:
        """Return who answers.

        Raises:
            SettingsError: A value is not allowed, or the model cannot be used.
        """
        return self._made(choices)

    def _make(self, choices: Choices) -> Assistant:
        if choices == Choices():
            return self._assistant
        settings = self._assistant.settings
        return self._assistant.adjusted(
            model=choices.model,
            k=settings.k if choices.k is None else choices.k,
            threshold=settings.threshold if choices.threshold is None else choices.threshold,
            strict=settings.strict if choices.strict is None else choices.strict,
        )


def build(assistant: Assistant, *, sessions: Kept, chooser: Chooser) -> None:
    """Build the form, whose choices hold for one conversation; call it inside the tab."""
    form = part("settings")

    def opened(sent: Sent) -> Value:
        return shown(assistant, sessions.choices(sent.get("token")), chooser)

    def submitted(sent: Sent) -> Value:
        return choose(assistant, sent, sessions, chooser)

    form.open(answering(opened), None, form, **QUIET)
    form.choose(answering(submitted), None, form, **QUIET)


def choose(assistant: Assistant, sent: Sent, sessions: Kept, chooser: Chooser) -> Value:
    """Keep what a form sent for its conversation, if it can be used, and return what to show."""
    token = sent.get("token")
    before = sessions.choices(token)
    try:
        choices = _read(sent)
        chooser.assistant(choices)
    except FootnoteError as error:
        return shown(assistant, before, chooser) | {"problem": str(error)}
    sessions.choose(token, choices)
    return shown(assistant, choices, chooser) | {"kept": True}


def shown(assistant: Assistant, choices: Choices, chooser: Chooser) -> Value:
    """Return the form's values and what cannot be changed here; never a key."""
    settings = assistant.settings
    chosen = chooser.assistant(choices)
    models = dict.fromkeys([assistant.model, chosen.model, _EXTRACTIVE])
    return {
        "model": chosen.model,
        "models": list(models),
        "k": chosen.settings.k,
        "threshold": chosen.settings.threshold,
        "strict": chosen.settings.strict,
        "facts": [
            ["Embeddings", f"{settings.embedding_model}, on this computer"],
            ["Library", str(settings.library)],
            ["Sent to", _address(chosen)],
        ],
    }


def _read(sent: Sent) -> Choices:
    """Return the choices that a form sent, whose numbers are texts; empty ones are none.

    Raises:
        SettingsError: A value is none that the form can send.
    """
    model, strict = sent.get("model"), sent.get("strict")
    try:
        return Choices(
            model=str(model).strip() or None if model is not None else None,
            k=int(sent["k"]) if sent.get("k") else None,
            threshold=float(sent["threshold"]) if sent.get("threshold") else None,
            strict=strict if isinstance(strict, bool) else None,
        )
    except (TypeError, ValueError) as error:
        raise SettingsError(
            "passages are a whole number and the threshold is a number: write them in digits, as "
            "in 8 and 0.5"
        ) from error


def _address(assistant: Assistant) -> str:
    if assistant.model == _EXTRACTIVE:
        return "nobody: questions and articles stay on this computer"
    address = assistant.settings.llm_base_url or "the address of its provider"
    return f"{assistant.model}, at {address}: questions and the passages found"
