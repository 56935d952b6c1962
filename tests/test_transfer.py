import importlib.util
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course import datasets, transfer
from cnn_course.datasets import bundled
from cnn_course.nets import mobilenet_v2
from cnn_course.transfer import freeze, unfreeze_last


def small_base():
    x = keras.Input((8, 8, 3))
    y = layers.Conv2D(4, 3, name="first")(x)
    y = layers.BatchNormalization(momentum=0.5, name="first_bn")(y)
    y = layers.ReLU()(y)
    y = layers.Conv2D(4, 3, name="second")(y)
    y = layers.BatchNormalization(momentum=0.5, name="second_bn")(y)
    return keras.Model(x, layers.GlobalAveragePooling2D()(y))


def nested_base():
    inner = small_base()
    x = keras.Input((8, 8, 3))
    return keras.Model(x, inner(layers.Rescaling(2.0)(x)))


def with_head(base, how):
    if how == "sequential":
        return keras.Sequential([base, layers.Dense(2)])
    x = keras.Input((8, 8, 3))
    training = {} if how == "functional" else {"training": how == "training"}
    return keras.Model(x, layers.Dense(2)(base(x, **training)))


def fit(model, epochs=2):
    rng = np.random.default_rng(0)
    model.compile("sgd", "mse")
    pictures = rng.normal(5, 3, (16, 8, 8, 3))
    model.fit(pictures, rng.normal(size=(16, 2)), epochs=epochs, verbose=0)


def weights_of(base):
    return {w.path: np.array(w) for w in base.weights}


def moved(base, before):
    return {
        path
        for path, value in weights_of(base).items()
        if not np.array_equal(value, before[path])
    }


HOW = ["functional", "sequential", "not training", "training"]
BASES = [small_base, nested_base]


@pytest.mark.parametrize("build", BASES)
@pytest.mark.parametrize("how", HOW)
def test_frozen_does_not_move_by_one_bit(build, how):
    base = build()
    freeze(base)
    before = weights_of(base)
    fit(with_head(base, how))
    assert moved(base, before) == set()


@pytest.mark.parametrize("build", BASES)
@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize(
    ("n", "trained"), [(1, {"second"}), (2, {"first", "second"})]
)
def test_only_the_last_layers_move(build, how, n, trained):
    base = build()
    assert set(unfreeze_last(base, n)) == trained
    before = weights_of(base)
    fit(with_head(base, how))
    names = {path.split("/")[-2] for path in moved(base, before)}
    assert names == trained


@pytest.mark.parametrize("how", HOW)
def test_the_wrong_way_moves_the_statistics(how):
    # What the course warns of: if this fails, the warning can go.
    base = small_base()
    base.trainable = True
    before = weights_of(base)
    fit(with_head(base, how))
    moving = {path for path in moved(base, before) if "moving" in path}
    assert len(moving) == 4


def test_frozen_base_gives_the_same_features_in_training():
    base = small_base()
    unfreeze_last(base, 2)
    x = np.random.default_rng(0).normal(5, 3, (16, 8, 8, 3))
    np.testing.assert_array_equal(base(x, training=True), base(x))


def test_statistics_of_a_real_network_stay():
    base = mobilenet_v2((32, 32, 3), include_top=False)
    total = len(unfreeze_last(base, 20))
    assert total == 20
    before = weights_of(base)
    x = keras.Input((32, 32, 3))
    y = layers.GlobalAveragePooling2D()(base(x))
    model = keras.Model(x, layers.Dense(2)(y))
    model.compile("adam", "mse")
    pictures = np.random.default_rng(0).uniform(-1, 1, (4, 32, 32, 3))
    model.fit(pictures, np.ones((4, 2)), verbose=0)
    changed = moved(base, before)
    assert changed
    assert not [path for path in changed if "moving" in path or "bn" in path]


def test_zero_is_frozen_and_again_is_anew():
    base = small_base()
    assert unfreeze_last(base, 2) == ["first", "second"]
    assert unfreeze_last(base, 0) == []
    assert base.trainable_weights == []
    assert unfreeze_last(base, 1) == ["second"]


