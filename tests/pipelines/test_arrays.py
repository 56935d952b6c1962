import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.pipelines.arrays import batches, untuned


def rows(data):
    """What one epoch yields, as one array."""
    return np.concatenate([np.asarray(part) for part in data])


@settings(deadline=None, max_examples=30)
@given(n=st.integers(1, 40), batch_size=st.integers(1, 50))
def test_every_epoch_has_every_row_once(n, batch_size):
    x = np.arange(n)
    data = batches(x, batch_size=batch_size, seed=0)
    for _ in range(2):
        found = [np.asarray(part) for part in data]
        assert np.array_equal(np.sort(np.concatenate(found)), x)
        assert [len(part) for part in found[:-1]] == [batch_size] * (
            (n - 1) // batch_size
        )


def test_every_epoch_has_an_order_of_its_own_which_the_seed_decides():
    x = np.arange(100)
    data, again = batches(x, seed=1), batches(x, seed=1)
    first, second = rows(data), rows(data)
    assert not np.array_equal(first, second)
    assert not np.array_equal(first, x)
    assert np.array_equal(rows(again), first)
    assert np.array_equal(rows(again), second)
    assert not np.array_equal(rows(batches(x, seed=2)), first)


def test_the_order_follows_the_random_seed_of_keras():
    found = []
    for seed in (0, 0, 1):
        keras.utils.set_random_seed(seed)
        found.append(rows(batches(np.arange(100))))
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_parts_stay_together_whatever_holds_them():
    x = np.arange(10)
    data = batches(x, {"a": -x, "b": (x + 0.5)[:, None]}, x**2, batch_size=4)
    assert data.element_spec[1]["b"].shape.as_list() == [None, 1]
    assert data.element_spec[1]["b"].dtype == keras.config.floatx()
    for first, second, third in data.as_numpy_iterator():
        assert np.array_equal(second["a"], -first)
        assert np.array_equal(second["b"][:, 0], first + 0.5)
        assert np.array_equal(third, first**2)


def test_fit_learns_the_same_as_from_the_arrays():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 3)).astype("float32")
    y = rng.normal(size=(50, 1)).astype("float32")
    weights = []
    for wrapped in (False, True):
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
        model.layers[0].set_weights([np.ones((3, 1)), np.zeros(1)])
        model.compile("sgd", "mse")
        data = (batches(x, y, shuffle=False),) if wrapped else (x, y)
        model.fit(*data, epochs=3, shuffle=False, verbose=0)
        weights.append(model.get_weights())
    np.testing.assert_allclose(weights[0][0], weights[1][0], rtol=1e-6)
    assert not np.allclose(weights[0][0], 1)


def test_tuning_is_off():
    assert batches(np.arange(3)).options().autotune.enabled is False
    plain = tf.data.Dataset.range(3)
    assert plain.options().autotune.enabled is None
    assert untuned(plain).options().autotune.enabled is False
    assert rows(untuned(plain).batch(2)).tolist() == [0, 1, 2]


@pytest.mark.parametrize("arrays", [(), ([1, 2], [1]), ([],)])
def test_lengths_must_agree(arrays):
    with pytest.raises(ValueError, match="arrays must have the same length"):
        batches(*arrays)


@pytest.mark.parametrize("batch_size", [0, 1.5, "8"])
def test_batch_size_must_be_a_whole_number(batch_size):
    with pytest.raises(ValueError, match="batch_size must be an int"):
        batches([1, 2], batch_size=batch_size)
