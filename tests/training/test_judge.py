"""The judge's trainer: what is drawn and left out, and that a run learns, goes on and is exported.

Its rows are made up here; the body is the base model with a few steps of training.
"""

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch

from index.embedding import onnx
from index.embedding.onnx import load_tokenizer
from training import export, judge_items, judge_train, reader_weights
from training.judge_draw import ItemMaker
from training.judge_items import Group, Judged, Step, steps_of
from training.judge_losses import losses
from training.judge_model import Judge, scored
from training.judge_rows import (
    DENIED,
    FAMILIES,
    MIX,
    OPEN,
    SAID,
    Statement,
    family_of,
    is_fresh,
    read_families,
    read_mix,
)
from training.rows import Row, drawn

TOWNS = [("Riga", "Anna Berg"), ("Turin", "Luca Conti"), ("Lyon", "Marc Petit")]
TOKENIZER = load_tokenizer(onnx.model_folder() / "tokenizer.json")


def passage(town: str, builder: str) -> str:
    return (
        f"The old bridge in {town} was built by {builder} in 1901. Boats pass below it. "
        f"Many people of {town} cross it each day. It was painted green in spring."
    )


def question(town: str, builder: str, *, answered: bool = True, family: str = "own:23:001") -> Row:
    context = passage(town, builder)
    start = context.index(builder)
    return Row(
        question=f"Who {'built' if answered else 'sold'} the old bridge in {town}?",
        context=context,
        answers=((start, start + len(builder)),) if answered else (),
        document=f"{family}-{town[0].lower()}",
    )


def statement(town: str, builder: str, said: str, allowed: int) -> Statement:
    context = passage(town, builder)
    return Statement(
        statement=said,
        context=context,
        allowed=(allowed,),
        document="own:23:001-a",
        source="claims",
    )


QUESTIONS = [question(*pair, answered=answered) for answered in (True, False) for pair in TOWNS]
STATEMENTS = [
    statement("Riga", "Anna Berg", "Anna Berg built the bridge in Riga.", SAID),
    statement("Riga", "Anna Berg", "Luca Conti built the bridge in Riga.", DENIED),
    statement("Riga", "Anna Berg", "The bridge was dear.", OPEN),
]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Compute in one thread: of two that share each operation one waits for the other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def items(seed: int = 1, times: int = 1) -> list[Group | Judged]:
    return ItemMaker(QUESTIONS * times, STATEMENTS * times, TOKENIZER, seed=seed).items()


def text(ids: Sequence[int]) -> str:
    return TOKENIZER.decode(list(ids))


def test_the_same_seed_draws_the_same_items_and_another_one_others() -> None:
    assert items(seed=1) == items(seed=1)
    assert items(seed=1) != items(seed=2)
    assert drawn([1, 2, 3, 4], 1.5, random.Random(1)) == drawn([1, 2, 3, 4], 1.5, random.Random(1))
    assert len(drawn([1, 2, 3, 4], 1.5, random.Random(1))) == 6


def test_an_answered_group_holds_its_window_first_and_then_windows_without_the_answer() -> None:
    groups = [i for i in items(times=20) if isinstance(i, Group) and i.answered]
    assert len(groups) >= 55
    found = set()
    for group in groups:
        gold, *others = group.windows
        assert gold.span is not None
        answer = text(gold.ids[gold.span[0] : gold.span[1] + 1])
        found.add(answer)
        assert len(others) <= 2
        for other in others:
            assert other.span is None
            assert answer not in text(other.ids[other.passage_from :])
    assert found == {"anna berg", "luca conti", "marc petit"}
    assert sum(len(group.windows) > 1 for group in groups) > len(groups) / 2


def test_a_near_miss_is_a_group_that_nothing_answers() -> None:
    groups = [i for i in items(times=5) if isinstance(i, Group) and not i.answered]
    asked = [text(window.ids) for group in groups for window in group.windows]
    assert len(asked) >= 15
    assert sum(f"bridge in {town.lower()}" in said for said in asked for town, _ in TOWNS) >= 10
    assert all(window.span is None for group in groups for window in group.windows)


def test_sentences_are_statements_that_their_window_says_or_does_not_say() -> None:
    def judged(sentences: int) -> list[Judged]:
        rows = [question(*town) for town in TOWNS]
        made = ItemMaker(rows, [], TOKENIZER, seed=3, sentences=sentences).items()
        return [item for item in made if isinstance(item, Judged)]

    assert not judged(0)
    found = judged(200)
    assert {item.allowed for item in found} == {(SAID,), (DENIED, OPEN)}
    for item in found:
        statement, window = TOKENIZER.decode(list(item.window.ids)), item.window.passage_from
        if item.allowed == (SAID,) and "luca conti" in statement and "1901" in statement:
            assert "luca conti in 1901" in TOKENIZER.decode(list(item.window.ids[window:]))


def test_items_are_kept_in_a_file_as_they_were(tmp_path: Path) -> None:
    made = items(times=3)
    judge_items.save(made, tmp_path / "items.npz")
    assert judge_items.load(tmp_path / "items.npz") == made


