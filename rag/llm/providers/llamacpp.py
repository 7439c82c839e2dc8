"""Models of GGUF files, run in this process by llama.cpp, which comes with the extra `local`.

One is loaded at a time. Its server listens on this machine alone and wants a key that is made anew
each time, so that it is asked, stopped and cut off as any other server of OpenAI's form is.
"""

import asyncio
import atexit
import gc
import os
import secrets
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelUnavailableError, SettingsError
from rag.answerers import Message
from rag.llm.providers.chat_completions import OpenAIWire
from rag.llm.providers.gguf import ModelFile, read_model_file, sha256_of
from rag.llm.providers.wire import UNKNOWN_CONTEXT, Access, Chunk, Limits
from rag.setting_values import SecretStr

if TYPE_CHECKING:
    from xllamacpp import Server

IDLE_SECONDS = 300.0
_CLOSING_SECONDS = 60.0
"""That the process's end waits for a model that is still being loaded."""
_BATCH = 64
"""Tokens read at once: only between two batches does a reply stop that nobody waits for."""
_WORKING_BYTES = 250_000_000
"""Memory that llama.cpp calculates in, beside the model and its window.

With it a model of 1.5 billion parameters and 1.12 GB needs 1.60 GB; .93 GB were measured beside the
pages of its file, which the system may take back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """A model and how it is loaded."""

    file: ModelFile
    context: int
    """Tokens of its window."""


class LlamaCppWire:
    """Asks the model of a file, which is loaded at the first request.

    Args:
        model: Path of a GGUF file.
        access: Of no use: nothing leaves the process but to its own server.
        limits: Of a reply; a context window that they name is the model's.

    Raises:
        SettingsError: The file cannot be used, or the window is larger than the model's.
    """

    def __init__(self, *, model: str, access: Access, limits: Limits) -> None:
        self._limits = limits
        file = read_model_file(model)
        if limits.context is not None and limits.context > file.context:
            raise SettingsError(
                f"FOOTNOTE_LLM_CONTEXT is {limits.context} and the model in {model!r} has a window "
                f"of {file.context} tokens: lower it, or leave it out"
            )
        context = limits.context or min(file.context, UNKNOWN_CONTEXT)
        self.setup = Setup(file=file, context=context)

    def prepare(self) -> None:
        """Import llama.cpp and OpenAI's library, about 1 s at the first call."""
        import_library()
        import openai.resources.chat  # noqa: F401

    @property
    def known_context(self) -> int | None:
        """As the model is loaded: its own, at most 8,192 tokens unless the settings name more."""
        return self.setup.context

    @property
    def parameters(self) -> Mapping[str, str | int | float]:
        """What every request asks for, and of which file; it is read whole at the first call."""
        return {
            "temperature": 0.0,
            "max_tokens": self._limits.max_tokens,
            "context": self.setup.context,
            "sha256": sha256_of(self.setup.file),
        }

    async def chunks(
        self, messages: Sequence[Message], *, whole: bool
    ) -> AsyncGenerator[Chunk, None]:
        """Load the model if it is not, send the messages and yield what comes."""
        loan = Loan()
        try:
            access = await asyncio.to_thread(HELD.take, self.setup, loan)
            wire = OpenAIWire(model="local", access=access, limits=self._limits)
            async with aclosing(wire.chunks(messages, whole=whole)) as chunks:
                async for chunk in chunks:
                    yield chunk
        finally:
            HELD.give_back(loan)

    def leave_out(self, error: Exception) -> bool:
        """Return False: llama.cpp takes all that is sent."""
        return False

    async def models(self) -> int:
        """Return 1: a file holds one model."""
        return 1


class Loan:
    """One use of the model that is loaded."""

    def __init__(self) -> None:
        self.taken = False
        self.over = False
        """Whether nobody waits for it any more."""


