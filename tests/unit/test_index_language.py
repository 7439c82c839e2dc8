"""Which language a text is in, and that English with foreign names stays English."""

import pytest

from index.data_files import data_toml
from index.terms import language_asked_in, language_name, language_of

GERMAN = (
    "Die Brücke über den Fluss wurde im Jahr 1931 eröffnet und ist seitdem für den Verkehr offen. "
    "Sie wird jedes Jahr von der Stadt geprüft, weil das Geländer nicht mehr sicher ist."
)
ENGLISH = (
    "The bridge opened in 1931 and has been open to traffic since then. It is checked by the city "
    "every year, because the railing is no longer safe."
)


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wann war das Treffen der Minister?", "de"),
        ("Wie viel gibt Japan für die Verteidigung aus?", "de"),
        ("Wer repariert die beschädigte Trophäe?", "de"),
        ("Quand la réunion a-t-elle eu lieu ?", "fr"),
        ("Qu'indique un voyant rouge ?", "fr"),
        ("¿Cuándo se construyó el puente?", "es"),
        ("Quando è stato costruito il ponte?", "it"),
        ("Quanto custa o bilhete para crianças?", "pt"),
        ("Hoeveel kost een kaartje voor kinderen?", "nl"),
        ("Vem är chef för museet?", "sv"),
        ("Hvornår blev broen bygget?", "da"),
        ("Ile kosztuje bilet dla dzieci?", "pl"),
        ("Kdo je ředitelem muzea?", "cs"),
        ("Cine este directorul muzeului?", "ro"),
        ("Kapan jembatan itu dibangun?", "id"),
        ("橋はいつ建設されましたか?", "ja"),
        ("这座桥是什么时候建成的?", "zh"),
        ("다리는 언제 지어졌습니까?", "ko"),
        ("Когда был построен мост?", "und-Cyrl"),
        ("متى بني الجسر؟", "und-Arab"),
        ("Πότε χτίστηκε η γέφυρα;", "el"),
    ],
)
def test_a_question_in_another_language_is_noticed(question: str, language: str) -> None:
    assert language_asked_in(question) == language


@pytest.mark.parametrize(
    "question",
    [
        "",
        "?",
        "SM-6",
        "When was the meeting held?",
        "who is der Spiegel owned by",
        "der spiegel founding",
        "Café de la Paix opening hours",
        "la vie en rose release date",
        "Musée des Beaux-Arts de Lyon address",
        "Les Plaisirs et les Jours?",
        "Como 1907 stadium",
        "quo vadis author",
        "Die Hard director",
        "Cien años de soledad author",
        "Crouching Tiger 臥虎藏龍 director",
        "Who is 小池百合子?",
        "U.S. v. O.K. Corral",
        "van der Waals force",
        "ben hur son han solo",
    ],
)
def test_an_english_question_with_foreign_names_is_not_called_foreign(question: str) -> None:
    assert language_asked_in(question) == ""


def test_an_article_in_another_language_is_noticed() -> None:
    assert language_of(GERMAN) == "de"
    assert language_of("橋は1931年に開通しました。毎年検査されます。") == "ja"


def test_an_english_article_is_not_called_foreign() -> None:
    assert language_of(ENGLISH) == ""
    names = "The Café de la Paix, Les Deux Magots and the Musée de la Musique et de la Danse are "
    assert language_of(f"{names}{ENGLISH}") == ""


def test_of_two_languages_in_one_article_neither_is_called() -> None:
    assert language_of(f"{GERMAN}\n\n{ENGLISH}") == ""


def test_a_text_of_a_few_words_has_no_language() -> None:
    assert language_of("Die Brücke ist offen.") == ""


def test_a_question_that_two_languages_share_is_foreign_and_neither() -> None:
    assert language_asked_in("Hvem er direktør for museet?") == "und"


def test_languages_have_names() -> None:
    assert language_name("de") == "German"
    assert language_name("und-Cyrl") == "a language in Cyrillic letters"
    assert language_name("und") == "another language"


def test_no_word_stands_twice_in_a_list() -> None:
    for code, one in data_toml("index", "languages.toml").items():
        asks, words = one["asks"].split(), one["words"].split()
        assert len(asks) == len(set(asks)), code
        assert len(words) == len(set(words)), (code, [w for w in words if words.count(w) > 1])