def write(path: Path, rows: Sequence[dict[str, object]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def made_data(folder: Path) -> Path:
    """Write a mix of one file of questions and one of claims, each with a family set aside."""
    aside, kept = sorted(read_families(FAMILIES))[0], "own:23:001"
    rows: list[dict[str, object]] = []
    claims: list[dict[str, object]] = []
    for family, town, builder in ((kept, "Riga", "Anna Berg"), (aside, "Zebraville", "Zed Ott")):
        context = passage(town, builder)
        answers = {"text": [builder], "answer_start": [context.index(builder)]}
        named = {"title": f"{family}-a", "context": context}
        rows.append({**named, "question": f"Who built it in {town}?", "answers": answers})
        claims.append({**named, "claim": f"{builder} built it.", "label": "said"})
    write(folder / "written" / "questions.jsonl.gz", rows)
    write(folder / "written" / "claims.jsonl.gz", claims)
    mix = {"questions": {"written/questions": 2.0}, "statements": {"written/claims": 1.0}}
    (folder / "mix.json").write_text(json.dumps(mix), encoding="utf-8")
    return folder


def test_a_family_that_is_set_aside_is_neither_asked_about_nor_shown(tmp_path: Path) -> None:
    data, aside = made_data(tmp_path), read_families(FAMILIES)
    questions, statements = read_mix(data / "mix.json", data, aside=aside, chance=random.Random(1))
    assert [q.document for q in questions] == ["own:23:001-a"] * 2
    assert [s.document for s in statements] == ["own:23:001-a"]
    made = ItemMaker(questions, statements, TOKENIZER, seed=1).items()
    windows = [w for item in steps_of(made, 1) for w in item.windows]
    assert windows
    assert not any("zebraville" in text(window.ids) for window in windows)


def test_eighty_families_are_set_aside_half_of_them_fresh() -> None:
    families = read_families(FAMILIES)
    assert len(families) == 80
    assert sum(is_fresh(f) for f in families) == 40
    assert {family_of(f"{family}-b") for family in families} == families
    assert family_of("Oxygen") == ""


def test_the_mix_names_files_with_positive_shares() -> None:
    mix = json.loads(MIX.read_text(encoding="utf-8"))
    assert set(mix) == {"questions", "statements"}
    assert all(share > 0 for part in mix.values() for share in part.values())


class Stopping(list[Step]):
    """Steps of which one stops the run."""

    def __getitem__(self, n: int) -> Step:  # type: ignore[override]
        if n == 4:
            raise KeyboardInterrupt
        return super().__getitem__(n)


def model() -> Judge:
    torch.manual_seed(1)
    made = Judge(onnx.model_folder())
    made.bert.encoder.layer[:5].requires_grad_(False)
    return made


def run(folder: Path, steps: list[Step], trained: Judge) -> None:
    folder.mkdir(exist_ok=True)
    made = judge_train.Run(folder, trained, steps=len(steps), rate=3e-4, keep=0.9)
    made.train(steps, seconds_between=-1 if isinstance(steps, Stopping) else 300)


def total(judge: Judge, steps: Sequence[Step]) -> float:
    with torch.no_grad():
        return sum(float(sum(losses(s, scored(judge, s.windows)).values())) for s in steps)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Step], Judge]:
    """Return the folder of a short run, its steps and the model after it."""
    folder = tmp_path_factory.mktemp("whole")
    steps = steps_of(items(times=4), 120)[:8]
    judge = model()
    run(folder, steps, judge)
    return folder, steps, judge


def test_a_few_steps_lower_the_loss(trained: tuple[Path, list[Step], Judge]) -> None:
    _, steps, judge = trained
    assert len(steps) == 8
    assert total(judge, steps) < 0.95 * total(model(), steps)


def test_a_run_that_was_stopped_ends_with_the_weights_of_one_that_was_not(
    trained: tuple[Path, list[Step], Judge], tmp_path: Path
) -> None:
    folder, steps, _ = trained
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, Stopping(steps), model())
    assert torch.load(tmp_path / "checkpoint.pt", weights_only=True)["step"] == 4
    run(tmp_path, steps, model())
    whole, parted = (
        torch.load(path / "checkpoint.pt", weights_only=True) for path in (folder, tmp_path)
    )
    assert whole["step"] == parted["step"] == 8
    for part in ("model", "mean"):
        assert all(torch.equal(whole[part][n], parted[part][n]) for n in whole[part])
    assert not torch.equal(whole["model"]["head.weight"], whole["mean"]["head.weight"])


def test_what_is_exported_in_8_bits_reads_back_close_and_goes_into_a_model(
    trained: tuple[Path, list[Step], Judge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint = f"{trained[0] / 'checkpoint.pt'}:mean"
    small, full = tmp_path / "small.safetensors", tmp_path / "full.safetensors"
    words = ["export", checkpoint, "--out", str(small), "--full", str(full)]
    monkeypatch.setattr("sys.argv", words)
    export.main()
    exact, rounded, half = (reader_weights.load(str(p)) for p in (checkpoint, small, full))
    assert set(exact) == set(rounded) == set(half)
    assert exact["statement.weight"].shape == (3, 768)
    for name, array in exact.items():
        if name.startswith(reader_weights.HEADS):
            assert np.array_equal(rounded[name], array)
        assert np.abs(rounded[name] - array).max() <= np.abs(array).max() / 250
        assert np.abs(half[name] - array).max() <= np.abs(array).max() / 2000
    judge = model()
    judge.take(rounded)
    assert torch.equal(judge.statement.weight, torch.from_numpy(exact["statement.weight"]))


def test_the_whole_program_draws_trains_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made_data(tmp_path)
    words = ["train", "--data", str(data), "--mix", str(data / "mix.json"), "--tokens", "40"]
    monkeypatch.setattr("sys.argv", [*words, "--out", str(tmp_path / "out"), "--steps", "2"])
    judge_train.main()
    (tmp_path / "out" / "steps").write_text("3", encoding="utf-8")
    judge_train.main()
    stored = torch.load(tmp_path / "out" / "checkpoint.pt", weights_only=True)
    assert stored["step"] == 3
