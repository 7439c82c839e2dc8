"""The library that the crash runs work on: its documents, its changes, and all that it answers."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain
from pathlib import Path

from index.store.library import Library, open_library
from index.sync import ingest
from index.sync.intake import Article, read_articles, read_named
from index.sync.watch import Folders
from index.types import DocumentSummary
from index.upkeep.doctor import check
from index.upkeep.removed import FOLDER, Removals
from index.upkeep.repair import compact, repair
from index.upkeep.transfer import export_library, import_library
from rag import Assistant, Settings
from rag.internal import as_json
from rag.library import OpenLibrary
from rag.testing import HashEmbedder

Texts = Mapping[str, str]
Change = Callable[[Library], object]

QUESTIONS = (
    "Which ship carries copper to port 17?",
    "Where does ship 205 sail?",
    "What is the cargo of ship 388?",
    "Who repaired the harbour of town 7?",
    "Where does ship 11 sail?",
)
_CARGO = ("copper", "amber", "salt", "timber", "wool", "tin", "glass")


def text_of(number: int, *, edition: int = 1) -> str:
    """Return the text of one article; editions share half of their sentences."""
    first = number * 30
    lines = [
        f"Ship {n} carries {_CARGO[n % 7]} to port {n * 7919 % 97}"
        + (f" since spring {edition}." if n % 2 else ".")
        for n in range(first, first + 30)
    ]
    return "\n\n".join([f"Town {number} repaired its harbour.", *lines])


UPLOADS = "uploads/"
"""How the sources of those begin that are uploaded; the others are given as text."""

FILES = ("town60.txt", "town61.txt", "town62.txt")
"""What lies in the folder that is registered."""

OLD: Texts = {
    **{f"town{n:02}": text_of(n) for n in range(40)},
    **{f"{UPLOADS}{n}/town90.txt": text_of(90) for n in range(2)},
}
MORE: Texts = {f"town{n:02}": text_of(n) for n in range(40, 80)}
FEW: Texts = {f"town{n:02}": text_of(n) for n in range(40, 44)}
CHANGED: Texts = {f"town{n:02}": text_of(n, edition=2) for n in range(5)}
SENT: Texts = {
    **{f"{UPLOADS}{n}/town{n}.txt": text_of(n) for n in range(91, 94)},
    f"{UPLOADS}1/town90.txt": text_of(90, edition=2),
    f"{UPLOADS}94/copy.txt": text_of(91),
}
GONE = (*(f"town{n:02}" for n in range(30, 38)), f"{UPLOADS}1/town90.txt")
TAGGED = tuple(f"town{n:02}" for n in range(12))
"""Those that have tags from the beginning."""
BACK: Texts = {f"town{n}": text_of(n) for n in (95, 96)}
"""What was removed before each change, and can be had back; none of them adds it again."""
INTRODUCED = tuple(f"town{n:02}" for n in range(0, 40, 3))
"""Those that are introduced from the beginning, some of which are changed or removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a library holds."""

    texts: Texts
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each source that has any."""
    folders: tuple[str, ...] = ()
    """That are registered."""
    introduced: Mapping[str, str] = field(default_factory=dict)
    """Of each source that is introduced, a question that it is offered with."""
    removed: tuple[Texts, ...] = ()
    """What can be had back."""

    @property
    def had_back(self) -> "Kept":
        """What the library holds once every removal is undone; introductions are made anew."""
        texts = {s: t for removal in self.removed for s, t in removal.items()}
        return replace(self, texts={**self.texts, **texts}, removed=())

    def only(self, sources: Collection[str]) -> "Kept":
        """Return what is left where only these sources are."""
        return replace(
            self,
            texts={s: t for s, t in self.texts.items() if s in sources},
            introduced={s: q for s, q in self.introduced.items() if s in sources},
        )


def opened(folder: Path, on_step: Callable[[str], None] = lambda step: None) -> Library:
    """Open a library with the fast embedder."""
    return open_library(folder, model="hash", load=HashEmbedder, on_step=on_step)


def add(texts: Texts) -> Change:
    """Return a change that adds articles, some of them as uploads."""

    def change(library: Library) -> object:
        given = {s: t for s, t in texts.items() if not s.startswith(UPLOADS)}
        articles = (Article(source=s, title=s, text=t) for s, t in given.items())
        sent = {s: _sent(s, t) for s, t in texts.items() if s not in given}
        incoming = chain(read_articles(articles), read_named(sent, on_read=lambda source: None))
        return len(ingest.add(library, incoming).changes)

    return change


