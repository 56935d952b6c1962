import sys
import urllib.error

import joblib
import keras
import numpy as np
import pytest
import sklearn.datasets
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score, roc_curve

import cnn_course.console.quiet
from cnn_course.applications import faces
from cnn_course.datasets.letters import make_glyphs

SPLITS = "train", "test"


# --- pictures -----------------------------------------------------------------


def test_letters_for_training_and_other_letters_for_testing():
    train, test = (faces.load(split, per_class=2) for split in SPLITS)
    for part in (train, test):
        assert part.images.shape == (2 * len(part.class_names), 32, 32, 1)
        assert len(part.class_names) > 60
    assert not set(train.class_names) & set(test.class_names)
    other = faces.load("test", per_class=2, seed=1)
    assert (other.images != test.images).any()


def test_full_reads_the_olivetti_faces(tmp_path, monkeypatch):
    """From a file of the same layout, where scikit-learn keeps its data."""
    flat = np.zeros((400, 64 * 64), np.uint8)
    flat[:, 0] = 255
    flat[:, 64 * 32 :] = np.repeat(np.arange(40) * 5, 10)[:, None]
    joblib.dump(flat, tmp_path / "olivetti_py3.pkz")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setenv("CNN_COURSE_FULL", "1")
    train, test = (faces.load(split) for split in SPLITS)
    assert train.images.shape == (300, 32, 32, 1)
    assert test.images.shape == (100, 32, 32, 1)
    assert train.images.dtype == np.uint8
    assert train.class_names[0] == "person 1"
    assert test.class_names[0] == "person 31"
    for first, part in ((0, train), (30, test)):
        classes = len(part.class_names)
        assert part.labels.tolist() == np.repeat(range(classes), 10).tolist()
        grey = part.images[:, 16, 24, 0]
        expected = (first + part.labels) * 5
        np.testing.assert_allclose(grey, expected, atol=1)


def test_full_without_a_network(monkeypatch, capsys):
    def offline():
        raise urllib.error.URLError("no network")

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", offline)
    part = faces.load("test", per_class=2, full=True)
    assert "Ֆ" in part.class_names
    said = capsys.readouterr().out
    assert said.startswith("The Olivetti faces could not be downloaded")
    assert "no network" in said
    assert said.count("\n") == 1


def test_full_with_a_full_disk(monkeypatch):
    def full():
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sklearn.datasets, "fetch_olivetti_faces", full)
    with pytest.raises(OSError, match="No space left"):
        faces.load("test", per_class=2, full=True)