@pytest.mark.parametrize("n", [-1, 3, 1.0, None])
def test_bad_n(n):
    with pytest.raises(ValueError, match="n must be an int from 0 to 2"):
        unfreeze_last(small_base(), n)


# --- The course's backbone ----------------------------------------------------


@pytest.fixture(scope="module")
def backbone():
    return transfer.course_backbone()


def test_backbone_takes_pictures_of_any_size(backbone):
    assert backbone.count_params() == 241_312
    for height, width in ((32, 32), (8, 8), (41, 23)):
        made = backbone(np.zeros((2, height, width, 1), "float32"))
        assert made.shape == (2, 128)
        assert np.isfinite(made).all()


def test_backbone_does_not_see_brightness_and_contrast(backbone):
    pictures = datasets.surfaces(per_class=2).images.astype("float32")
    made, darker = backbone(pictures), backbone(0.3 * pictures + 20)
    np.testing.assert_allclose(made, darker, atol=1e-3)


def test_backbone_starts_from_random_weights_if_told_to(backbone):
    raw = transfer.course_backbone(pretrained=False)
    for ours, theirs in zip(raw.weights, backbone.weights, strict=True):
        assert ours.shape == theirs.shape
        assert (np.asarray(ours) != np.asarray(theirs)).any()
    assert (raw.get_layer("bn1").moving_mean.numpy() == 0).all()


def test_backbone_serves_surfaces_that_it_has_never_seen(backbone):
    """Nearest class mean of 20 crops: far better than on random features."""
    train, test = (
        datasets.surfaces(split, per_class=20, seed=1)
        for split in ("train", "test")
    )
    right = {}
    for name, network in (
        ("trained", backbone),
        ("random", transfer.course_backbone(pretrained=False)),
    ):
        a, b = (np.asarray(network(part.images)) for part in (train, test))
        scale = a.std(axis=0) + 1e-6
        means = np.stack([a[train.labels == k].mean(axis=0) for k in range(6)])
        distances = ((b[:, None] - means) / scale) ** 2
        said = distances.sum(axis=-1).argmin(axis=1)
        right[name] = (said == test.labels).mean()
    assert right["trained"] > 0.65
    assert right["trained"] > right["random"] + 0.1


def test_missing_weights_say_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(bundled, "_DATA", tmp_path)
    with pytest.raises(FileNotFoundError, match="clone it and install"):
        transfer.course_backbone()
    transfer.course_backbone(pretrained=False)


def test_pretraining_script_trains(monkeypatch, capsys):
    path = Path(transfer.__file__).parent.parent / "data" / "pretrain.py"
    spec = importlib.util.spec_from_file_location("pretrain", path)
    pretrain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pretrain)
    monkeypatch.setattr(pretrain, "PER_CLASS", 90)
    monkeypatch.setattr(pretrain, "HELD_OUT", 30)
    monkeypatch.setattr(pretrain, "EPOCHS", 2)
    names = {
        Path(name).stem for part in pretrain.SOURCES.values() for name in part
    }
    renamed = {"cat": "chelsea", "tissue": "ihc"}  # as their packages call them
    targets = {renamed.get(name, name) for name in datasets.SURFACES}
    assert not names & targets
    _, accuracy = pretrain.pretrain()
    assert accuracy > 3 / 14


@pytest.mark.parametrize(
    "still", [freeze, lambda base: unfreeze_last(base, 0)], ids=["all", "last"]
)
def test_spectral_normalisation_cannot_be_frozen(still):
    """It rescales its kernel in `fit` whether it is trainable or not."""
    spectral = layers.SpectralNormalization(layers.Conv2D(4, 3), name="odd")
    base = keras.Sequential([keras.Input((8, 8, 3)), spectral])
    with pytest.raises(ValueError, match=r"'odd' cannot be frozen.*\.layer"):
        still(keras.Sequential([base, layers.Flatten()]))
    base.trainable = False  # why not: Keras lets it move
    before = base.get_weights()
    model = keras.Sequential([base, layers.GlobalAveragePooling2D()])
    model.add(layers.Dense(2))
    fit(model)
    same = zip(before, base.get_weights(), strict=True)
    assert not all(np.array_equal(old, new) for old, new in same)
