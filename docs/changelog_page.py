"""Makes the repository's CHANGELOG.md a page of the site, without a copy of it among the pages."""

import re
from pathlib import Path
from typing import Any

PAGE = "changelog.md"
SOURCE = Path(__file__).parents[1] / "CHANGELOG.md"
_LINK = re.compile(r"\]\(\.\./CHANGELOG\.md(?=[)#])")


def on_files(files: Any, config: Any) -> Any:  # noqa: ANN401  # as MkDocs calls it
    """Return the site's files with the changelog among them."""
    from mkdocs.structure.files import File  # tests of the pages run without MkDocs

    files.append(File.generated(config, PAGE, abs_src_path=str(SOURCE)))
    return files


def on_page_markdown(markdown: str, **_page: Any) -> str:  # noqa: ANN401  # as MkDocs calls it
    """Return a page whose links to the changelog, as the repository has them, lead to its page."""
    return _LINK.sub(f"]({PAGE}", markdown)
