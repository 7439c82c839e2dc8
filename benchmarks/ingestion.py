"""Compares `footnote add` with the textbook LlamaIndex way of filling a vector store, in pairs.

Run from the repository's root, with nothing else running:

    pip install -c constraints.txt ".[bench]"
    python -m benchmarks.ingestion                      # 100 generated articles, 3 pairs
    python -m benchmarks.ingestion --articles FOLDER    # .txt files of one's own

A is `footnote add FOLDER`: every sentence embedded, words searchable, all on disk to stay. B is
`SimpleDirectoryReader`, `SentenceSplitter`, `HuggingFaceEmbedding` and `ChromaVectorStore`, as the
textbooks put them together, with the same all-MiniLM-L6-v2. Chunks have 256 tokens, as many as the
model reads; of LlamaIndex's own 1,024 it would leave three quarters out of the vectors (`--chunk
1024 --overlap 200`). Each run is a fresh process, in the order A B A B ...; what a process takes
for one short article, its imports above all, is told apart. Ratios are medians over the pairs; on a
busy machine those by processor time say more.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cold_ask import measured
from benchmarks.generated import PASSAGES, Prose
from index.embedding.onnx import model_folder

_TEXTBOOK = """
import sys, chromadb
from llama_index.core import SimpleDirectoryReader, StorageContext, VectorStoreIndex
from llama_index.core.node_parser import SentenceSplitter
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.vector_stores.chroma import ChromaVectorStore
articles, folder, model, chunk, overlap = sys.argv[1:]
collection = chromadb.PersistentClient(folder).get_or_create_collection("articles")
store = ChromaVectorStore(chroma_collection=collection)
VectorStoreIndex.from_documents(
    SimpleDirectoryReader(articles).load_data(),
    storage_context=StorageContext.from_defaults(vector_store=store),
    embed_model=HuggingFaceEmbedding(model_name=model),
    transformations=[SentenceSplitter(chunk_size=int(chunk), chunk_overlap=int(overlap))],
)
"""
_SHORT = "One short article. It has two sentences.\n"


def main() -> None:
    """Run the pairs over the articles and over one short one, and print each and the medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=Path, help="a folder of .txt files; else generated ones")
    parser.add_argument("--count", type=int, default=100, help="articles that are taken of it")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--chunk", type=int, default=256)
    parser.add_argument("--overlap", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        texts = _texts(given.articles, given.count)
        for folder, held in (("many", texts), ("one", [_SHORT])):
            (place / folder).mkdir()
            for number, text in enumerate(held):
                (place / folder / f"{number}.txt").write_text(text, encoding="utf-8")
        size = sum(map(len, texts)) / 1e6
        print(f"{len(texts)} articles, {size:.2f} million characters")
        cut = [str(given.chunk), str(given.overlap)]
        starts = [_run(place, "one", cut) for _ in range(2)][1]
        _compare(place, cut, starts, pairs=given.pairs)


def _texts(folder: Path | None, count: int) -> list[str]:
    if folder is None:
        return [f"{one.title}\n\n{one.text}" for one in Prose().articles(count * PASSAGES)]
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))[:count]]


_Run = tuple[tuple[float, float, float], ...]
"""Of ours and of theirs: seconds, seconds of processors, MiB."""


def _run(place: Path, articles: str, cut: Sequence[str]) -> _Run:
    """Fill both stores anew and return what each took."""
    ours, theirs = place / "ours", place / "theirs"
    for old in (ours, theirs):
        shutil.rmtree(old, ignore_errors=True)
    command = [sys.executable, "-m", "rag.cli", "add", str(place / articles)]
    textbook = [sys.executable, "-c", _TEXTBOOK, str(place / articles), str(theirs)]
    return (
        measured([*command, "--library", str(ours)]),
        measured([*textbook, str(model_folder()), *cut]),
    )


def _compare(place: Path, cut: Sequence[str], starts: _Run, *, pairs: int) -> None:
    print(f"{'':10}{'seconds':>16}{'of processors':>16}{'MiB':>14}   (ours / textbook)")
    _print("one short", starts)
    runs = []
    for pair in range(1, pairs + 1):
        runs.append(_run(place, "many", cut))
        _print(f"pair {pair}", runs[-1])
    for place_of, words in ((0, "by the clock"), (1, "by processor time")):
        whole = [run[1][place_of] / run[0][place_of] for run in runs]
        beyond = [
            (run[1][place_of] - starts[1][place_of]) / (run[0][place_of] - starts[0][place_of])
            for run in runs
        ]
        print(
            f"{words}: {statistics.median(whole):.2f} times as fast "
            f"({min(whole):.2f} to {max(whole):.2f}), {statistics.median(beyond):.2f} without what "
            "one short article takes"
        )


def _print(name: str, run: _Run) -> None:
    (a, a_cpu, a_peak), (b, b_cpu, b_peak) = run
    told = (f"{a:.2f} / {b:.2f}", f"{a_cpu:.2f} / {b_cpu:.2f}", f"{a_peak:.0f} / {b_peak:.0f}")
    print(f"{name:10}{told[0]:>16}{told[1]:>16}{told[2]:>14}", flush=True)


if __name__ == "__main__":
    main()
