"""Asks the article that ships with Footnote, and shows where the answer stands.

Prints:

    answered: AMRAAM
    [1] Japan and US Defense Ministers United in Countering China, characters 2797 to 2987
"""

from rag import Assistant

with Assistant.open(library="first-library") as assistant:
    answer = assistant.ask("Which missile will Japan co-produce?")
    print(f"{answer.status}: {answer.short}")
    for cited in answer.citations:
        print(f"[{cited.number}] {cited.card.title}, characters {cited.start} to {cited.end}")
