import pytest

from index.embedding.bert_graph import BertShape, build
from index.errors import EmbeddingError

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 8,
    "num_attention_heads": 2,
    "num_hidden_layers": 1,
    "layer_norm_eps": 1e-12,
}


def test_shape_is_read_from_the_configuration():
    expected = BertShape(hidden=8, heads=2, layers=1, epsilon=1e-12)
    assert BertShape.of(CONFIG) == expected


@pytest.mark.parametrize("change", [{"model_type": "mpnet"}, {"hidden_act": "gelu_new"}])
def test_another_kind_of_model_is_refused(change):
    with pytest.raises(EmbeddingError, match="choose the engine 'sentence-transformers'"):
        BertShape.of(CONFIG | change)


def test_missing_number_is_named():
    config = {key: value for key, value in CONFIG.items() if key != "hidden_size"}
    with pytest.raises(EmbeddingError, match="'hidden_size'"):
        BertShape.of(config)


def test_missing_tensor_is_named():
    with pytest.raises(EmbeddingError, match=r"no tensor 'embeddings\.word_embeddings\.weight'"):
        build(BertShape.of(CONFIG), {}, location="w", layout="tokens-first")
