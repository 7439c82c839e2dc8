"""Reads what the beginning of a GGUF file says of its model; it loads nothing.

The format is described at https://github.com/ggml-org/ggml/blob/master/docs/gguf.md.
"""

import hashlib
import os
import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from index.errors import SettingsError

_MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_TEXT, _ARRAY = 8, 9
_MOST_FACTS = 500
_LONGEST_TEXT = 1_000_000
"""Bytes of one text that is read."""
_MOST_BYTES = 4_000_000
"""That are read of a file before its words; models have some thousands there."""
_LONGEST_MEMBERS = 100_000
"""Of one array; the longest that models have before their words are one number a layer."""
_MOST_LAYERS = 512
"""That llama.cpp takes; of a model with more it ends the whole process."""
_PART = re.compile(r"-\d{5}-of-(\d{5})$")
_KEPT_BYTES = 2
"""Of each number that a model keeps of what it read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """A GGUF file that holds a model that writes."""

    path: Path
    """Absolute, links followed."""
    size: int
    """Bytes, the other parts of a model in several files included."""
    changed: int
    """When it was, in nanoseconds since 1970."""
    context: int
    """Tokens that the model was trained for."""
    token_bytes: int
    """Bytes that are kept for each token of the context window; 0 where the file does not say."""

    def memory(self, context: int) -> int:
        """Return the bytes that it takes with a window of so many tokens, calculating aside."""
        return self.size + context * self.token_bytes


def read_model_file(name: str) -> ModelFile:
    """Return what a file says of its model.

    Args:
        name: Path of the file; `~` is the user's folder.

    Raises:
        SettingsError: There is no such file, it cannot be read, is no GGUF file, or holds no model
            that writes.
    """
    path = Path(os.path.expanduser(name))
    try:
        kind = path.stat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):  # opening one may wait without end
            raise SettingsError(
                f"{name!r} is a pipe or a device: give the path of a GGUF file on a disk"
            )
        with path.open("rb") as file:
            facts = _facts(file, name)
        path = path.resolve()
        known = path.stat()
        size = sum(part.stat().st_size for part in _parts(path))
    except FileNotFoundError as error:
        raise SettingsError(
            f"there is no file {name!r}: give the path of a GGUF file behind `llamacpp:`, as in "
            "`llamacpp:~/models/NAME.gguf`"
        ) from error
    except IsADirectoryError as error:
        raise SettingsError(
            f"{name!r} is a folder: give the path of a GGUF file in it behind `llamacpp:`"
        ) from error
    except (OSError, ValueError) as error:  # the second where it holds a NUL
        raise SettingsError(
            f"{name!r} cannot be read ({getattr(error, 'strerror', error)}): check its path, and "
            "whose file it is"
        ) from error
    family = facts.get("general.architecture")
    context = _number(facts, f"{family}.context_length")
    if (
        not context
        or facts.get("general.type", "model") != "model"
        or f"{family}.pooling_type" in facts
    ):
        raise SettingsError(
            f"{name!r} holds no model that writes: give the GGUF file of a chat model, whose name "
            "mostly says `instruct` or `chat`"
        )
    if (layers := _number(facts, f"{family}.block_count")) > _MOST_LAYERS:
        raise SettingsError(
            f"{name!r} says that it has {layers} layers, and llama.cpp takes {_MOST_LAYERS}: fetch "
            "it again, or choose another model"
        )
    return ModelFile(
        path=path,
        size=size,
        changed=known.st_mtime_ns,
        context=context,
        token_bytes=_token_bytes(facts, str(family)),
    )


def sha256_of(file: ModelFile) -> str:
    """Return the SHA-256 of a file's bytes in hexadecimal, about a second a gigabyte."""
    return _sha256(file.path, file.size, file.changed)


@lru_cache(maxsize=8)
def _sha256(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parts(path: Path) -> list[Path]:
    """Return the files that a model is in; those of several are named `-00001-of-00003`."""
    part = _PART.search(path.stem)
    if part is None:
        return [path]
    others = path.parent.glob(f"*-of-{part[1]}{path.suffix}")
    return [one for one in others if one.stem[: part.start()] == path.stem[: part.start()]]


def _token_bytes(facts: Mapping[str, object], kind: str) -> int:
    heads = _number(facts, f"{kind}.attention.head_count")
    kept = _number(facts, f"{kind}.attention.head_count_kv") or heads
    each = _number(facts, f"{kind}.embedding_length") // heads if heads else 0
    keys = _number(facts, f"{kind}.attention.key_length") or each
    values = _number(facts, f"{kind}.attention.value_length") or each
    return _number(facts, f"{kind}.block_count") * kept * (keys + values) * _KEPT_BYTES


def _number(facts: Mapping[str, object], name: str) -> int:
    """Return a number, the largest where each layer has its own; 0 where there is none."""
    value = facts.get(name)
    numbers = value if isinstance(value, list) else [value]
    return max((one for one in numbers if isinstance(one, int) and one > 0), default=0)


def _facts(file: BinaryIO, name: str) -> dict[str, object]:
    """Return what stands before the words of the model, by its name."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise SettingsError(
            f"{name!r} is no GGUF file: give a model in that format, as Hugging Face offers with "
            "the filter GGUF"
        )
    facts: dict[str, object] = {}
    try:
        version, _, count = _unpacked(file, "IQQ")
        for _ in range(min(int(count), _MOST_FACTS) if version in _VERSIONS else 0):
            key = _text(file)
            if key.startswith("tokenizer."):
                break
            facts[key] = _value(file, int(_unpacked(file, "I")[0]))
    except (ValueError, struct.error, MemoryError) as error:
        raise SettingsError(
            f"{name!r} begins as a GGUF file does and breaks off or is damaged: fetch it again"
        ) from error
    return facts


def _value(file: BinaryIO, kind: int) -> object:
    if file.tell() > _MOST_BYTES:
        raise ValueError("more than any model says of itself")
    if kind == _TEXT:
        return _text(file)
    if kind != _ARRAY:
        return _unpacked(file, _scalar(kind))[0]
    kind, count = (int(one) for one in _unpacked(file, "IQ"))
    if count > _LONGEST_MEMBERS or kind == _ARRAY:
        raise ValueError("an array that no model has there")
    if kind != _TEXT:
        return list(_unpacked(file, f"{count}{_scalar(kind)}"))
    return [_value(file, kind) for _ in range(count)]


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise ValueError("a kind of value that the format does not have")
    return _SCALARS[kind]


def _text(file: BinaryIO) -> str:
    (length,) = _unpacked(file, "Q")
    if length > _LONGEST_TEXT:
        raise ValueError("a text that no model has there")
    return file.read(int(length)).decode("utf-8", "replace")


def _unpacked(file: BinaryIO, form: str) -> tuple[int | float, ...]:
    return struct.unpack(f"<{form}", file.read(struct.calcsize(f"<{form}")))
