"""The prompts that the settings name, as messages for a model."""

from collections.abc import Sequence

from index.errors import SettingsError
from prompts import Part, Prompt, PromptError, load_prompt
from rag.llm import Message
from rag.settings import Settings


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
