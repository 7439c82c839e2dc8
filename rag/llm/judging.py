"""The question that a judging model is asked about an answer; asking it is the caller's work."""

from rag.llm import Message
from rag.llm.context import inert, nonce_of
from rag.llm.prompting import checked_prompt, messages_of
from rag.settings import Settings


def judge_messages(
    question: str, *, expected: tuple[str, ...], answer: str, settings: Settings
) -> tuple[Message, ...]:
    """Return the messages that ask whether an answer gives what was expected.

    Args:
        question: What was asked.
        expected: Accepted answers; empty where abstaining is right.
        answer: The answer's text; empty where it abstained.
        settings: Name the folder of a user's own prompts.

    Raises:
        SettingsError: The prompt cannot be used.
    """
    told = " | ".join(expected) or "(nothing: the documents do not say)"
    given = answer or "(it said that the documents do not say)"
    values = {
        "question": inert(question),
        "expected": inert(told),
        "answer": inert(given),
        "nonce": nonce_of(question, told, given),
    }
    return messages_of(checked_prompt("judge", settings).fill(values))
