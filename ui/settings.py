"""The tab Settings: what one person may choose of how questions are answered, and who answers."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Protocol

from rag import Assistant, FootnoteError, MisuseError, Settings, SettingsError
from rag.internal import data_text, keep_found_model, keep_setting, models_here
from ui.guard import ONLY_ASKS
from ui.parts import QUIET, Sender, Sent, Value, answering_sender, only_asks, part

_KEPT = 16
"""Different choices whose assistants are kept."""
_EXTRACTIVE = "extractive"
_OF_A_FILE = "llamacpp:"
_KEPT_HERE = "kept on this computer, of who sits at it or logs in, each person's own"
_KEPT_NOWHERE = "forgotten an hour after their last question, or with their browser tab"
_SWITCHES = ("originals", "history")
"""Settings that the machine's owner turns on and off on the page, and that are kept."""
_TYPED = ("model", "k", "threshold", "strict")
"""What a form sends; it is shown again where it cannot be used."""
_NOT_OWNER = (
    "only who opens this page on the computer that serves it, without a login, may choose another "
    "model: run `footnote models` there"
)
_NOT_HERE = "that model does not run here any more: look again"


_NOT_OWNER_KEEPS = (
    "only who opens this page on the computer that serves it, without a login, chooses what is "
    "kept there: ask who runs it"
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
        place = str(one.assistant.settings.library) if sender.owner else ""
        told = {"owner": sender.owner, "why": _fixed(sender), "place": place}
        return shown(one.assistant, choices, one.chooser) | told

    def acting(act: Callable[..., Value]) -> Callable[[Sent, Sender], Value]:
        def acted(sent: Sent, sender: Sender) -> Value:
            one = of(sent)
            return act(one.assistant, sent, one.sessions, one.chooser, owner=sender.owner)

        return acted

    form.open(answering_sender(opened), None, form, **QUIET)
    form.choose(answering_sender(acting(choose)), None, form, **QUIET)
    form.look(answering_sender(acting(look)), None, form, **QUIET)
    form.keep(answering_sender(acting(keep)), None, form, **QUIET)
    form.switch(answering_sender(acting(switch)), None, form, **QUIET)


def _fixed(sender: Sender) -> str:
    """Return in one line what may not be changed, and why; empty for the machine's owner."""
    if only_asks():
        return "Your login may ask and read: who runs this page chooses how questions are answered."
    if not sender.owner:
        return "Models, and what is kept, are chosen by who runs this page, on its computer."
    return ""


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
        typed = {name: sent[name] for name in _TYPED if name in sent}
        told = {"problem": str(error), "owner": owner, "typed": typed}
        return shown(assistant, before, chooser) | told
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
        return now | {"problem": _NOT_HERE}
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


def switch(
    assistant: Assistant, sent: Sent, sessions: Kept, chooser: Chooser, *, owner: bool
) -> Value:
    """Turn on or off what is kept on this machine, in the settings file; nobody else may."""
    now = {"owner": owner}
    before = sessions.choices(sent.get("token"))
    name, on = sent.get("name"), sent.get("on")
    try:
        if only_asks() or not owner:
            raise MisuseError(ONLY_ASKS if only_asks() else _NOT_OWNER_KEEPS)
        if name not in _SWITCHES or not isinstance(on, bool):
            raise MisuseError("that is no switch of this page: load the page again")
        if _of_shell(name):
            raise MisuseError(
                f"{_variable(name)} is set where the page was started, and counts before what is "
                "kept: take it out there first"
            )
        file = keep_setting(name, "true" if on else "false")
        if name == "originals":
            assistant.library.keep_originals(on)
    except FootnoteError as error:
        return shown(assistant, before, chooser) | now | {"refused": str(error)}
    return shown(assistant, before, chooser) | now | {"switched": str(file)}


def others(assistant: Assistant, choices: Choices, *, owner: bool) -> list[list[str]]:
    """Return who may answer one question anew: [model, address, what it is called], quotes first.

    What runs on this machine is found for its owner only; who may only ask chooses none.
    """
    if only_asks():
        return []
    known = dict.fromkeys([_EXTRACTIVE, assistant.model, choices.model or assistant.model])
    found = [[one.spec, one.address or "", one.model] for one in (models_here() if owner else ())]
    there = {spec for spec, _, _ in found}
    return [[name, "", name] for name in known if name not in there] + found


def for_one(assistant: Assistant, choices: Choices, sent: Sent, *, owner: bool) -> Choices:
    """Return the choices for one answer: those of its conversation, with the model that was sent.

    Raises:
        SettingsError: Its sender may not choose that model, or it does not run here.
    """
    model, address = sent.get("model"), sent.get("address") or ""
    if not isinstance(model, str) or not model:
        return choices
    allowed = others(assistant, choices, owner=owner)
    if [model, address] not in [one[:2] for one in allowed]:
        raise SettingsError(ONLY_ASKS if only_asks() else _NOT_HERE if owner else _NOT_OWNER)
    if model == (choices.model or assistant.model) and not address:
        return choices
    return replace(choices, model=model, address=address or None)


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
        "calibrated": _calibrated(),
        "price": _price(),
        "switches": _switches(assistant),
        "facts": [
            ["Embeddings", f"{settings.embedding_model}, on this computer"],
            ["Library", settings.beside.name],
            ["Conversations", _KEPT_HERE if settings.history else _KEPT_NOWHERE],
            ["Sent to", _address(chosen)],
        ],
    }


def _switches(assistant: Assistant) -> list[list[object]]:
    """Return name, whether it is on from the next start, and whether a shell decides, of each."""
    try:
        kept = Settings.load()
    except FootnoteError:  # the settings file was damaged since the start
        kept = assistant.settings
    return [[name, getattr(kept, name), _of_shell(name)] for name in _SWITCHES]


def _variable(name: str) -> str:
    return f"FOOTNOTE_{name.upper()}"


def _of_shell(name: str) -> bool:
    return bool(os.environ.get(_variable(name)))


@cache
def _calibrated() -> float:
    """Return the confidence under which nothing is answered where nothing is chosen."""
    return float(json.loads(data_text("rag", "answering.json"))["threshold"])


@cache
def _price() -> Value:
    """Return what each threshold was measured to cost."""
    told: Value = json.loads(data_text("ui", "threshold.json"))
    return {name: told[name] for name in ("asked", "near_misses", "points")}


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
    except (TypeError, ValueError, OverflowError) as error:
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
