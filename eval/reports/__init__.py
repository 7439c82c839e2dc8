"""Reports of evaluation runs: text, Markdown, HTML, and what programs read; `write` puts them."""
