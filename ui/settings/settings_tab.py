"""The tab Settings: what answers, from how much, and when it says that it does not know."""

from typing import TYPE_CHECKING

from ui.chat.sessions import Sessions
from ui.parts import QUIET, Sent, Value, answering, part
from ui.settings.choices import Choices, Chooser

if TYPE_CHECKING:
    from rag import Assistant

_EXTRACTIVE = "extractive"


def build(assistant: "Assistant", *, sessions: Sessions, chooser: Chooser) -> None:
    """Build the form, whose choices hold for one conversation; call it inside the tab."""
    form = part("settings")

    def opened(sent: Sent) -> Value:
        return shown(assistant, sessions.choices(sent.get("token")), chooser)

    def submitted(sent: Sent) -> Value:
        return choose(assistant, sent, sessions, chooser)

    form.open(answering(opened), None, form, **QUIET)
    form.choose(answering(submitted), None, form, **QUIET)


def choose(assistant: "Assistant", sent: Sent, sessions: Sessions, chooser: Chooser) -> Value:
    """Keep what a form sent for its conversation, if it can be used, and return what to show."""
    from rag import FootnoteError

    token = sent.get("token")
    before = sessions.choices(token)
    try:
        choices = _read(sent)
        chooser.assistant(choices)
    except FootnoteError as error:
        return shown(assistant, before, chooser) | {"problem": str(error)}
    sessions.choose(token, choices)
    return shown(assistant, choices, chooser) | {"kept": True}


def _read(sent: Sent) -> Choices:
    """Return the choices that a form sent, whose numbers are texts; empty ones are none.

    Raises:
        SettingsError: A value is none that the form can send.
    """
    from rag import SettingsError

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


def shown(assistant: "Assistant", choices: Choices, chooser: Chooser) -> Value:
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


def _address(assistant: "Assistant") -> str:
    if assistant.model == _EXTRACTIVE:
        return "nobody: questions and articles stay on this computer"
    address = assistant.settings.llm_base_url or "the address of its provider"
    return f"{assistant.model}, at {address}: questions and the passages found"