class Held:
    """The one model of a process, lent to any number who want the same one; others wait.

    Args:
        load: Makes a model ready; None for llama.cpp.
        idle_seconds: After which a model that nobody asks is freed.
    """

    def __init__(
        self,
        *,
        load: "Callable[[Setup], Loaded] | None" = None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._load = load
        self._changed = threading.Condition()
        self._idle_seconds = idle_seconds
        self._timer: threading.Timer | None = None
        self._now: Loaded | None = None
        self._loading = False
        self._lent = 0

    @property
    def setup(self) -> Setup | None:
        """What is loaded; None for nothing."""
        return self._now.setup if self._now is not None else None

    def take(self, setup: Setup, loan: Loan) -> Access:
        """Return where a model is asked, loaded in place of another that nobody uses.

        Blocks while another one is in use.

        Raises:
            ModelUnavailableError: It does not fit the memory, or cannot be loaded.
        """
        with self._changed:
            self._changed.wait_for(lambda: loan.over or self._is_free_for(setup))
            if self._now is not None and self._now.setup == setup:
                return self._lend(loan, self._now)
            if loan.over:
                raise ModelUnavailableError("nobody waits for the model any more: ask again")
            self._loading = True
            self._now = None
        loaded, access = None, None
        try:
            gc.collect()
            loaded = (self._load or _load)(setup)
        finally:
            with self._changed:
                self._loading, self._now = False, loaded
                if loaded is not None:
                    access = self._lend(loan, loaded)
                loaded = None  # whoever frees the model frees it then, and not this thread
                self._changed.notify_all()
        return access

    def give_back(self, loan: Loan) -> None:
        """End a loan; the model is freed after a while in which nobody takes it."""
        with self._changed:
            self._lent -= loan.taken
            loan.taken, loan.over = False, True
            if not self._lent and self._now is not None:
                self._wait()
            self._changed.notify_all()

    def free(self) -> None:
        """Free the model at once, unless it is in use."""
        with self._changed:
            if not self._lent and not self._loading:
                self._now = None
        gc.collect()

    def close(self) -> None:
        """Free the model at the process's end, also one that is still being loaded.

        Its threads must be gone before Python is: they crashed two of six interrupted processes.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._loading, timeout=_CLOSING_SECONDS)
            self._now = None
        gc.collect()

    def _is_free_for(self, setup: Setup) -> bool:
        return not self._loading and (self.setup == setup or not self._lent)

    def _lend(self, loan: Loan, loaded: "Loaded") -> Access:
        if self._timer is not None:
            self._timer.cancel()
        if loan.over:
            self._wait()
        else:
            loan.taken = True
            self._lent += 1
        return loaded.access

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._idle_seconds, self.free)
        self._timer.daemon = True
        self._timer.start()


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A model that is loaded; it is freed with this."""

    setup: Setup
    access: Access
    server: "Server"


HELD = Held()
"""That of this process; it holds nothing until a model is asked."""


def import_library() -> None:
    """Import llama.cpp with threads that sleep while they wait for each other.

    On two cores that others use too, threads that wait awake take 30 times as long (23.5 s against
    .8 s for 24 tokens). The library that runs them reads how once, as it is loaded.
    """
    with _IMPORT:
        if "xllamacpp" not in sys.modules:
            atexit.register(HELD.close)
        before = os.environ.get("OMP_WAIT_POLICY")
        os.environ.setdefault("OMP_WAIT_POLICY", "passive")
        try:
            import xllamacpp  # noqa: F401
        finally:
            if before is None:
                os.environ.pop("OMP_WAIT_POLICY", None)


_IMPORT = threading.Lock()


def _load(setup: Setup) -> Loaded:
    import_library()
    from xllamacpp import CommonParams, Server

    refuse_too_large(setup, free=free_memory())
    key = secrets.token_urlsafe(32)
    chosen = CommonParams()
    chosen.model.path = str(setup.file.path)
    chosen.n_ctx = setup.context
    chosen.n_batch = chosen.n_ubatch = _BATCH
    chosen.api_keys = [key]
    chosen.verbosity = -1
    chosen.ui = chosen.warmup = chosen.endpoint_slots = False
    chosen.cache_ram_mib = 0  # it would keep up to 8 GB of earlier prompts
    chosen.enable_reasoning = 0  # thoughts would take the tokens of the answer
    threads = _threads()
    for threading_of in (chosen.cpuparams, chosen.cpuparams_batch):
        threading_of.n_threads = threads
        threading_of.poll = 0
    try:
        server = Server(chosen)
    except RuntimeError as error:
        raise ModelUnavailableError(
            f"llama.cpp cannot load {setup.file.path.name}: it is damaged, cut short or of a kind "
            "that this version does not know, so fetch it again or run `pip install --upgrade "
            "xllamacpp`"
        ) from error
    access = Access(base_url=f"{server.listening_address}/v1", key=SecretStr(key))
    return Loaded(setup=setup, access=access, server=server)


def refuse_too_large(setup: Setup, *, free: int | None) -> None:
    """Refuse a model that would not fit; llama.cpp would take what is not there.

    Args:
        setup: The model and its window.
        free: Bytes of memory that are free; None where that is not known.

    Raises:
        ModelUnavailableError: It needs more than is free.
    """
    needed = setup.file.memory(setup.context) + _WORKING_BYTES
    if free is not None and needed > free:
        raise ModelUnavailableError(
            f"{setup.file.path.name} needs {_gb(needed)} of memory with a window of "
            f"{setup.context} tokens, and {_gb(free)} is free: choose a smaller model, lower "
            "FOOTNOTE_LLM_CONTEXT, or close other programs"
        )


def _threads() -> int:
    """Return the cores that this process may use; -1, as many as llama.cpp finds, for all."""
    usable = getattr(os, "sched_getaffinity", None)
    mine = len(usable(0)) if usable is not None else 0
    return mine if mine and mine != os.cpu_count() else -1


def free_memory() -> int | None:
    """Return the bytes of memory that programs may still take; None where nobody says."""
    free = [size for size in (_of_machine(), _of_group()) if size is not None]
    return min(free, default=None)


def _of_machine() -> int | None:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _of_group() -> int | None:
    """Return what the limit of a container leaves; its cache of files can be given up."""
    group = Path("/sys/fs/cgroup")
    with suppress(OSError, ValueError):
        most = int((group / "memory.max").read_text(encoding="ascii"))
        used = int((group / "memory.current").read_text(encoding="ascii"))
        told = (group / "memory.stat").read_text(encoding="ascii").split()
        kept = int(told[told.index("inactive_file") + 1])
        return most - used + kept
    return None


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f} GB"
