"""Asks a language model what it thinks of answers: advice beside the checks, never their part."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from eval.results import CaseResult
from rag import LanguageModel, MisuseError, ModelError, Settings, judge_messages


class Judge:
    """Says of each answer whether it gives what was expected.

    A model's judgement of answers is known to favour its own (Zheng et al. 2023, "Judging
    LLM-as-a-judge"), so the answering model is refused.

    Args:
        model: what is asked.
        settings: name the folder of a user's own prompts.
        may_judge_itself: whether answers that the model wrote itself are judged too.
    """

    def __init__(
        self, model: LanguageModel, *, settings: Settings, may_judge_itself: bool = False
    ) -> None:
        self._model = model
        self._settings = settings
        self._may_judge_itself = may_judge_itself

    def judged(self, cases: Iterable[CaseResult]) -> Iterator[CaseResult]:
        """Yield the results with the judgement in each; a crashed one is yielded as it is.

        Raises:
            MisuseError: an answer is by the judge itself, and that was not allowed.
            SettingsError: the prompt cannot be used.
        """
        for case in cases:
            if case.model == self._model.name and not self._may_judge_itself:
                raise MisuseError(
                    f"{case.model} would judge its own answers: name another model, or say "
                    "--judge-self"
                )
            yield case if case.status == "crashed" else replace(case, judged=self._ask(case))

    def _ask(self, case: CaseResult) -> str:
        messages = judge_messages(
            case.question, expected=case.expected, answer=case.text, settings=self._settings
        )
        try:
            first, _, reason = self._model.complete(messages).text.strip().partition("\n")
        except ModelError as error:
            return f"unclear: {error}"
        word = first.strip(" .*:").lower()
        if word not in ("right", "wrong"):
            return "unclear: it did not say right or wrong"
        return f"{word}: {reason.strip()}" if reason.strip() else word
