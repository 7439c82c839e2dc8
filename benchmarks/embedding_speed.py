"""Compares the speed and memory of our embedding engine with sentence-transformers' defaults.

Run from the repository's root, with nothing else running:

    python -m benchmarks.embedding_speed                        # 1,000 passages, 5 pairs
    python -m benchmarks.embedding_speed --passages 100 --pairs 3 --text article.txt

Each run is a fresh process, in the order A B A B ...: A is the engine `onnx`, B is
`SentenceTransformer.encode` with its defaults (batches of 32), the same weights. Seconds are those
of embedding alone; loading the model is shown apart (A checks its weights while it embeds). Memory
is the process's peak resident set. The ratios printed last are medians over the pairs; on a busy
machine the one by processor time says more.
"""

import argparse
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from index.embedding import load_embedder
from index.embedding.onnx import model_folder

_SEED_ARTICLE = Path(__file__).parents[1] / "seeds" / "japan-us-defense-ministers.txt"
_PASSAGE_TOKENS = 190
_ENGINES = ("onnx", "sentence-transformers")


def main() -> None:
    """Run the pairs and print a line for each run, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--text", type=Path, default=_SEED_ARTICLE, help="text to resample")
    parser.add_argument("--passages", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--worker", choices=_ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(_measure(options.worker, json.loads(options.text.read_text("utf-8")))))
        return
    passages = list(_resample(options.text.read_text(encoding="utf-8"), count=options.passages))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "passages.json"
        path.write_text(json.dumps(passages), encoding="utf-8")
        _compare(path, passages=len(passages), pairs=options.pairs)


def _compare(path: Path, *, passages: int, pairs: int) -> None:
    print(
        f"{'pair':>4}  {'engine':22}{'load s':>8}{'embed s':>9}{'cpu s':>8}"
        f"{'passages/s':>12}{'peak MiB':>10}"
    )
    runs: dict[str, list[dict[str, float]]] = {engine: [] for engine in _ENGINES}
    for pair in range(1, pairs + 1):
        for engine in _ENGINES:
            run = _fresh_process(engine, path)
            runs[engine].append(run)
            print(
                f"{pair:>4}  {engine:22}{run['load']:>8.2f}{run['embed']:>9.2f}{run['cpu']:>8.2f}"
                f"{passages / run['embed']:>12.1f}{run['peak']:>10.0f}",
                flush=True,
            )
    ours, theirs = (runs[engine] for engine in _ENGINES)
    faster = statistics.median(b["embed"] / a["embed"] for a, b in zip(ours, theirs, strict=True))
    cpu = statistics.median(b["cpu"] / a["cpu"] for a, b in zip(ours, theirs, strict=True))
    memory = statistics.median(a["peak"] / b["peak"] for a, b in zip(ours, theirs, strict=True))
    print(
        f"median of {pairs} pairs: {faster:.2f} times as fast ({cpu:.2f} by processor time), "
        f"{memory:.2f} of the memory"
    )


def _fresh_process(engine: str, path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.embedding_speed", "--worker", engine]
    done = subprocess.run(
        [*command, "--text", str(path)], stdout=subprocess.PIPE, text=True, check=True
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _measure(engine: str, passages: list[str]) -> dict[str, float]:
    """Embed the passages in this process: seconds, processor seconds, peak MiB."""
    start = time.perf_counter()
    embed: Callable[[list[str]], object]
    if engine == "onnx":
        embed = load_embedder(engine="onnx").embed
    else:
        from sentence_transformers import SentenceTransformer

        embed = SentenceTransformer(str(model_folder())).encode
    loaded, cpu = time.perf_counter(), time.process_time()
    embed(passages)
    finished, cpu = time.perf_counter(), time.process_time() - cpu
    unit = 1024**2 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return {"load": loaded - start, "embed": finished - loaded, "cpu": cpu, "peak": peak}


def _resample(text: str, *, count: int) -> Iterator[str]:
    """Yield passages of randomly drawn sentences, of about `_PASSAGE_TOKENS` tokens."""
    sentences = [part for part in re.split(r"(?<=[.!?”])\s+|\n+", text) if len(part) > 20]
    lengths = load_embedder(engine="onnx").count_tokens(sentences)
    rng = random.Random(0)
    for _ in range(count):
        chosen: list[str] = []
        tokens = 0
        while True:
            draw = rng.randrange(len(sentences))
            tokens += lengths[draw]
            if chosen and tokens > _PASSAGE_TOKENS + 15:
                break
            chosen.append(sentences[draw])
        yield " ".join(chosen)


if __name__ == "__main__":
    main()
