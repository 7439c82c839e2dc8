"""Who gets the one local model of a process, when, and what is freed; nothing is loaded."""

import threading
import time
from pathlib import Path

import pytest
from gguf_files import CHAT, gguf

from rag import ModelUnavailableError, Settings, SettingsError
from rag.llm.providers import llamacpp
from rag.llm.providers.gguf import read_model_file
from rag.llm.providers.llamacpp import Held, Loan, Setup
from rag.llm.providers.wire import Access
from rag.llm.registry import load_model

SECONDS = 10


@pytest.fixture
def setups(tmp_path: Path) -> tuple[Setup, Setup]:
    (tmp_path / "m.gguf").write_bytes(gguf(CHAT))
    file = read_model_file(str(tmp_path / "m.gguf"))
    return Setup(file=file, context=1024), Setup(file=file, context=2048)


class Loads:
    """Counts what is loaded, in place of llama.cpp."""

    def __init__(self) -> None:
        self.setups: list[Setup] = []
        self.fails = False
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()

    def __call__(self, setup: Setup) -> llamacpp.Loaded:
        self.begun.set()
        assert self.may_end.wait(SECONDS)
        if self.fails:
            raise ModelUnavailableError("no memory: close a program")
        self.setups.append(setup)
        access = Access(base_url=f"http://127.0.0.1:{len(self.setups)}", key=None)
        return llamacpp.Loaded(setup=setup, access=access, server=object())


def in_thread(held: Held, setup: Setup, loan: Loan) -> threading.Thread:
    thread = threading.Thread(target=held.take, args=(setup, loan), daemon=True)
    thread.start()
    return thread


def test_who_want_the_same_model_share_it(setups: tuple[Setup, Setup]) -> None:
    loads = Loads()
    held = Held(load=loads)
    assert held.take(setups[0], Loan()) == held.take(setups[0], Loan())
    assert loads.setups == [setups[0]]


def test_another_model_waits_until_the_first_is_given_back(setups: tuple[Setup, Setup]) -> None:
    loads = Loads()
    held, first, second = Held(load=loads), Loan(), Loan()
    held.take(setups[0], first)
    thread = in_thread(held, setups[1], second)
    time.sleep(0.05)
    assert loads.setups == [setups[0]]
    held.give_back(first)
    thread.join(SECONDS)
    assert (loads.setups, second.taken) == ([*setups], True)


def test_who_gives_up_while_it_is_loaded_leaves_no_loan_behind(
    setups: tuple[Setup, Setup],
) -> None:
    loads, loan = Loads(), Loan()
    loads.may_end.clear()
    held = Held(load=loads, idle_seconds=0.05)
    thread = in_thread(held, setups[0], loan)
    assert loads.begun.wait(SECONDS)
    held.give_back(loan)
    loads.may_end.set()
    thread.join(SECONDS)
    assert not loan.taken
    wait_until_free(held)


def test_a_model_that_nobody_asks_is_freed_and_loaded_again(setups: tuple[Setup, Setup]) -> None:
    loads, loan = Loads(), Loan()
    held = Held(load=loads, idle_seconds=0.05)
    held.take(setups[0], loan)
    time.sleep(0.2)
    assert held.setup == setups[0]
    held.give_back(loan)
    wait_until_free(held)
    held.take(setups[0], Loan())
    assert loads.setups == [setups[0]] * 2


def test_what_cannot_be_loaded_hinders_nobody_after_it(setups: tuple[Setup, Setup]) -> None:
    loads = Loads()
    held, loads.fails = Held(load=loads), True
    with pytest.raises(ModelUnavailableError, match="no memory"):
        held.take(setups[0], Loan())
    loads.fails = False
    held.take(setups[1], Loan())
    assert held.setup == setups[1]


def wait_until_free(held: Held) -> None:
    until = time.monotonic() + SECONDS
    while held.setup is not None:
        assert time.monotonic() < until
        time.sleep(0.01)


def test_too_little_memory_is_told_before_anything_is_loaded(
    setups: tuple[Setup, Setup],
) -> None:
    said = r"^m\.gguf needs 0\.3 GB of memory with a window of 1024 tokens, and 0\.2 GB is free: "
    with pytest.raises(ModelUnavailableError, match=said):
        llamacpp.refuse_too_large(setups[0], free=200_000_000)
    llamacpp.refuse_too_large(setups[0], free=300_000_000)
    llamacpp.refuse_too_large(setups[0], free=None)


def test_without_the_extra_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.llm.registry.find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"needs the package 'xllamacpp': .*\[local\]"):
        load_model("llamacpp:m.gguf", Settings())


def test_a_window_beyond_the_model_s_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.llm.registry.find_spec", lambda name: object())
    (tmp_path / "m.gguf").write_bytes(gguf(CHAT))
    name = f"llamacpp:{tmp_path / 'm.gguf'}"
    with pytest.raises(SettingsError, match=r"LLM_CONTEXT is 9000 and .* window of 8192 tokens"):
        load_model(name, Settings(llm_context=9000))
    model = load_model(name, Settings(llm_context=4096, llm_base_url="http://127.0.0.1:9"))
    assert model is not None
    assert (model.context_window, model.name) == (4096, name)


def test_the_end_of_the_process_waits_for_what_is_loaded_and_frees_it(
    setups: tuple[Setup, Setup],
) -> None:
    loads = Loads()
    loads.may_end.clear()
    held = Held(load=loads)
    loading = in_thread(held, setups[0], Loan())
    assert loads.begun.wait(SECONDS)
    closing = threading.Thread(target=held.close, daemon=True)
    closing.start()
    closing.join(0.05)
    assert closing.is_alive()
    loads.may_end.set()
    closing.join(SECONDS)
    loading.join(SECONDS)
    assert held.setup is None
