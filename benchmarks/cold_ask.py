"""Compares a cold `footnote ask` with the textbook LlamaIndex way, process by process.

Run from the repository's root, with nothing else running:

    pip install -c constraints.txt ".[bench]"
    python -m benchmarks.cold_ask                       # 200 passages, 7 pairs

Both sides hold the same passages, made by drawing sentences of a text with a fixed seed, and use
the same all-MiniLM-L6-v2. Each run is a fresh process that opens its index, finds the passages for
one question and prints the best: A is `footnote ask`, which reads them and answers, B is
`VectorStoreIndex` over `ChromaVectorStore` with `HuggingFaceEmbedding`, retrieval only. Seconds are
wall time of the whole process, those of processors its own, memory its peak resident set; the
ratios are medians over the pairs.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from index.splitting.sentences import split
from rag import Article, Assistant, Settings
from rag.internal import seed_paths

_QUESTION = "Which missile will Japan co-produce?"
_SENTENCES = 7
_TEXTBOOK = """
import sys, chromadb
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
folder, model, question = sys.argv[1:4]
collection = chromadb.PersistentClient(folder).get_or_create_collection("passages")
store = ChromaVectorStore(chroma_collection=collection)
embedder = HuggingFaceEmbedding(model_name=model)
if len(sys.argv) > 4:
    from llama_index.core.schema import TextNode
    texts = open(sys.argv[4], encoding="utf-8").read().split("\\x1e")
    VectorStoreIndex([TextNode(text=text) for text in texts], embed_model=embedder,
                     storage_context=StorageContext.from_defaults(vector_store=store))
else:
    index = VectorStoreIndex.from_vector_store(store, embed_model=embedder)
    print(index.as_retriever(similarity_top_k=8).retrieve(question)[0].node.get_content())
"""


def main() -> None:
    """Build both indexes, run the pairs, print each run and the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, default=seed_paths()[0], help="text to resample")
    parser.add_argument("--passages", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    passages = _resample(options.text.read_text(encoding="utf-8"), count=options.passages)
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "rag.cli", "ask", _QUESTION, "--library", f"{folder}/ours"]
        theirs = _textbook(Path(folder), passages)
        articles = (
            Article(source=str(number), title=f"Passage {number}", text=passage)
            for number, passage in enumerate(passages)
        )
        with Assistant.open(Settings(library=Path(folder) / "ours", seeds=False)) as assistant:
            assistant.library.add_articles(articles)
        _compare(ours, theirs, pairs=options.pairs)


def _textbook(folder: Path, passages: Sequence[str]) -> list[str]:
    """Build the textbook index and return the command that asks it."""
    from index.embedding.onnx import model_folder

    texts = folder / "passages.txt"
    texts.write_text("\x1e".join(passages), encoding="utf-8")
    command = [sys.executable, "-c", _TEXTBOOK, f"{folder}/theirs", str(model_folder()), _QUESTION]
    subprocess.run([*command, str(texts)], check=True, env=_offline(), stdout=subprocess.DEVNULL)
    return command


def _compare(ours: Sequence[str], theirs: Sequence[str], *, pairs: int) -> None:
    for command in (ours, theirs):
        measured(command)
    ratios = []
    print(f"{'pair':>4}  {'seconds':>15}{'of processors':>15}{'MiB':>13}   (ours / textbook)")
    for pair in range(1, pairs + 1):
        a, b = measured(ours), measured(theirs)
        ratios.append([theirs_of / ours_of for ours_of, theirs_of in zip(a, b, strict=True)])
        told = (f"{a[0]:.2f} / {b[0]:.2f}", f"{a[1]:.2f} / {b[1]:.2f}", f"{a[2]:.0f} / {b[2]:.0f}")
        print(f"{pair:>4}  {told[0]:>15}{told[1]:>15}{told[2]:>13}", flush=True)
    faster, less, leaner = (list(one) for one in zip(*ratios, strict=True))
    print(
        f"median of {pairs} pairs: {statistics.median(faster):.1f} times as fast "
        f"({min(faster):.1f} to {max(faster):.1f}), {statistics.median(less):.1f} by processor "
        f"time, {1 / statistics.median(leaner):.2f} of the memory"
    )


def measured(command: Sequence[str]) -> tuple[float, float, float]:
    """Run a command to its end; return seconds, seconds of processors and its own peak MiB.

    Raises:
        SystemExit: It failed.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=_offline())
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:3]} failed with {process.returncode}")
    peak = usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    return seconds, usage.ru_utime + usage.ru_stime, peak


def _offline() -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


def _resample(text: str, *, count: int) -> list[str]:
    chance = random.Random(0)
    sentences = [text[span.start : span.end] for span in split(text)]
    return [" ".join(chance.choices(sentences, k=_SENTENCES)) for _ in range(count)]


if __name__ == "__main__":
    main()
