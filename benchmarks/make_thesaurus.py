"""Writes the thesaurus of the verification from the data files of Princeton WordNet.

    python -m benchmarks.make_thesaurus --wordnet dict --write rag/data/thesaurus.txt

A line is a stem with the stems that may stand for it in a true retelling: words of its common
senses, the words one step more general, and words derived from it. Further lines, after `!`, hold
pairs of opposites. Senses count that the tagged corpora hold, as far as three quarters of a word's
uses go. The needed files are `index.sense` and `data.*` (WordNet 3.1, its licence allows it).
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.terms import stop_words, terms

_PARTS = {"1": "noun", "2": "verb", "3": "adj", "4": "adv", "5": "adj"}
_SENSES = 4
_SHARE = 0.08
"""Of a word's tagged uses that a sense must have after its first."""
_GENERAL = 40
"""Kinds below a word above which it says too little to stand for one of them."""


@dataclass(frozen=True, kw_only=True)
class Synset:
    """Words of one meaning with what points away from it."""

    words: tuple[str, ...]
    pointers: tuple[tuple[str, str, str, int, int], ...]
    """Symbol, part, offset, number of the source word and of the target word (0 for all)."""


def main() -> None:
    """Read WordNet and write the thesaurus."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wordnet", type=Path, required=True)
    parser.add_argument("--write", type=Path, required=True)
    args = parser.parse_args()
    synsets = {
        (part, offset): synset
        for part in ("noun", "verb", "adj", "adv")
        for offset, synset in _synsets(args.wordnet / f"data.{part}")
    }
    related: dict[str, set[str]] = defaultdict(set)
    opposite: set[tuple[str, str]] = set()
    for lemma, part, offset in _common(args.wordnet / "index.sense"):
        key = _stem(lemma)
        if key:
            related[key] |= set(_related(synsets, lemma, part, offset)) - {key, ""}
            for other in _opposites(synsets, lemma, part, offset):
                if other and other != key:
                    opposite.add((min(key, other), max(key, other)))
    lines = [f"{key}: {' '.join(sorted(words))}" for key, words in sorted(related.items()) if words]
    lines += [f"! {a} {b}" for a, b in sorted(opposite)]
    args.write.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(len(related), "stems", len(opposite), "opposites", args.write.stat().st_size, "bytes")


def _synsets(path: Path) -> Iterator[tuple[str, Synset]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            continue
        fields = line.split(" | ")[0].split()
        count = int(fields[3], 16)
        words = tuple(fields[4 + 2 * n].split("(")[0] for n in range(count))
        at = 4 + 2 * count
        pointers = []
        for n in range(int(fields[at])):
            symbol, offset, part, ends = fields[at + 1 + 4 * n : at + 5 + 4 * n]
            part = {"n": "noun", "v": "verb", "a": "adj", "s": "adj", "r": "adv"}[part]
            pointers.append((symbol, part, offset, int(ends[:2], 16), int(ends[2:], 16)))
        yield fields[0], Synset(words=words, pointers=tuple(pointers))


def _common(path: Path) -> Iterator[tuple[str, str, str]]:
    senses: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        key, offset, number, tagged = line.split()
        lemma, kind = key.split("%")
        if "_" not in lemma and lemma.isalpha():
            senses[lemma, _PARTS[kind[0]]].append((int(number), int(tagged), offset))
    for (lemma, part), found in senses.items():
        uses = sum(tagged for _, tagged, _ in found)
        for number, tagged, offset in sorted(found)[:_SENSES]:
            if tagged and (number == 1 or tagged >= _SHARE * uses):
                yield lemma, part, offset


def _related(
    synsets: dict[tuple[str, str], Synset], lemma: str, part: str, offset: str
) -> Iterator[str]:
    own = synsets[part, offset]
    yield from map(_stem, own.words)
    for symbol, kind, target, source, end in own.pointers:
        other = synsets[kind, target]
        if symbol in ("+", "\\") and source and own.words[source - 1].casefold() == lemma:
            yield _stem(other.words[end - 1])
        if symbol == "&":
            yield from map(_stem, other.words)
        below = sum(s == "~" for s, *_ in other.pointers)
        if symbol == "@" and below <= _GENERAL:
            yield from map(_stem, other.words)


def _opposites(
    synsets: dict[tuple[str, str], Synset], lemma: str, part: str, offset: str
) -> Iterator[str]:
    own = synsets[part, offset]
    for symbol, kind, target, source, end in own.pointers:
        if symbol == "!" and (source == 0 or own.words[source - 1].casefold() == lemma):
            yield _stem(synsets[kind, target].words[max(0, end - 1)])


def _stem(word: str) -> str:
    """Return the term of a single plain word that is no function word, else nothing."""
    word = word.casefold()
    found = terms(word) if word.isalpha() and word not in stop_words() else []
    return found[0] if len(found) == 1 else ""


if __name__ == "__main__":
    main()
