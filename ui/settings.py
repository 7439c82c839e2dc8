"""The tab Settings: what one person may choose of how questions are answered, and who answers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from rag import Assistant, FootnoteError, SettingsError
from rag.internal import keep_found_model, models_here
from ui.guard import ONLY_ASKS
from ui.parts import QUIET, Sender, Sent, Value, answering_sender, only_asks, part

_KEPT = 16
"""Different choices whose assistants are kept."""
_EXTRACTIVE = "extractive"
_OF_A_FILE = "llamacpp:"
_KEPT_HERE = "kept on this computer, of who sits at it or logs in, each person's own"
_KEPT_NOWHERE = "forgotten an hour after their last question, or with their browser tab"
_NOT_OWNER = (
    "only who opens this page on the computer that serves it, without a login, may choose another "
    "model: run `footnote models` there"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen on the tab Settings; None: as the server was started."""

    model: str | None = None
    address: str | None = None
    """Where the model was found on this machine; None: as the settings or its provider say."""
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
            address=choices.address,
            k=settings.k if choices.k is None else choices.k,
            threshold=settings.threshold if choices.threshold is None else choices.threshold,
            strict=settings.strict if choices.strict is None else choices.strict,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """What the form needs of one library."""

    assistant: Assistant
    sessions: Kept
    chooser: Chooser


def build(of: Callable[[Sent], Choosing]) -> None:
    """Build the form, whose choices hold for one conversation; call it inside the tab.

    Args:
        of: Gives, for an event, that of the library that it names.
    """
    form = part("settings")

    def opened(sent: Sent, sender: Sender) -> Value:
        one = of(sent)
        choices = one.sessions.choices(sent.get("token"))
        return shown(one.assistant, choices, one.chooser) | {"owner": sender.owner}

    def acting(act: Callable[..., Value]) -> Callable[[Sent, Sender], Value]:
        def acted(sent: Sent, sender: Sender) -> Value:
            one = of(sent)
            return act(one.assistant, sent, one.sessions, one.chooser, owner=sender.owner)

        return acted

    form.open(answering_sender(opened), None, form, **QUIET)
    form.choose(answering_sender(acting(choose)), None, form, **QUIET)
    form.look(answering_sender(acting(look)), None, form, **QUIET)
    form.keep(answering_sender(acting(keep)), None, form, **QUIET)


def choose(
    assistant: Assistant, sent: Sent, sessions: Kept, chooser: Chooser, *, owner: bool = False
) -> Value:
    """Keep what a form sent for its conversation, if it can be used, and return what to show.

    Only the machine's owner may name another model than the server was started with: it would be
    asked with the owner's keys, and told the owner's articles.
    """
    token = sent.get("token")
    before = sessions.choices(token)
    if only_asks():
        return shown(assistant, before, chooser) | {"problem": ONLY_ASKS, "owner": owner}
    try:
        choices = _read(sent)
        if choices.model == before.model:
            choices = replace(choices, address=before.address)
        known = (None, assistant.model, before.model, _EXTRACTIVE)
        if choices.model not in known and not owner:
            raise SettingsError(_NOT_OWNER)
        chooser.assistant(choices)
    except FootnoteError as error:
        return shown(assistant, before, chooser) | {"problem": str(error), "owner": owner}
    sessions.choose(token, choices)
    return shown(assistant, choices, chooser) | {"kept": True, "owner": owner}


def look(
    assistant: Assistant, sent: Sent, sessions: Kept, chooser: Chooser, *, owner: bool
) -> Value:
    """Return what to show with the models that run on this machine; nobody else may look."""
    now = shown(assistant, sessions.choices(sent.get("token")), chooser) | {"owner": owner}
    if not owner:
        return now | {"problem": _NOT_OWNER}
    found = [[one.spec, one.model, one.program, one.address or ""] for one in models_here()]
    return now | {"found": found}


def keep(
    assistant: Assistant, sent: Sent, sessions: Kept, chooser: Chooser, *, owner: bool
) -> Value:
    """Keep a model that runs on this machine, for the conversation and in the settings file."""
    token = sent.get("token")
    before = sessions.choices(token)
    now = shown(assistant, before, chooser) | {"owner": owner}
    if not owner:
        return now | {"problem": _NOT_OWNER}
    wanted = (sent.get("model"), sent.get("address"))
    chosen = next((one for one in models_here() if (one.spec, one.address or "") == wanted), None)
    if chosen is None:
        return now | {"problem": "that model does not run here any more: look again"}
    try:
        choices = replace(before, model=chosen.spec, address=chosen.address)
        chooser.assistant(choices)
        file = keep_found_model(chosen, assistant.settings)
    except FootnoteError as error:
        return now | {"problem": str(error)}
    sessions.choose(token, choices)
    return shown(assistant, choices, chooser) | {
        "owner": True,
        "kept": True,
        "file": str(file),
    }


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
            ["Conversations", _KEPT_HERE if settings.history else _KEPT_NOWHERE],
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
    if assistant.model.startswith(_OF_A_FILE):
        return f"nobody: {assistant.model} runs on this computer"
    address = assistant.settings.llm_base_url or "the address of its provider"
    return f"{assistant.model}, at {address}: questions and the passages found"
