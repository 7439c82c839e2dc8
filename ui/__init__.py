"""The chat page: a client of what `rag` exports; `build_app` makes it, `ui.launch` serves it."""

from ui.page import build_app

__all__ = ["build_app"]