def test_full_without_scikit_learn(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert "Ֆ" in faces.load("test", per_class=2, full=True).class_names
    said = capsys.readouterr().out
    assert said.startswith("The Olivetti faces need scikit-learn, `pip install")
    assert said.count("\n") == 1


def test_unknown_split():
    with pytest.raises(ValueError, match="split must be"):
        faces.load("validation")


# --- losses -------------------------------------------------------------------


@st.composite
def batches(draw):
    """Labels and points, some of them alike, with ties in the labels."""
    n = draw(st.integers(2, 12))
    labels = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    seed = draw(st.integers(0, 2**32 - 1))
    points = np.random.default_rng(seed).normal(size=(n, 3))
    return np.array(labels), points.astype("float32")


def squared(a, b):
    return float(((a.astype(float) - b.astype(float)) ** 2).sum())


def triplets(labels, points, margin):
    """Semi-hard triplets, as the paper tells it, one by one."""
    losses = []
    n = range(len(labels))
    for a in n:
        negatives = [
            squared(points[a], points[k]) for k in n if labels[k] != labels[a]
        ]
        for p in n:
            if p == a or labels[p] != labels[a]:
                continue
            near = squared(points[a], points[p])
            farther = [d for d in negatives if d > near]
            chosen = min(farther) if farther else max(negatives, default=0)
            losses.append(max(near - chosen + margin, 0))
    return np.mean(losses) if losses else 0.0


def contrasts(labels, points, margin):
    losses = []
    for i in range(len(labels)):
        for j in range(len(labels)):
            d = squared(points[i], points[j]) ** 0.5
            if i != j:
                same = labels[i] == labels[j]
                losses.append(d**2 if same else max(margin - d, 0) ** 2)
    return np.mean(losses)


@pytest.mark.parametrize(
    ("loss", "slow"),
    [
        (faces.triplet_loss, triplets),
        (faces.contrastive_loss, contrasts),
    ],
)
@settings(max_examples=80, deadline=None)
@given(batch=batches(), margin=st.floats(0.05, 3))
def test_losses_are_their_definitions(loss, slow, batch, margin):
    labels, points = batch
    found = float(loss(labels[:, None], points, margin))
    assert found == pytest.approx(slow(labels, points, margin), abs=2e-5)


def test_random_triplets_average_over_all_negatives():
    import tensorflow as tf

    labels = np.array([0, 0, 1, 1, 2])
    points = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    keras.utils.set_random_seed(0)

    @tf.function
    def losses(count):
        return tf.map_fn(
            lambda _: faces.random_triplet_loss(labels, points, 5.0),
            tf.zeros(count),
        )

    drawn = losses(2000).numpy().astype(float)
    expected = []
    for a, p in ((0, 1), (1, 0), (2, 3), (3, 2)):
        expected += [
            np.mean(
                [
                    max(
                        squared(points[a], points[p])
                        - squared(points[a], points[k])
                        + 5,
                        0,
                    )
                    for k in range(5)
                    if labels[k] != labels[a]
                ]
            )
        ]
    error = 4 * np.std(drawn) / 2000**0.5
    assert np.mean(drawn) == pytest.approx(np.mean(expected), abs=error)
    assert np.std(drawn) > 0.01


@pytest.mark.parametrize(
    "loss",
    [faces.triplet_loss, faces.random_triplet_loss, faces.contrastive_loss],
)
def test_losses_can_be_learned_from_equal_points(loss):
    import tensorflow as tf

    points = tf.Variable(np.zeros((4, 2), "float32"))
    with tf.GradientTape() as tape:
        value = loss(np.array([0, 0, 1, 1]), points)
    assert np.isfinite(float(value))
    assert np.isfinite(tape.gradient(value, points)).all()


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=60
    ).filter(lambda rows: 0 < sum(same for _, same in rows) < len(rows))
)
def test_roc_is_scikit_learns(rows):
    distances, same = (np.array(column) for column in zip(*rows, strict=True))
    alarms, hits, area = faces.roc(distances, same)
    assert area == pytest.approx(roc_auc_score(same, -distances))
    curve = roc_curve(same, -distances, drop_intermediate=False)
    np.testing.assert_allclose(alarms, curve[0])
    np.testing.assert_allclose(hits, curve[1])


def test_pair_distances():
    points = np.array([[0.0, 0], [3, 4], [0, 1]])
    distances, same = faces.pair_distances(points, [1, 2, 1])
    np.testing.assert_allclose(distances, [5, 1, 18**0.5], rtol=1e-6)
    assert same.tolist() == [False, True, False]


def test_one_shot_is_a_guess_on_noise_and_right_on_clear_classes():
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(30), 10)
    noise = rng.normal(size=(300, 16))
    guess = faces.one_shot_accuracy(noise, labels, ways=5, trials=4000)
    assert guess == pytest.approx(0.2, abs=0.03)
    clear = labels[:, None] * 100 + noise
    assert faces.one_shot_accuracy(clear, labels, ways=20) == 1


def test_batches_hold_some_classes_and_some_pictures_of_each():
    labels = np.repeat(np.arange(6), [4, 9, 5, 4, 7, 4])
    images = np.arange(len(labels))
    data = faces.BalancedBatches(
        images, labels, classes=3, per_class=4, steps=50
    )
    assert len(data) == 50
    first = [data[i] for i in range(50)]
    for rows, classes in first:
        assert len(set(rows.tolist())) == 12
        assert (labels[rows] == classes).all()
        assert np.unique(classes, return_counts=True)[1].tolist() == [4] * 3
    assert {row for rows, _ in first for row in rows.tolist()} == set(range(33))
    again = data[0]
    np.testing.assert_array_equal(again[0], first[0][0])
    data.on_epoch_end()
    assert (data[0][0] != again[0]).any()


@pytest.mark.parametrize(
    ("labels", "words"),
    [([0, 0, 1, 1], "got 2 classes"), ([0, 0, 1, 1, 2], "smallest with 1")],
)
def test_batches_that_cannot_be_filled(labels, words):
    with pytest.raises(ValueError, match=words):
        faces.BalancedBatches(
            np.zeros(len(labels)), labels, classes=3, per_class=2
        )


