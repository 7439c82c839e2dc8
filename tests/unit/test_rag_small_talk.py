import pytest

from rag.refusal import reply


@pytest.mark.parametrize(
    ("message", "begins"),
    [
        ("Hi", "Hello!"),
        ("hello there!!", "Hello!"),
        ("Hi, how are you today?", "I am fine"),
        ("Thanks so much for your help :)", "You are welcome."),
        ("who are you", "I am Footnote"),
        ("What’s your name?", "I am Footnote"),
        ("Hey, what can you do?", "Ask me something"),
        ("Good night", "Goodbye!"),
        ("Tell me a joke.", "I know only"),
    ],
)
def test_small_talk_gets_a_friendly_sentence(message: str, begins: str) -> None:
    said = reply(message)
    assert said is not None
    assert said.startswith(begins)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "?!",
        "Hi, when did the bridge open?",
        "Who are the owners?",
        "What can you do against moths?",
        "Thanksgiving",
        "How are you supposed to prune roses?",
        "What does the captain say to help?",
        "you",
        "Good morning Vietnam",
    ],
)
def test_a_message_that_says_more_is_a_question(message: str) -> None:
    assert reply(message) is None
