"""Every measure, each a pure function with its source: words, citations, abstention, rankings."""