@pytest.mark.parametrize("loss", [faces.triplet_loss, "classifier"])
def test_training_brings_unseen_letters_apart(loss):
    train, test = (
        make_glyphs(names, 12, size=16, seed=1)
        for names in (("latin",), ("georgian",))
    )
    embed = faces.train_embedder(*train[:2], loss, steps=150, seed=3)
    points = faces.embed_all(embed, test.images, batch_size=100)
    np.testing.assert_allclose(
        points[::50], embed(test.images[::50]), atol=1e-5
    )
    pixels = test.images.reshape(len(points), -1) / 255
    before, after = (
        faces.one_shot_accuracy(x, test.labels) for x in (pixels, points)
    )
    assert after > before + 0.1


def test_steps_are_tens(monkeypatch):
    seen = []
    monkeypatch.setattr(
        keras.Model, "fit", lambda _, batches, **how: seen.append(len(batches))
    )
    pictures = np.zeros((96, 8, 8, 1)), np.repeat(np.arange(24), 4)
    faces.train_embedder(*pictures, faces.triplet_loss, steps=25)
    assert seen == [2]
    with pytest.raises(ValueError, match="steps must be an int >= 10; got 5"):
        faces.train_embedder(*pictures, faces.triplet_loss, steps=5)


def test_train_embedder_takes_another_optimizer(monkeypatch):
    compiled = []
    monkeypatch.setattr(
        keras.Model, "fit", lambda model, *_, **how: compiled.append(model)
    )
    pictures = np.zeros((96, 8, 8, 1)), np.repeat(np.arange(24), 4)
    mine = keras.optimizers.SGD(0.5)
    for loss in (faces.triplet_loss, "classifier"):
        faces.train_embedder(*pictures, loss, steps=10, optimizer=mine)
        assert compiled.pop().optimizer is mine
        mine = keras.optimizers.SGD(0.5)
    faces.train_embedder(*pictures, faces.triplet_loss, steps=10)
    assert isinstance(compiled.pop().optimizer, keras.optimizers.Adam)


def test_embedder_and_siamese():
    embed = faces.embedder((24, 16, 1), dimensions=5)
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(6, 24, 16, 1)).astype("float32")
    points = np.array(embed(images))
    assert points.shape == (6, 5)
    np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1, atol=1e-5)
    model = faces.siamese(embed)
    # One set of weights for both pictures, and a weight a coordinate.
    assert model.count_params() == embed.count_params() + 5 + 1
    one, other = images[:3], images[3:]
    said = np.array(model([one, other]))
    kernel, bias = (np.array(w) for w in model.get_layer("same").weights)
    difference = abs(points[:3] - points[3:])
    np.testing.assert_allclose(
        said, 1 / (1 + np.exp(-(difference @ kernel + bias))), atol=1e-5
    )
    np.testing.assert_allclose(said, model([other, one]), atol=1e-6)


def test_siamese_can_be_saved(tmp_path):
    model = faces.siamese(faces.embedder((16, 16, 1), dimensions=4))
    path = tmp_path / "siamese.keras"
    model.save(path)
    pair = [np.full((2, 16, 16, 1), grey, "float32") for grey in (9, 200)]
    again = keras.saving.load_model(path)
    np.testing.assert_allclose(again(pair), model(pair), atol=1e-6)


def test_gallery():
    inputs = keras.Input((2, 2, 1))
    flat = keras.Model(inputs, keras.layers.Flatten()(inputs))
    gallery = faces.Gallery(flat, threshold=1.0)
    black, white = np.zeros((2, 2, 1)), np.ones((2, 2, 1))
    assert gallery.who(black) == (None, float("inf"))
    gallery.add("night", black)
    gallery.add("snow", 5 * white)
    assert gallery.who(0.25 * white) == ("night", 0.5)
    assert gallery.who(5 * white) == ("snow", 0)
    assert gallery.who(2 * white) == (None, 4)
    with pytest.raises(ValueError, match=r"shape \(2, 2, 1\).*got \(2, 2\)"):
        gallery.add("flat", np.zeros((2, 2)))


@pytest.mark.parametrize("same", [[True, True], [False, False]])
def test_roc_needs_both_kinds(same):
    with pytest.raises(ValueError, match="both True and False"):
        faces.roc([1.0, 2.0], same)


def test_one_shot_needs_enough_classes():
    with pytest.raises(ValueError, match="at least ways=5"):
        faces.one_shot_accuracy(np.zeros((4, 2)), [0, 0, 1, 1])