def build(kept: Kept, library: Library) -> object:
    """Make a library that holds all that."""
    in_folder = [s for s in kept.texts if Path(s).is_absolute()]
    gone = {s: t for removal in kept.removed for s, t in removal.items()}
    texts = {**kept.texts, **gone}
    add({s: t for s, t in texts.items() if s not in in_folder})(library)
    for source in kept.tags.keys() & texts.keys():
        library.tag([_ids(library)[source]], add=kept.tags[source])
    introduced(library, questions=kept.introduced)
    for removal in kept.removed:
        set_aside(library, sources=removal)
    for folder in kept.folders:
        _folders(library).register(folder)
    return follow(library) if in_folder else 0


def introduced(library: Library, *, questions: Mapping[str, str]) -> object:
    """Introduce documents by their sources, each with a question."""
    ids = _ids(library)
    asked = {ids[source]: [question] for source, question in questions.items()}
    opened_library = OpenLibrary(library, seeds=False, on_progress=lambda done, total: None)
    return opened_library.introduce(asked)


def set_aside(library: Library, *, sources: Collection[str]) -> object:
    """Remove those that are there so that they can be had back."""
    ids = [_ids(library)[source] for source in sources if source in _ids(library)]
    return removals(library).remove(ids).documents if ids else 0


def undo(library: Library) -> object:
    """Undo every removal."""
    return sum(len(removals(library).put_back(r.id).changes) for r in removals(library).all())


def let_go(library: Library) -> object:
    """Let go of every removal."""
    return [removals(library).let_go(removal.id) for removal in removals(library).all()]


def removals(library: Library) -> Removals:
    """Return what was removed from a library and can be had back."""
    return Removals(library, library.folder / FOLDER, on_progress=lambda done, total: None)


def follow(library: Library) -> object:
    """Bring the library in step with the folder that is registered."""
    return len(_folders(library).sync())


def tagged(library: Library, *, sources: Collection[str], tag: str, take: bool = False) -> object:
    """Give documents a tag, or take it away."""
    ids = [_ids(library)[source] for source in sources]
    return len(library.tag(ids, **{"remove" if take else "add": [tag]}))


def _folders(library: Library) -> Folders:
    return Folders(library, on_progress=lambda done, total: None)


def _ids(library: Library) -> dict[str, str]:
    return {c.card.source: c.id for c in library.summaries()}


def _sent(source: str, text: str) -> Path:
    """Write the file of an upload where a page's lies for a while; return its path."""
    path = Path(tempfile.gettempdir()) / source
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def remove(library: Library) -> object:
    """Remove those that a run before has not removed already."""
    ids = [c.id for c in library.summaries() if c.card.source in GONE]
    return len(library.remove(ids)) if ids else 0


def rebuild(library: Library) -> object:
    """Lose all vectors, and repair."""
    shutil.rmtree(library.folder / "vectors", ignore_errors=True)
    return len(repair(library, on_progress=lambda done, total: None).findings)


def bring(archive: Path) -> Change:
    """Return a change that imports an archive."""
    return lambda library: len(
        import_library(library, archive, on_progress=lambda done, total: None).changes
    )


def compacted(library: Library) -> object:
    """Compact."""
    return compact(library).bytes_after


def at_first(work: Path) -> Kept:
    """Return what the template holds: articles, two uploads, tags, and a folder to be followed."""
    tags = {source: ("Ships", f"Port {n % 3}") for n, source in enumerate((*TAGGED, *BACK))}
    return Kept(
        texts=OLD,
        tags=tags,
        folders=(str(work / "followed"),),
        introduced={source: f"Who repaired {source}?" for source in INTRODUCED},
        removed=(BACK,),
    )


def make_folders(work: Path) -> None:
    """Make the folders that are registered, with files that nobody writes any more."""
    for name, files in (("followed", FILES), ("other", ())):
        (work / name).mkdir()
        for number, file in enumerate(files, start=60):
            path = work / name / file
            path.write_text(text_of(number), encoding="utf-8")
            os.utime(path, (1_700_000_000, 1_700_000_000))


