import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cnn_course.detection import faster_rcnn
from cnn_course.pipelines import (
    batches,
    build_for_fit,
    draw_starts,
    start_over,
)


class Counted(layers.Layer):
    """Python runs `call` only while a graph is traced (or eagerly)."""

    def __init__(self):
        super().__init__()
        self.traces = 0

    def call(self, x):
        self.traces += not tf.executing_eagerly()
        return x


class Batches(keras.utils.PyDataset):
    def __init__(self, *arrays):
        super().__init__()
        self.arrays = arrays

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return tuple(a[4 * i : 4 * i + 4] for a in self.arrays)


def small(**options):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((None, None, 1))
    counted = Counted()
    x = layers.Conv2D(4, 3, padding="same")(counted(inputs))
    x = layers.GlobalAveragePooling2D()(layers.BatchNormalization()(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    options = {
        "optimizer": "adam",
        "loss": "sparse_categorical_crossentropy",
        "metrics": ["accuracy"],
        "weighted_metrics": ["accuracy"],
    } | options
    model.compile(**options)
    counted.traces = 0  # keras.Model has traced it, to know its shapes
    return model, counted


rng = np.random.default_rng(0)
x = rng.normal(size=(8, 6, 6, 1)).astype("float32")
y = rng.integers(0, 3, size=8)
weight = rng.uniform(size=8).astype("float32")
KINDS = {
    "arrays": lambda *parts: parts,
    "batches": lambda *parts: batches(*parts, batch_size=4, seed=0),
    "PyDataset": Batches,
}


def fit(model, data):
    options = {"epochs": 2, "shuffle": False, "verbose": 0}
    if isinstance(data, tuple):
        options |= dict(zip(["x", "y", "sample_weight"], data, strict=False))
        return model.fit(batch_size=4, **options).history
    return model.fit(data, **options).history


@pytest.mark.parametrize(
    ("kind", "parts", "steps"),
    [
        ("arrays", (x, y, weight), 1),
        ("batches", (x, y), 2),
        ("batches", (x, y, weight), 1),
        ("PyDataset", (x, y), 1),
    ],
)
def test_a_step_is_traced_once_and_learns_the_same(kind, parts, steps):
    """Without it twice: the fault of Keras and TensorFlow that we avoid."""
    model, counted = small(steps_per_execution=steps)
    before = fit(model, KINDS[kind](*parts))
    assert counted.traces == 2
    model, counted = small(steps_per_execution=steps)
    data = KINDS[kind](*parts)
    assert build_for_fit(model, data) is model
    assert counted.traces == 0
    assert fit(model, data) == before
    assert counted.traces == 1


def test_nothing_is_learned_or_counted():
    model, _ = small()
    weights = model.get_weights()
    build_for_fit(model, (x, y))
    for old, new in zip(weights, model.get_weights(), strict=True):
        assert np.array_equal(old, new)
    assert model.optimizer.iterations == 0
    assert not any(
        np.any(v) for metric in model.metrics for v in metric.variables
    )


def test_sides_that_the_data_leaves_open():
    model, counted = small()
    pictures = tf.data.Dataset.from_generator(
        lambda: zip(x, y, strict=True),
        output_signature=(
            tf.TensorSpec((None, None, 1)),
            tf.TensorSpec((), tf.int64),
        ),
    ).batch(4)
    pictures = pictures.apply(tf.data.experimental.assert_cardinality(2))
    build_for_fit(model, pictures).fit(pictures, shuffle=False, verbose=0)
    assert counted.traces == 1


def test_a_model_with_a_loss_of_its_own():
    model = faster_rcnn.FasterRCNN(32, 2, shapes=[(8, 8)], proposals=4)
    model.compile("adam")
    pictures = rng.uniform(0, 255, size=(2, 32, 32, 3)).astype("float32")
    truth = {
        "boxes": np.array([[[2, 2, 20, 20]]] * 2, "float32"),
        "labels": np.array([[1], [0]], "int32"),
    }
    build_for_fit(model, (pictures, truth))
    assert model.optimizer.built
    assert model.optimizer.iterations == 0


def test_a_model_that_is_not_compiled():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1)])
    with pytest.raises(ValueError, match=r"must be compiled.*model\.compile"):
        build_for_fit(model, (np.ones((1, 2)), np.ones((1, 1))))
    with pytest.raises(ValueError, match="must be compiled"):
        start_over(model, model.get_weights())


OPTIMIZERS = {
    "SGD": keras.optimizers.SGD(0.1, momentum=0.9),
    "Adam": keras.optimizers.Adam(0.01),
    "schedule": keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.01, 4)
    ),
    "averaged": keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=1),
    "Adagrad": keras.optimizers.Adagrad(),  # starts with 0.1
}


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_a_second_training_from_the_same_start_is_the_first_again(optimizer):
    model, counted = small(optimizer=optimizer, metrics=None)
    start = model.get_weights()
    build_for_fit(model, (x, y))
    histories, ends = [], []
    for _ in range(2):
        start_over(model, start)
        histories.append(fit(model, (x, y)))
        ends.append(model.get_weights())
    assert histories[0] == histories[1]
    for one, two in zip(*ends, strict=True):
        assert np.array_equal(one, two)
    assert counted.traces == 1


def test_the_learning_rate_stays():
    model, _ = small()
    model.optimizer.learning_rate = 0.25
    start_over(model, model.get_weights())
    assert model.optimizer.learning_rate == 0.25
    assert model.optimizer.iterations == 0


def test_starts_are_those_of_their_seeds():
    def make():
        return keras.Sequential([keras.Input((3,)), layers.Dense(2)])

    starts = draw_starts(make, [5, 3, 5])
    keras.utils.set_random_seed(3)
    assert np.array_equal(starts[1][0], make().get_weights()[0])
    assert np.array_equal(starts[0][0], starts[2][0])
    assert not np.array_equal(starts[0][0], starts[1][0])


def test_weights_of_another_network():
    model, _ = small()
    with pytest.raises(ValueError, match="weights"):
        start_over(model, model.get_weights()[:-1])
