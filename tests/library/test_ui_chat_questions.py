"""Questions are made out of articles, and only those that the articles answer are offered."""

from rag import Article
from ui.chat.questions import example_questions, follow_ups

REPORT = (
    "The River Trust for Anglers (RTA) was founded in 1921. “We buy the mill,” said Anna Reed. "
    "The Mill House stands near Kirkby. Later the Mill House burnt down. However, it was rebuilt."
)


def test_abbreviations_speakers_and_names_are_asked_about(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    assert example_questions(assistant) == (
        "What is RTA?",
        "What did Anna Reed say?",
        "What is said about Mill House?",
    )


def test_nothing_is_offered_where_nothing_has_a_name(assistant):
    assistant.library.add_articles(
        [Article(source="a", title="", text="However, it was so. They left.")]
    )
    assert example_questions(assistant) == ()
    assert follow_ups(assistant, [], ["Why?"]) == ()


def test_a_word_that_is_also_written_small_is_no_name(assistant):
    text = "Defence was dear. The defence of Kirkby was dear. Defence needs money."
    assistant.library.add_articles([Article(source="a", title="", text=text)])
    assert example_questions(assistant) == ("What is said about Kirkby?",)


def test_a_name_that_was_asked_about_is_not_offered_again(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    offered = follow_ups(assistant, [REPORT], ["What is RTA?", "Where is the mill house?"])
    assert offered[0] == "What did Anna Reed say?"
    assert not any("RTA" in q or "Mill House" in q for q in offered)


def test_what_the_articles_do_not_answer_is_not_offered(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    assert follow_ups(assistant, ["Zanzibar Airways flew to Zanzibar."], []) == ()
