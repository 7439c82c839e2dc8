"""Takes an answer as it comes: passages first, then checked sentences, then the whole answer.

Prints:

    1 passage found
    text: It is closed on Mondays. [1]
    answered: Mondays, 1 footnote
"""

from rag import Answer, Article, Assistant
from rag.types import Retrieved, TextDelta

article = Article(
    source="https://example.org/museum",
    title="Opening hours",
    text="The museum opens at ten. It is closed on Mondays. The café is open every day.",
)
with Assistant.open(library="museum-library") as assistant:
    assistant.library.add_articles([article])
    for event in assistant.stream("When is the museum closed?"):
        match event:
            case Retrieved():
                print(f"{len(event.hits)} passage found")
            case TextDelta():
                print("text:", event.text)
            case Answer():
                print(f"{event.status}: {event.short}, {len(event.citations)} footnote")
