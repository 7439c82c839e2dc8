"""Reading plain text, copied blog posts included."""

from index.errors import ReadError
from index.reading.encoding import decode
from index.reading.footers import cut_footer
from index.reading.normal import normalise
from index.reading.titles import first_line_title, name_title
from index.types import Extract


class PlainReader:
    """Reads text files; the text is the file's, less the footer of a copied blog post."""

    media_types = ("text/plain",)

    def read(self, data: bytes, *, name: str) -> Extract:
        """Read a text file in whatever charset it is.

        The title is the first line where that looks like one (it stays in the text, too), else
        the file's name. Blank lines in front and blanks at the end are dropped.

        Raises:
            ReadError: It is binary, or has no visible character.
        """
        text = normalise(decode(data)).lstrip("\n").rstrip()
        if not text.strip():
            raise ReadError("it is empty but for blanks; there is nothing to quote from")
        text = cut_footer(text)
        return Extract(
            title=first_line_title(text) or name_title(name),
            text=text,
            media_type="text/plain",
        )
