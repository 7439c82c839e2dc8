"""The word lists of the verification, read once from package data; no rule lives here."""

from functools import cache

from index.data_files import data_toml


@cache
def lists() -> dict[str, frozenset[str]]:
    """Return the word lists of `rag/data/verification_words.toml` that are written as words."""
    return {
        name: frozenset(words.split())
        for name, words in _table("verification_words").items()
        if isinstance(words, str)
    }


@cache
def phrases(name: str) -> tuple[str, ...]:
    """Return a list of `rag/data/verification_words.toml` that is written as strings."""
    return tuple(_table("verification_words")[name])


@cache
def titles() -> frozenset[str]:
    """Return the words that stand before a name without changing it, in lower case."""
    return frozenset(_table("names")["titles"].split())


@cache
def aliases() -> dict[str, str]:
    """Return the common stem of each known form of a name; forms of several words have `_`."""
    return {
        form: f"={line.split()[0]}" for line in _table("names")["same"] for form in line.split()
    }


@cache
def base_forms() -> dict[str, str]:
    """Return the stem of the base form of each irregular form of a verb."""
    rows = (row.split() for row in phrases("irregular"))
    return {form: base for base, *forms in rows for form in forms}


@cache
def phrasal() -> dict[tuple[str, str], str]:
    """Return the stem that a verb's stem and the particle behind it mean."""
    rows = (row.split() for row in phrases("phrasal"))
    return {(form.split("_")[0], form.split("_")[1]): meant for form, meant in rows}


def _table(name: str) -> dict:  # type: ignore[type-arg]  # tables of a TOML file
    return data_toml("rag", f"{name}.toml")
