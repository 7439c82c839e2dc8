"""What one person may choose of how their questions are answered, and who answers then."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag import Assistant

_KEPT = 16
"""Different choices whose assistants are kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What was chosen on the tab Settings; None: as the server was started."""

    model: str | None = None
    k: int | None = None
    threshold: float | None = None
    strict: bool | None = None


class Chooser:
    """Gives the assistant that answers as somebody chose; all share one library."""

    def __init__(self, assistant: "Assistant") -> None:
        self._assistant = assistant
        self._made = lru_cache(maxsize=_KEPT)(self._make)

    def assistant(self, choices: Choices) -> "Assistant":
        """Return who answers.

        Raises:
            SettingsError: A value is not allowed, or the model cannot be used.
        """
        return self._made(choices)

    def _make(self, choices: Choices) -> "Assistant":
        if choices == Choices():
            return self._assistant
        settings = self._assistant.settings
        return self._assistant.adjusted(
            model=choices.model,
            k=settings.k if choices.k is None else choices.k,
            threshold=settings.threshold if choices.threshold is None else choices.threshold,
            strict=settings.strict if choices.strict is None else choices.strict,
        )
