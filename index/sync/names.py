"""File names that are safe to print: which are, and how the others are shown."""

import unicodedata

_JOINERS = "\u200c\u200d"
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def is_safe(name: str) -> bool:
    """Tell whether a name shows as what it is: no controls, direction marks or broken bytes."""
    return all(char in _JOINERS or unicodedata.category(char) not in _UNSAFE for char in name)


def printable(name: str) -> str:
    r"""Return the name with what `is_safe` refuses as escapes: `\n`, `\u202e`, `\udcff`."""
    return "".join(char if is_safe(char) else ascii(char)[1:-1] for char in name)
