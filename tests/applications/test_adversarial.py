import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnn_course.console.quiet
from cnn_course import datasets
from cnn_course.applications.adversarial import (
    adversarial_epoch,
    fgsm,
    iterated_attack,
)

SPLITS = "train", "test"


@pytest.fixture(scope="module")
def linear():
    """A softmax of a linear layer, where the gradient is known by hand."""
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [
            keras.Input((3, 2, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )


def by_hand(model, x, y):
    """Gradient of the cross-entropy: kernel · (probabilities − right one)."""
    kernel, bias = (np.array(w) for w in model.layers[-1].weights)
    z = x.reshape(len(x), -1) @ kernel + bias
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return ((p - np.eye(4)[y]) @ kernel.T).reshape(x.shape)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    epsilon=st.floats(0, 2, allow_subnormal=False),
)
def test_fgsm_is_the_sign_of_the_gradient(linear, seed, epsilon):
    rng = np.random.default_rng(seed)
    x = rng.random((5, 3, 2, 1)).astype("float32")
    y = rng.integers(4, size=5)
    gradient = by_hand(linear, x, y)
    expected = np.clip(x + epsilon * np.sign(gradient), 0, 1)
    found = fgsm(linear, x, y, epsilon)
    clear = abs(gradient) > 1e-6
    np.testing.assert_allclose(found[clear], expected[clear], atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), epsilon=st.floats(0, 40))
@pytest.mark.parametrize("attack", [fgsm, iterated_attack])
def test_attacks_stay_near_and_within_the_limits(linear, attack, seed, epsilon):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 255, (4, 3, 2, 1)).astype("float32")
    y = rng.integers(4, size=4)
    found = attack(linear, x, y, epsilon, limits=(0, 255))
    assert abs(found - x).max() <= epsilon + 1e-4
    assert 0 <= found.min() <= found.max() <= 255


def test_one_large_step_is_fgsm(linear):
    rng = np.random.default_rng(0)
    x = rng.random((6, 3, 2, 1)).astype("float32")
    y = rng.integers(4, size=6)
    np.testing.assert_allclose(
        iterated_attack(linear, x, y, 0.1, steps=1),
        fgsm(linear, x, y, 0.1),
        atol=1e-6,
    )


def test_a_target_is_reached_by_going_down(linear):
    """The loss of the target falls, and no step leaves the ball."""
    x = np.random.default_rng(0).random((6, 3, 2, 1)).astype("float32")
    for target in range(4):
        wanted = [target] * 6  # a list will do
        found = iterated_attack(linear, x, wanted, 0.4, targeted=True)
        before, after = (np.array(linear(p))[:, target] for p in (x, found))
        assert (after > before).all()
        assert abs(found - x).max() <= 0.4 + 1e-6
        away = iterated_attack(linear, x, wanted, 0.4)
        assert (np.array(linear(away))[:, target] < before).all()


def test_labels_may_be_a_list(linear):
    x = np.random.default_rng(0).random((4, 3, 2, 1)).astype("float32")
    for attack in (fgsm, iterated_attack):
        np.testing.assert_array_equal(
            attack(linear, x, [0, 1, 2, 3], 0.1),
            attack(linear, x, np.arange(4), 0.1),
        )


def test_a_trained_network_is_attacked_as_it_is_now(linear):
    """The graph is made once; other weights must count all the same."""
    x = np.random.default_rng(0).random((5, 3, 2, 1)).astype("float32")
    y = np.zeros(5, int)
    before, old = fgsm(linear, x, y, 0.1), linear.get_weights()
    linear.set_weights([-w for w in old])
    after = fgsm(linear, x, y, 0.1)
    gradient = by_hand(linear, x, y)
    linear.set_weights(old)
    expected = np.clip(x + 0.1 * np.sign(gradient), 0, 1)
    np.testing.assert_allclose(after, expected, atol=1e-6)
    assert abs(after - before).max() > 0.1


