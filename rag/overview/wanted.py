"""Makes the overview of what is named: an article by its id, a topic, or else all articles."""

from index.contents import read_contents
from index.errors import UnknownDocumentError
from index.store import queries
from index.store.library import Moment
from rag.overview.asked import Whole
from rag.overview.overview import Overview, of_article, overview
from rag.question import Question, read_question


def read_wanted(moment: Moment, named: str) -> tuple[Question, Overview]:
    """Return the overview of what is named, with the question that it answers.

    Args:
        moment: The library.
        named: The id of an article or the beginning of one, a topic, or nothing for all articles.

    Raises:
        UnknownDocumentError: Ids of several articles begin so.
        LibraryError: The library cannot be read.
    """
    ids = queries.ids_like(moment.db, named) if named else ()
    if len(ids) > 1 and named not in ids and any(character.isdigit() for character in named):
        raise UnknownDocumentError(
            f"{named!r} is the beginning of {len(ids)} document ids ({', '.join(ids[:3])}...): "
            "give more of it"
        )
    if len(ids) == 1 or named in ids:
        (content,) = read_contents(moment.db, [named if named in ids else ids[0]])
        title = content.document.card.title
        return read_question(f"What is the article {title!r} about?"), of_article(content)
    asked = f"Tell me about {named}" if named else "What are my articles about?"
    return read_question(asked), overview(moment, Whole(topic=named))
