"""What a model's name says of its prefixes, languages and cosines."""

import pytest

from index.embedding.embedder import cosines, is_multilingual, prompts

E5 = {"query": "query: ", "document": "passage: "}


@pytest.mark.parametrize(
    ("model", "wanted"),
    [
        ("multilingual-e5-small", E5),
        ("intfloat/multilingual-e5-large", E5),
        ("intfloat/e5-base-v2", E5),
        ("/models/e5-small-v2/", E5),
        ("intfloat/multilingual-e5-large-instruct", None),
        ("/e5-models/bge-small", None),
        ("all-MiniLM-L6-v2", None),
        ("some/made5-model", None),
    ],
)
def test_e5_wants_prefixes_and_is_known_by_its_name(
    model: str, wanted: dict[str, str] | None
) -> None:
    assert prompts(model) == wanted


@pytest.mark.parametrize(
    ("model", "many"),
    [
        ("multilingual-e5-small", True),
        ("sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2", True),
        ("BAAI/bge-m3", True),
        ("sentence-transformers/LaBSE", True),
        ("all-MiniLM-L6-v2", False),
        ("intfloat/e5-base-v2", False),
        ("/multilingual/bge-small-en", False),
    ],
)
def test_a_model_of_many_languages_is_known_by_its_name(model: str, many: bool) -> None:
    assert is_multilingual(model) is many


def test_cosines_lie_where_the_model_puts_them() -> None:
    assert cosines("all-MiniLM-L6-v2") == (0.0, 1.0)
    assert cosines("intfloat/multilingual-e5-small") == (0.7, 1.0)
    assert cosines("multilingual-e5-small") == (0.0, 0.4)
