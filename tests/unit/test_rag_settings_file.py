"""Settings that outlast a shell, and the log that one of them switches on."""

import copy
import logging
import pickle
import stat
from pathlib import Path

import pytest

from rag import Answer, OperationError, Settings, SettingsError, load_model
from rag.internal import keep_setting, log_question, logged_questions
from rag.settings import settings_file
from rag.types import Usage


def answer(question="Why?", **changes):
    plain = {
        "question": question,
        "status": "answered",
        "reason": None,
        "text": "secret",
        "sentences": (),
        "citations": (),
        "confidence": 0.12345,
        "hits": (),
        "model": "extractive",
        "usage": Usage(),
        "seconds": 0.0,
    }
    return Answer(**(plain | changes))


def test_a_kept_setting_takes_effect_and_the_environment_comes_before_it(monkeypatch):
    path = keep_setting("threshold", "0.3")
    assert path == settings_file()
    assert Settings.load().threshold == 0.3
    assert Settings.load(threshold=0.2).threshold == 0.2
    monkeypatch.setenv("FOOTNOTE_THRESHOLD", "0.4")
    assert Settings.load().threshold == 0.4


def test_a_setting_is_replaced_and_the_others_stay():
    keep_setting("k", "5")
    keep_setting("threshold", "0.3")
    keep_setting("threshold", "0.25")
    assert settings_file().read_text() == "FOOTNOTE_K=5\nFOOTNOTE_THRESHOLD=0.25\n"
    assert (Settings.load().k, Settings.load().threshold) == (5, 0.25)


def test_a_new_settings_file_is_its_owners_alone_since_a_key_may_come_into_it():
    assert stat.S_IMODE(keep_setting("k", "5").stat().st_mode) == 0o600


def test_a_settings_file_keeps_the_mode_that_its_owner_gave_it():
    keep_setting("k", "5").chmod(0o640)
    assert stat.S_IMODE(keep_setting("k", "6").stat().st_mode) == 0o640


@pytest.mark.parametrize("line", ["FOOTNOTE_TOPK=5", "FOOTNOTE_K=many"])
def test_a_wrong_line_of_the_file_is_refused(line):
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text(line)
    with pytest.raises(SettingsError):
        Settings.load()


def test_a_file_that_cannot_be_written_says_what_to_do_instead():
    settings_file().parent.parent.mkdir(parents=True)
    settings_file().parent.write_text("a file")
    with pytest.raises(OperationError, match=r"set FOOTNOTE_THRESHOLD=0\.3 in your shell"):
        keep_setting("threshold", "0.3")


@pytest.mark.parametrize(
    ("given", "log"),
    [("1", True), ("on", True), ("0", False), ("false", False), ("~/q", Path("~/q").expanduser())],
)
def test_the_log_is_a_switch_or_a_file(monkeypatch, given, log):
    monkeypatch.setenv("FOOTNOTE_LOG", given)
    expected = Path(given).expanduser() if isinstance(log, Path) else log
    assert Settings.load().log == expected


def test_nothing_is_logged_unless_it_is_switched_on(tmp_path):
    settings = Settings(library=tmp_path / "library")
    log_question(answer(), settings)
    assert list(tmp_path.iterdir()) == []
    assert logged_questions(settings) == ()


def test_a_logged_question_is_private_and_holds_no_answer(tmp_path):
    settings = Settings(library=tmp_path / "library", log=True)
    log_question(answer(searched="Why in full?"), settings)
    log_question(answer("Cost?", status="abstained"), settings)
    path = tmp_path / "library.questions.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "secret" not in path.read_text()
    found = [(one.question, one.status, one.confidence) for one in logged_questions(settings)]
    assert found == [("Why in full?", "answered", 0.1235), ("Cost?", "abstained", 0.1235)]


def test_a_line_that_is_no_entry_is_passed_over(tmp_path):
    settings = Settings(log=tmp_path / "log")
    log_question(answer(), settings)
    (tmp_path / "log").write_bytes(
        (tmp_path / "log").read_bytes() + b'{"question": "cu\n[]\n\xff\n'
    )
    assert len(logged_questions(settings)) == 1


def test_a_log_that_cannot_be_written_is_a_warning(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, logger="footnote"):
        log_question(answer(), Settings(log=tmp_path))
    assert "cannot be written" in caplog.text


KEY = "sk-proj-Abc123Def456"


def test_no_address_shows_a_password_and_no_setting_a_key():
    settings = Settings(llm_base_url="http://jane:hunter2@host:8000/v1?key=hunter2")
    shown = f"{settings!r} {settings}"
    assert "hunter2" not in shown
    assert "llm_base_url='http://***@host:8000/v1?***'" in shown
    assert KEY not in repr(Settings(llm_api_key=KEY))


def test_what_holds_a_key_is_copied_and_never_pickled():
    settings = Settings(llm="openai-like:m", llm_base_url="http://h/v1", llm_api_key=KEY)
    model = load_model(settings.llm, settings)
    for held in (settings, model):
        with pytest.raises(TypeError, match="is not pickled: make the settings"):
            pickle.dumps(held)
        assert KEY not in repr(held)
    assert copy.deepcopy(settings) == copy.copy(settings) == settings
    assert pickle.loads(pickle.dumps(Settings(k=5))).k == 5


@pytest.mark.parametrize(
    "line",
    [
        f"FOOTNOTE_LLM_API_KEY=\"{KEY}\"\nFOOTNOTE_K=many",
        f"FOOTNOTE_K={KEY}",
        f"FOOTNOTE_STRICT={KEY}",
        f"FOOTNOTE_EMBEDDING_ENGINE={KEY}",
        f"{KEY}=1",
        f"FOOTNOTE_LLM_API_KEYS={KEY}",
    ],
)  # fmt: skip
def test_no_error_shows_a_key_wherever_it_stands_in_the_file(line):
    settings_file().parent.mkdir(parents=True)
    settings_file().write_text(line)
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    assert KEY not in f"{caught.value}"


def test_a_key_that_cannot_be_kept_is_not_shown(tmp_path):
    with pytest.raises(SettingsError, match="its value cannot be kept"):
        keep_setting("llm_api_key", f"{KEY}$")
    settings_file().parent.parent.mkdir(parents=True)
    settings_file().parent.write_text("a file")
    with pytest.raises(OperationError, match="set FOOTNOTE_LLM_API_KEY=its value in your shell"):
        keep_setting("llm_api_key", KEY)


def test_one_bad_byte_in_the_file_is_one_sentence():
    settings_file().parent.mkdir(parents=True)
    settings_file().write_bytes(b"FOOTNOTE_K=5\nFOOTNOTE_LLM_API_KEY=sk-proj-\xff\n")
    said = r"settings\.env' is not in UTF-8 \(line 2\): write that line anew"
    with pytest.raises(SettingsError, match=said):
        Settings.load()
    with pytest.raises(SettingsError, match=said):
        keep_setting("k", "6")
