"""Settings come from the environment and from the caller, and a mistake is one sentence."""

from pathlib import Path

import pytest

from rag import Settings, SettingsError


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
    with pytest.raises(Exception, match="frozen"):
        Settings.load().k = 4  # type: ignore[misc]


def test_gold_questions_lie_beside_the_library_unless_a_setting_says_where(tmp_path):
    assert Settings.load(library=tmp_path / "mine").gold_file == tmp_path / "mine.gold.jsonl"
    named = Settings.load(library=tmp_path / "mine", gold=tmp_path / "questions.jsonl")
    assert named.gold_file == tmp_path / "questions.jsonl"
