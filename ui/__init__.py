"""The page and the servers for other programs: clients of what `rag` and `eval` export.

`ui.app` builds and serves the page, `ui.serve` and `ui.mcp_stdio` serve programs without one.

It is loaded when it is first used, since every `footnote --help` imports this package.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.app import build_app

__all__ = ["build_app"]


def __getattr__(name: str) -> object:
    if name != "build_app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from ui.app import build_app

    return build_app