def changes(work: Path) -> dict[str, tuple[Change, Kept]]:
    """Return the changes by name, each with what the library holds after it."""
    archive, old = work / "archive.zip", at_first(work)
    other = str(work / "other")
    files = {str(work / "followed" / f): text_of(n) for n, f in enumerate(FILES, start=60)}
    given = {**old.tags, **{s: (*old.tags.get(s, ()), "Given") for s in OLD}}
    taken = {**old.tags, **{s: tuple(t for t in old.tags[s] if t != "Ships") for s in TAGGED}}
    anew = {s: f"Where does {s} lie?" for s in OLD}

    def now(texts: Texts) -> Kept:
        same = {s: q for s, q in old.introduced.items() if texts.get(s) == OLD[s]}
        return replace(old, texts=texts, introduced=same)

    left = now({s: t for s, t in OLD.items() if s not in GONE})

    return {
        "add 4": (add(FEW), now({**OLD, **FEW})),
        "add 40": (add(MORE), now({**OLD, **MORE})),
        "change 5": (add(CHANGED), now({**OLD, **CHANGED})),
        "upload 5": (add(SENT), now({**OLD, **SENT})),
        "remove 9": (remove, left),
        "remove 9, to be had back": (
            partial(set_aside, sources=GONE),
            replace(left, removed=(BACK, {s: OLD[s] for s in GONE})),
        ),
        "undo": (undo, replace(old, texts={**OLD, **BACK}, removed=())),
        "let go": (let_go, replace(old, removed=())),
        "introduce 42": (partial(introduced, questions=anew), replace(old, introduced=anew)),
        "import": (bring(archive), now({**OLD, **FEW, **CHANGED})),
        "compact": (compacted, old),
        "repair": (rebuild, old),
        "tag 42": (partial(tagged, sources=OLD, tag="Given"), replace(old, tags=given)),
        "untag 12": (
            partial(tagged, sources=TAGGED, tag="Ships", take=True),
            replace(old, tags=taken),
        ),
        "register": (
            lambda library: _folders(library).register(other).path,
            replace(old, folders=(*old.folders, other)),
        ),
        "follow 3": (follow, now({**OLD, **files})),
    }


def make_archive(work: Path) -> None:
    """Write the archive that one of the changes imports."""
    library = opened(work / "exported")
    add({**FEW, **CHANGED})(library)
    export_library(library, work / "archive.zip")


def state(folder: Path) -> object:
    """Return all that a library says, without times: documents, tags, folders, an answer, ranks."""
    settings = Settings(library=folder, seeds=False)
    with Assistant.open(settings, embedder=HashEmbedder()) as assistant:
        cards = {
            c.card.source: [
                *(c.id, c.card.sha256, c.sentences, _original(assistant, c)),
                *sorted(c.card.tags),
            ]
            for c in assistant.library.documents()
        }
        cards["registered"] = sorted(f.path for f in assistant.library.folders.all())
        for tag, number in assistant.library.tags().items():
            cards[f"tag {tag}"] = [number]
        removed = assistant.library.removals.all()
        cards["removed"] = sorted(f"{r.documents}: {' '.join(sorted(r.titles))}" for r in removed)
        told = _introductions(assistant)
        answers = [rounded(as_json(assistant.ask(QUESTIONS[0])))]
        answers += [
            {"question": question, "text": hits[0].passage.text, "hits": rounded(as_json(hits))}
            for question in QUESTIONS[1:]
            if (hits := assistant.search(question))
        ]
    return {"cards": cards, "introductions": told, "answers": answers}


def _introductions(assistant: Assistant) -> dict[str, list[str]]:
    """Return the questions and sentences that introduce documents, by source."""
    sources = {c.id: c.card.source for c in assistant.library.documents()}
    found = assistant.library.introductions(*sources)
    return {sources[one]: [*told.questions, *told.overview] for one, told in found.items()}


def _original(assistant: Assistant, document: DocumentSummary) -> str:
    """Return the hash of what is kept of a document; empty where nothing is."""
    if not document.card.original_sha256:
        return ""
    return hashlib.sha256(assistant.library.original_bytes(document.id)).hexdigest()


_PASSING = ("seconds", "imported", "source_note", "tags_taken")
"""What depends on when and by which way documents and tags came."""


def rounded(value: object) -> object:
    """Return plain data with numbers to five digits and without what is passing."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in sorted(value.items()) if k not in _PASSING}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return round(value, 5) if isinstance(value, float) else value


def changed(folder: Path, change: Change) -> object:
    """Make a change; return what the doctor finds then, and the state."""
    library = opened(folder)
    change(library)
    found = check(library)
    library.close()
    return [[finding.problem for finding in found.findings], state(folder)]


def modules_of(folder: Path) -> list[str]:
    """Return the names of all modules that a library is asked, changed and mended with."""
    library = opened(folder)
    change = library.tag([library.summaries()[0].id], add=["Ships"])
    library.close()
    return [*sys.modules] if change and repaired(folder) and state(folder) else []


def had_back(folder: Path) -> object:
    """Undo every removal; return what the doctor finds then, and the state."""
    return changed(folder, undo)


def repaired(folder: Path) -> object:
    """Repair; return what the doctor still finds, and the state."""
    library = opened(folder)
    left = repair(library, on_progress=lambda done, total: None)
    library.close()
    return [[finding.problem for finding in left.findings], state(folder)]
