"""Checks what a person, a tool or a model wrote against your articles, claim by claim.

Prints:

    altered: The new bridge cost 13 million. the source says 12 million, not 13 million
    supported: It opens to trams on 3 May.
    unsupported: It was painted green. no source says it
"""

from rag import Article, Assistant

article = Article(
    source="https://example.org/bridge",
    title="The new bridge",
    text="The new bridge cost 12 million. It opens to trams on 3 May.",
)
written = "The new bridge cost 13 million. It opens to trams on 3 May. It was painted green."

with Assistant.open(library="bridge-library") as assistant:
    assistant.library.add_articles([article])
    for claim in assistant.verify(written).claims:
        print(f"{claim.verdict}: {claim.text} {claim.note}".strip())
