"""Questions are made out of articles, and only those that the articles answer are offered."""

from dataclasses import replace

from rag import Article, Assistant
from ui.chat.questions import Offers, follow_ups

REPORT = (
    "The River Trust for Anglers (RTA) was founded in 1921. “We buy the mill,” said Anna Reed. "
    "The Mill House stands near Kirkby. Later the Mill House burnt down. However, it was rebuilt."
)


def test_abbreviations_speakers_and_names_are_asked_about(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    assert Offers().of_newest(assistant) == (
        "What is RTA?",
        "What did Anna Reed say?",
        "What is said about Mill House?",
    )


def test_a_person_is_asked_after_where_the_role_beside_the_name_is_found(assistant, monkeypatch):
    text = "Anna Reed, a miller of Kirkby, has left. The Lady Grey, a barge, has sunk."
    assistant.library.add_articles([Article(source="a", title="", text=text)])
    asked = Assistant.ask
    assert "Who is Anna Reed?" in Offers().of_newest(assistant)
    assert "Who is Lady Grey?" not in Offers().of_newest(assistant)
    for short in ("Kirkby", "her miller", None):
        monkeypatch.setattr(Assistant, "ask", lambda *a, s=short: replace(asked(*a), short=s))
        assert "Who is Anna Reed?" not in Offers().of_newest(assistant)


def test_words_of_a_heading_are_no_names(assistant):
    text = "Chicago Fund to Buy Courier\n\nThe Chicago Fund buys the paper. Chicago Fund pays."
    assistant.library.add_articles([Article(source="a", title="", text=text)])
    assert Offers().of_newest(assistant) == ("What is said about Chicago Fund?",)


def test_questions_are_made_once_an_article(assistant, monkeypatch):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    offers = Offers()
    made = offers.of_newest(assistant)
    monkeypatch.setattr(Assistant, "ask", None)
    assert offers.of_newest(assistant) == made != ()


def test_nothing_is_offered_where_nothing_has_a_name(assistant):
    assistant.library.add_articles(
        [Article(source="a", title="", text="However, it was so. They left.")]
    )
    assert Offers().of_newest(assistant) == ()
    assert follow_ups(assistant, [], ["Why?"]) == ()


def test_a_word_that_is_also_written_small_is_no_name(assistant):
    text = "Defence was dear. The defence of Kirkby was dear. Kirkby needs defence."
    assistant.library.add_articles([Article(source="a", title="", text=text)])
    assert Offers().of_newest(assistant) == ("What is said about Kirkby?",)


def test_a_name_that_was_asked_about_is_not_offered_again(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    offered = follow_ups(assistant, [REPORT], ["What is RTA?", "Where is the mill house?"])
    assert offered[0] == "What did Anna Reed say?"
    assert not any("RTA" in q or "Mill House" in q for q in offered)


def test_what_the_articles_do_not_answer_is_not_offered(assistant):
    assistant.library.add_articles([Article(source="a", title="Report", text=REPORT)])
    assert follow_ups(assistant, ["Zanzibar Airways flew to Zanzibar."], []) == ()