def small_network():
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    loss = "sparse_categorical_crossentropy"
    model.compile("adam", loss, metrics=["accuracy"])
    return model


def test_attack_and_defence():
    """Iterating is worse than one step, and training on attacks helps."""
    train, test = (
        datasets.load("digits", split) for split in ("train", "test")
    )
    x, y = train.images / np.float32(255), train.labels
    test_x, test_y = test.images / np.float32(255), test.labels
    accuracy = lambda model, x: model.evaluate(x, test_y, verbose=0)[1]  # noqa: E731
    plain, hardened = small_network(), small_network()
    plain.fit(x, y, epochs=8, verbose=0)
    rng = np.random.default_rng(0)
    for _ in range(8):
        adversarial_epoch(hardened, x, y, 0.15, rng=rng)
    attacked = {
        name: accuracy(plain, attack(plain, test_x, test_y, 0.15))
        for name, attack in (("fgsm", fgsm), ("iterated", iterated_attack))
    }
    clean = accuracy(plain, test_x)
    assert attacked["iterated"] <= attacked["fgsm"] < clean - 0.3
    defended = accuracy(hardened, fgsm(hardened, test_x, test_y, 0.15))
    assert defended > attacked["fgsm"] + 0.15
    # Random noise of the same size is harmless: the direction matters.
    noise = rng.choice([-0.15, 0.15], size=test_x.shape)
    noisy = np.clip(test_x + noise, 0, 1).astype("float32")
    assert accuracy(plain, noisy) > clean - 0.1


@pytest.mark.parametrize("attack", [fgsm, iterated_attack])
@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"epsilon": -0.1}, "epsilon must be >= 0; got -0.1"),
        ({"epsilon": float("nan")}, "epsilon"),
        ({"labels": [0]}, "got 2 and 1"),
        ({"limits": (0, 0.5)}, "limits"),
        ({"images": np.full((2, 3, 2, 1), 9.0)}, "got 9 to 9"),
        ({"labels": [0, 4]}, r"ints from 0 to 3; got .*\[0, 4\]"),
        ({"labels": [0.0, 1.0]}, "labels must be ints"),
    ],
)
def test_bad_input(linear, attack, changed, words):
    good = {
        "images": np.ones((2, 3, 2, 1)),
        "labels": [0, 1],
        "epsilon": 0.1,
    }
    with pytest.raises(ValueError, match=words):
        attack(linear, **good | changed)


def logits():
    return keras.Sequential(
        [keras.Input((3, 2, 1)), keras.layers.Flatten(), keras.layers.Dense(4)]
    )


def sigmoid():
    return keras.Sequential(
        [*logits().layers, keras.layers.Dense(1, activation="sigmoid")]
    )


@pytest.mark.parametrize("make", [logits, sigmoid])
@pytest.mark.parametrize("attack", [fgsm, iterated_attack, adversarial_epoch])
def test_scores_that_are_no_probabilities(make, attack):
    """An attack on logits did hardly anything, and said nothing."""
    model = make()
    options = (
        {"rng": np.random.default_rng(0)} if attack is adversarial_epoch else {}
    )
    said = r"add up to 1; got \(1, [14]\).*layers\.Softmax\(\)"
    with pytest.raises(ValueError, match=said):
        attack(model, np.ones((2, 3, 2, 1)), [0, 0], 0.1, **options)


def test_the_way_out_for_logits():
    keras.utils.set_random_seed(0)
    model = logits()
    with_softmax = keras.Sequential([model, keras.layers.Softmax()])
    rng = np.random.default_rng(0)
    x = rng.random((50, 3, 2, 1)).astype("float32")
    y = np.asarray(model(x)).argmax(axis=1)
    moved = fgsm(with_softmax, x, y, 0.3)
    still_right = np.asarray(model(moved)).argmax(axis=1) == y
    assert still_right.mean() < 0.5
