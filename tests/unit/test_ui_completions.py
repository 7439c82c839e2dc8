"""What chat programs ask a model for themselves is told from a question, and answered."""

import json

import pytest

from rag import MisuseError, Scope
from ui.completions import RefusedError, read_request

CHAT = """<chat_history>
USER: How long is the bridge over the Lind, and who built it?
ASSISTANT: It is 300 metres long. [1]
</chat_history>"""
TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- Write the title in the chat's primary language; default to English if multilingual.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
"""
TAGS = """### Task:
Generate 1-3 broad tags categorizing the main themes of the chat history.
### Output:
JSON format: { "tags": ["tag1", "tag2", "tag3"] }
### Chat History:
"""
FOLLOW_UPS = """### Task:
Suggest 3-5 relevant follow-up questions or prompts that the user might naturally ask next.
### Output:
JSON format: { "follow_ups": ["Question 1?", "Question 2?", "Question 3?"] }
### Chat History:
"""
QUERIES = """### Task:
Analyze the chat history to determine the necessity of generating search queries, in the given
language. By default, prioritize generating 1-3 broad and relevant search queries.
### Output:
Strictly return in JSON format:
{
  "queries": ["query1", "query2"]
}
### Chat History:
"""
AUTOCOMPLETE = """### Task:
You are an autocompletion system. Continue the text in `<text>` based on the **completion type**.
<type>General</type>
<text>How long is the</text>
#### Output:
"""
SHORT_TITLE = "Provide a concise, 5-word-or-less title for the conversation, using title case \
conventions. Only return the title itself.\n\nConversation:\nUser: How long is the **bridge**?\n\
AI: 300 metres."
STRUCTURED = """Analyze this conversation and provide:
1. The detected language of the conversation
2. A concise title in the detected language (5 words or less, no punctuation or quotation)

User: How long is the bridge?"""


def asked(*said, role="user", **more):
    messages = [{"role": role, "content": text} for text in said]
    return read_request(json.dumps({"model": "footnote", "messages": messages, **more}).encode())


@pytest.mark.parametrize(
    ("prompt", "reply"),
    [
        (TITLE + CHAT, {"title": "How long is the bridge over"}),
        (TAGS + CHAT, {"tags": ["General"]}),
        (FOLLOW_UPS + CHAT, {"follow_ups": []}),
        (QUERIES + CHAT, {"queries": []}),
        (AUTOCOMPLETE, {"text": ""}),
        (STRUCTURED, {"language": "English", "title": "How long is the bridge"}),
        ('### Task:\nRate it.\nJSON format: { "stars": 3 }\n' + CHAT, {}),
    ],
)
def test_a_prompt_for_json_is_answered_in_its_form(prompt, reply):
    assert json.loads(asked(prompt).task) == reply


@pytest.mark.parametrize(
    ("prompt", "reply"),
    [
        (SHORT_TITLE, "How long is the bridge"),
        ("Create a concise, 3-5 word title with an emoji as a title.\n" + CHAT,
         "How long is the bridge over"),
        ("Your task is to reflect the speaker's likely facial expression through a fitting emoji. "
         "Message: ```It is long.```", "💬"),
    ],
)  # fmt: skip
def test_a_prompt_for_words_is_answered_in_words(prompt, reply):
    assert asked(prompt).task == reply


def test_a_title_is_given_whatever_else_the_request_wants():
    wanted = {"response_format": {"type": "json_object"}, "tools": [{"type": "function"}]}
    assert asked(STRUCTURED, **wanted).task is not None


def test_a_prompt_in_a_system_message_alone_is_known():
    assert asked(SHORT_TITLE, role="system").task == "How long is the bridge"


@pytest.mark.parametrize(
    "question",
    [
        "Suggest follow-up questions about the bridge.",
        "What is the title of the article about the Lind?",
        "Which tags does the article on bridges have?",
        "What was the task of the committee? ### Task: see above",
        "Who wrote 'Provide a concise title'?",
        "Is there a title for this conversation between the two mayors?",
        "What search queries are generated in the chat history of the report?",
    ],
)
def test_a_question_that_speaks_of_such_things_is_searched_for(question):
    assert asked(question).task is None
    assert asked(question).question == question


def test_a_conversation_that_held_such_a_prompt_goes_on():
    messages = [
        {"role": "user", "content": TITLE + CHAT},
        {"role": "assistant", "content": "{}"},
        {"role": "user", "content": "How long is it?"},
    ]
    found = read_request(json.dumps({"model": "footnote", "messages": messages}).encode())
    assert (found.task, found.question) == (None, "How long is it?")


def test_a_scope_comes_as_an_object_beside_the_messages():
    body = {"model": "footnote", "messages": [{"role": "user", "content": "Who?"}]}
    assert read_request(json.dumps(body).encode()).scope is None
    wanted = {"scope": {"tags": ["economy"], "until": "2024"}}
    assert read_request(json.dumps(body | wanted).encode()).scope == Scope(
        tags=("economy",), until="2024"
    )
    with pytest.raises(MisuseError, match="a scope has no 'tag' \\(the nearest is 'tags'\\)"):
        read_request(json.dumps(body | {"scope": {"tag": ["x"]}}).encode())


def test_turns_are_pairs_and_a_question_without_a_reply_is_none():
    roles = [("user", "A?"), ("user", "B?"), ("assistant", "B."), ("system", "S"), ("user", "C?")]
    messages = [{"role": role, "content": text} for role, text in roles]
    found = read_request(json.dumps({"model": "footnote", "messages": messages}).encode())
    assert [(turn.question, turn.text) for turn in found.history] == [("B?", "B.")]
    assert found.question == "C?"


def test_tools_that_are_switched_off_are_no_fault():
    assert asked("How long is it?", tools=[{"type": "function"}], tool_choice="none").task is None
    with pytest.raises(RefusedError, match="calls no functions"):
        asked("How long is it?", functions=[{"name": "f"}])


def test_quotes_below_an_earlier_reply_are_left_out():
    reply = "It is long. [1]\n\n---\n\n[1] **The bridge**, page 4: “It is long.”"
    messages = [
        {"role": "user", "content": "Is it long?"},
        {"role": "assistant", "content": reply},
        {"role": "user", "content": "Why?"},
    ]
    found = read_request(json.dumps({"model": "footnote", "messages": messages}).encode())
    assert found.history[0].text == "It is long. [1]"
