import os
import subprocess
import sys
from functools import partial
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_coco import pycocotools_eval
from test_readers import draw_set, write_coco, write_voc

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import coco_evaluate, iou, yolo
from cnn_course.detection.readers import load_images, read_coco, read_voc
from cnn_course.detection.writers import detections_to_coco, to_coco

# --- boxes to grid and back ---------------------------------------------------


def test_the_notes_grid_by_hand():
    # A car of 50 x 80 pixels with its centre at (50, 70); cells of 33.3.
    values = yolo.encode(
        [[25, 30, 75, 110]], [2], classes=3, image_size=100, grid=3
    )
    assert values.shape == (3, 3, 8)
    np.testing.assert_allclose(
        values[2, 1], [1, 0.5, 0.1, 2.4, 1.5, 0, 0, 1], atol=1e-6
    )
    values[2, 1] = 0
    assert not values.any()


def test_two_anchors_hold_two_objects_of_one_cell():
    boxes = [[40, 20, 60, 80], [10, 40, 90, 60], [49, 49, 51, 51]]
    options = {"classes": 3, "image_size": 100, "grid": 3}
    anchors = [(1, 2), (2, 1)]  # heights and widths: a wide one, a tall one
    values = yolo.encode(boxes, [0, 1, 2], **options, anchors=anchors)
    assert values.shape == (3, 3, 16)
    wide, tall = values[1, 1].reshape(2, 8)
    np.testing.assert_allclose(wide, [1, 0.5, 0.5, 0.6, 2.4, 0, 1, 0])
    np.testing.assert_allclose(tall, [1, 0.5, 0.5, 1.8, 0.6, 1, 0, 0])
    one = yolo.encode(boxes, [0, 1, 2], **options)[1, 1]
    np.testing.assert_allclose(one, tall)  # the first of them has the cell
    # The first takes the tall one, though the wide one was free as well.
    assert yolo.decode(values, classes=3, image_size=100)[2].tolist() == [1, 0]


def test_second_best_anchor_if_the_best_is_taken():
    boxes = [[40, 20, 60, 80], [41, 21, 59, 79]]  # both tall
    options = {"classes": 2, "image_size": 100}
    values = yolo.encode(
        boxes, [0, 1], grid=1, anchors=[(0.1, 0.8), (0.8, 0.2)], **options
    )
    found, _, labels = yolo.decode(values, **options)
    np.testing.assert_allclose(found, boxes[::-1], atol=1e-4)
    assert labels.tolist() == [1, 0]  # the first has the tall anchor, slot 1


@st.composite
def pictures(draw):
    """Boxes with their centres in distinct cells; odd sizes and grids."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    height, width = draw(st.integers(10, 300)), draw(st.integers(10, 300))
    count = draw(st.integers(0, rows * columns))
    cells = rng.permutation(rows * columns)[:count]
    place = np.stack([cells % columns, cells // columns], axis=1)
    # Clear of the cells' edges, where rounding would decide.
    place = place + rng.uniform(0.01, 0.99, (count, 2))
    centre = place * [width / columns, height / rows]
    half = rng.uniform(0.5, 1, (count, 2)) * rng.choice([1, 20, 100])
    if draw(st.booleans()):
        half[rng.uniform(size=count) < 0.3] = 0  # without area
    boxes = np.concatenate([centre - half, centre + half], axis=1)
    if count:  # whatever they are, they shall not look relative
        boxes[0, 2:] += 2 * (centre[0] < 1)
        boxes[0, :2] -= 2 * (centre[0] < 1)
    classes = draw(st.integers(1, 5))
    options = {"image_size": (height, width), "grid": (rows, columns)}
    labels = rng.integers(classes, size=count)
    return boxes, labels, classes, options


def assert_same_objects(found, boxes, labels, size):
    """The same boxes, all with full score, in whatever order."""
    found_boxes, scores, found_labels = found
    assert len(found_boxes) == len(boxes)
    np.testing.assert_array_equal(scores, 1)
    if len(boxes):
        gap = abs(np.asarray(boxes)[:, None] - found_boxes).max(axis=2)
        who = gap.argmin(axis=1)
        assert sorted(who) == list(range(len(boxes)))
        assert gap.min(axis=1).max() < 1e-5 * max(*size, 100)
        np.testing.assert_array_equal(found_labels[who], labels)


@settings(max_examples=200, deadline=None)
@given(pictures(), st.integers(1, 4))
def test_encode_then_decode_is_the_identity(picture, count):
    boxes, labels, classes, options = picture
    anchors = np.random.default_rng(count).uniform(0.2, 3, (count, 2))
    values = yolo.encode(
        boxes, labels, classes=classes, anchors=anchors, **options
    )
    assert values.shape == (*options["grid"], count * (5 + classes))
    size = options["image_size"]
    found = yolo.decode(values, classes=classes, image_size=size)
    assert_same_objects(found, boxes, labels, size)
    p_c, b_x, b_y = values.reshape(-1, 5 + classes)[:, :3].T
    assert set(p_c) <= {0, 1}
    assert 0 <= min(b_x.min(), b_y.min()) <= max(b_x.max(), b_y.max()) <= 1


@settings(max_examples=200, deadline=None)
@given(pictures(), st.sampled_from([0, 0.4, 1, 3]))
def test_encode_free_then_decode_is_the_identity(picture, radius):
    boxes, labels, classes, options = picture
    values = yolo.encode_free(
        boxes, labels, classes=classes, radius=radius, **options
    )
    assert values.shape == (*options["grid"], 4 + classes)
    size = options["image_size"]
    found = yolo.decode_free(values, image_size=size)
    assert len(found[0]) == np.count_nonzero(values[..., 4:])
    if radius == 0 or len(boxes) == 0:
        assert_same_objects(found, boxes, labels, size)
        return
    # Several cells say the same: each says an object, and each is said.
    gap = abs(boxes[:, None] - found[0]).max(axis=2)
    assert gap.min(axis=0).max() < 1e-5 * max(*size, 100)
    np.testing.assert_array_equal(labels[gap.argmin(axis=0)], found[2])
    once = [values[gap.argmin(axis=1)] for values in found]
    assert_same_objects(once, boxes, labels, size)


def test_which_cells_answer():
    # Centre (50, 50), 40 wide, 20 high, on cells of 10: columns 3.5 to 6.5.
    box = [[30, 40, 70, 60]]
    options = {"classes": 1, "image_size": 100, "grid": 10}
    one = yolo.encode_free(box, [0], radius=0, **options)[..., 4]
    assert np.argwhere(one).tolist() == [[5, 5]]
    near = yolo.encode_free(box, [0], radius=1, **options)[..., 4]
    assert np.argwhere(near).tolist() == [[4, 4], [4, 5], [5, 4], [5, 5]]
    far = yolo.encode_free(box, [0], radius=9, **options)[..., 4]
    inside = [[y, x] for y in (4, 5) for x in (3, 4, 5, 6)]
    assert np.argwhere(far).tolist() == inside
    values = yolo.encode_free(box, [0], radius=9, **options)
    np.testing.assert_allclose(values[4, 3, :4], [0.5, 0.5, 3.5, 1.5])


def test_the_smaller_box_has_the_cells_but_each_keeps_its_own():
    boxes = [[0, 0, 100, 100], [30, 30, 62, 62]]  # centres in (5,5), (4,4)
    for order in ([0, 1], [1, 0]):
        values = yolo.encode_free(
            np.array(boxes)[order],
            np.array([0, 1])[order],
            classes=2,
            image_size=100,
            grid=10,
            radius=2,
        )
        assert values[5, 5, 4:].tolist() == [1, 0]
        assert values[3:6, 3:6, 5].sum() == 8
        assert values[4, 4, 4:].tolist() == [0, 1]


def test_centre_on_the_last_edge():
    for encode in (yolo.encode, partial(yolo.encode_free, radius=0)):
        values = encode(
            [[90, 90, 110, 110]], [0], classes=1, image_size=100, grid=4
        )
        assert np.argwhere(values.any(axis=-1)).tolist() == [[3, 3]]


@pytest.mark.parametrize("encode", [yolo.encode, yolo.encode_free])
@pytest.mark.parametrize(
    ("boxes", "labels", "message"),
    [
        ([[5, 5, 20, 20], [40, 10, 20, 30]], [0, 0], "row 1 is"),
        ([[5, 5, np.nan, 20]], [0], "must be finite; row 0"),
        ([[0.1, 0.1, 0.3, 0.5]], [0], "boxes must be in pixels"),
        (
            [[5, 5, 20, 20], [90, 5, 130, 20]],
            [0, 0],
            "their centres in .* row 1",
        ),
        ([[5, 5, 20, 20]], [0, 1], "one row for each object; got 1 and 2"),
        ([[5, 5, 20, 20], [5, 5, 9, 9]], [0, 3], "from 0 to 2 .* row 1 is 3"),
        ([[5, 5, 20, 20]], [1.7], "whole numbers .* row 0 is 1.7"),
        ([[5, 5, 20, 20]], [np.nan], "whole numbers .* row 0 is nan"),
        ([[5, 5, 20, 20]], [-1], "from 0 to 2 .* row 0 is -1"),
    ],
)
def test_boxes_that_are_none(encode, boxes, labels, message):
    with pytest.raises(ValueError, match=message):
        encode(boxes, labels, classes=3, image_size=100, grid=3)


@pytest.mark.parametrize("anchors", [(1, 1), [(1, 0)], [(1, 2, 3)]])
def test_anchors_must_be_pairs(anchors):
    options = {"classes": 3, "image_size": 100, "grid": 3}
    with pytest.raises(ValueError, match="anchors must be pairs"):
        yolo.encode([], [], anchors=anchors, **options)
    with pytest.raises(ValueError, match="anchors must be pairs"):
        yolo.grid_head(keras.Input((4, 5, 8)), 3, anchors)


def test_other_bad_input():
    with pytest.raises(ValueError, match="grid must be an int >= 1"):
        yolo.encode([], [], classes=3, image_size=100, grid=0)
    with pytest.raises(ValueError, match="image_size must be an int >= 1"):
        yolo.encode_free([], [], classes=3, image_size=(1, 2, 3), grid=3)
    with pytest.raises(ValueError, match="8 channels for classes=3; got 15"):
        yolo.decode(np.zeros((3, 3, 15)), classes=3, image_size=100)


def test_targets_of_many_pictures():
    scenes = make_scenes(5, seed=3)
    for encoder in (yolo.encode, yolo.encode_free):
        targets = yolo.make_targets(scenes, grid=12, encoder=encoder)
        one = encoder(
            scenes.boxes[3],
            scenes.labels[3],
            classes=10,
            image_size=96,
            grid=12,
        )
        np.testing.assert_array_equal(targets[3], one)
    wrong = [*scenes.boxes[:4], scenes.boxes[4] + 100]
    with pytest.raises(ValueError, match="picture 4: boxes must have their"):
        yolo.make_targets(scenes._replace(boxes=wrong), grid=12)


# --- the losses ---------------------------------------------------------------


def random_grids(seed, classes=3, anchors=1, rows=4):
    rng = np.random.default_rng(seed)
    boxes = rng.uniform(20, 80, (3, 4))
    boxes = np.concatenate([boxes[:, :2] - 15, boxes[:, :2] + 15], axis=1)
    labels = rng.integers(classes, size=3)
    options = {"classes": classes, "image_size": 100, "grid": rows}
    sizes = rng.uniform(0.5, 2, (anchors, 2))
    y_true = yolo.encode(boxes, labels, anchors=sizes, **options)[None]
    y_free = yolo.encode_free(boxes, labels, **options)[None]
    noise = rng.uniform(0.1, 0.9, y_true.shape).astype("float32")
    noise_free = rng.uniform(0.1, 0.9, y_free.shape).astype("float32")
    return y_true, noise, y_free, noise_free


def test_distance_iou_is_iou_of_the_boxes():
    rng = np.random.default_rng(0)
    sides = rng.uniform(0, 3, (2, 50, 4)).astype("float32")
    signs = np.array([-1, -1, 1, 1])
    cell = np.array([8, 5, 8, 5])  # a cell need not be square
    expected = np.diag(iou(*(sides * signs * cell + 30)))
    np.testing.assert_allclose(
        yolo.distance_iou(*sides)[0], expected, atol=1e-5
    )


def test_giou_by_hand():
    # Of one point: [-1, 1] x [-1, 1] and [1, 3] x [-1, 1]: side by side.
    apart, square = [[-1.0, 1, 3, 1]], [[1.0, 1, 1, 1]]
    iou_apart, giou_apart = yolo.distance_iou(
        np.array(apart, "float32"), np.array(square, "float32")
    )
    np.testing.assert_allclose([iou_apart[0], giou_apart[0]], [0, 0], atol=1e-6)
    further = np.array([[-3.0, 1, 5, 1]], "float32")  # 2 of 6 columns lie bare
    _, giou = yolo.distance_iou(further, np.array(square, "float32"))
    np.testing.assert_allclose(giou, [-1 / 3], atol=1e-6)
    half = np.array([[1.0, 1, 0, 1]], "float32")
    one, other = yolo.distance_iou(half, np.array(square, "float32"))
    np.testing.assert_allclose([one[0], other[0]], [0.5, 0.5], atol=1e-6)


@pytest.mark.parametrize("anchors", [1, 2])
def test_grid_terms_are_as_in_a_loop(anchors):
    y_true, y_pred, *_ = random_grids(1, anchors=anchors)
    terms = dict.fromkeys(["object", "no object", "centre", "size", "class"], 0)
    for true, pred in zip(
        y_true.reshape(-1, 8), y_pred.reshape(-1, 8), strict=True
    ):
        kind = "object" if true[0] else "no object"
        terms[kind] += (true[0] - pred[0]) ** 2
        if true[0]:
            terms["centre"] += sum((true[1:3] - pred[1:3]) ** 2)
            terms["size"] += sum((true[3:5] ** 0.5 - pred[3:5] ** 0.5) ** 2)
            terms["class"] += sum((true[5:] - pred[5:]) ** 2)
    objects = y_true.reshape(-1, 8)[:, 0].sum()
    found = yolo.grid_terms(y_true, y_pred, classes=3)
    for name, value in terms.items():
        np.testing.assert_allclose(found[name], value / objects, rtol=1e-4)
    total = (
        5 * (terms["centre"] + terms["size"])
        + terms["object"]
        + 0.5 * terms["no object"]
        + terms["class"]
    )
    loss = yolo.grid_loss(y_true, y_pred, classes=3)
    np.testing.assert_allclose(loss, total / objects, rtol=1e-4)


def test_perfect_answers_cost_nothing():
    y_true, _, y_free, _ = random_grids(2)
    assert float(yolo.grid_loss(y_true, y_true, classes=3)) < 1e-6
    assert abs(float(yolo.box_loss(y_free, y_free))) < 1e-5
    assert float(yolo.free_loss(y_free, y_free)) < 1e-4


def test_boxes_do_not_count_where_nothing_is():
    y_true, y_pred, y_free, free_pred = random_grids(3)
    empty, other = y_true[..., 0] == 0, y_pred.copy()
    other[..., 1:][empty] = 77
    np.testing.assert_array_equal(
        yolo.grid_loss(y_true, other, classes=3),
        yolo.grid_loss(y_true, y_pred, classes=3),
    )
    empty, other = ~y_free[..., 4:].any(axis=-1), free_pred.copy()
    other[..., :4][empty] = 77
    np.testing.assert_array_equal(
        yolo.free_loss(y_free, other), yolo.free_loss(y_free, free_pred)
    )


def test_free_terms_are_as_in_a_loop():
    _, _, y_true, y_pred = random_grids(4)
    boxes, classes, answers = 0, 0, 0
    for true, pred in zip(
        y_true.reshape(-1, 7), y_pred.reshape(-1, 7), strict=True
    ):
        overlap, giou = (
            float(v[0]) for v in yolo.distance_iou(true[None], pred[None])
        )
        answers += true[4:].sum()
        boxes += true[4:].sum() * (1 - giou)
        for wanted, p in zip(true[4:] * overlap, pred[4:], strict=True):
            classes -= wanted * np.log(p) + (1 - wanted) * np.log(1 - p)
    found = yolo.box_loss(y_true, y_pred), yolo.class_loss(y_true, y_pred)
    np.testing.assert_allclose(
        found, [boxes / answers, classes / answers], 1e-4
    )
    total = 2 * boxes / answers + classes / answers
    np.testing.assert_allclose(yolo.free_loss(y_true, y_pred), total, 1e-4)


def test_pictures_without_objects_have_finite_losses():
    y_true, y_pred, y_free, free_pred = random_grids(5)
    assert np.isfinite(yolo.grid_loss(0 * y_true, y_pred, classes=3))
    assert np.isfinite(yolo.free_loss(0 * y_free, free_pred))


QUICKLY = (
    "--xla_backend_optimization_level=0 "
    "--xla_llvm_disable_expensive_passes=true"
)
ON_A_BACKEND = """
import sys
import keras
import numpy as np
from cnn_course.detection import yolo
given = np.load(sys.argv[1])
model = yolo.yolo((32, 40, 3), classes=3)
model.compile("adam", yolo.free_loss, metrics=[yolo.box_loss, yolo.class_loss])
history = model.fit(
    np.full((4, 32, 40, 3), 99.0), np.resize(given["free"], (4, 4, 5, 7)),
    batch_size=4, verbose=0,
)
assert set(history.history) == {"loss", "box_loss", "class_loss"}
boxes, scores, labels = yolo.predict(
    model, np.zeros((2, 32, 40, 3), "uint8"), score_threshold=0
)
assert len(boxes) == 2 and boxes[0].shape[1] == 4
np.savez(
    sys.argv[2],
    backend=keras.backend.backend(),
    grid=yolo.grid_loss(given["true"], given["pred"], classes=3),
    box=yolo.box_loss(given["free"], given["free_pred"]),
    score=yolo.class_loss(given["free"], given["free_pred"]),
)
"""


def test_trains_on_jax_with_the_same_losses(tmp_path):
    true, pred, free, free_pred = random_grids(6, anchors=2)
    np.savez(
        tmp_path / "given.npz",
        true=true,
        pred=pred,
        free=free,
        free_pred=free_pred,
    )
    done = subprocess.run(
        [sys.executable, "-c", ON_A_BACKEND, "given.npz", "found.npz"],
        cwd=tmp_path,
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": QUICKLY},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = np.load(tmp_path / "found.npz")
    assert found["backend"] == "jax"
    expected = {
        "grid": yolo.grid_loss(true, pred, classes=3),
        "box": yolo.box_loss(free, free_pred),
        "score": yolo.class_loss(free, free_pred),
    }
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5)


# --- the network --------------------------------------------------------------


def test_size_and_weight_count():
    model = yolo.yolo()
    assert model.output_shape == (None, 12, 12, 14)
    unit = lambda c, k: 9 * c * k + 4 * k  # noqa: E731
    expected = unit(3, 16) + unit(16, 32) + unit(32, 64)
    expected += 4 * unit(32, 32) + 2 * unit(64, 64)
    expected += 2 * unit(64, 64) + 65 * (4 + 10)
    assert model.count_params() == expected == 210_686
    assert model.count_params() <= 250_000
    odd = yolo.yolo((97, 120, 3), classes=3)
    assert odd.output_shape == (None, 13, 15, 7)


def test_heads_say_what_the_encoders_write():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 8)).astype("float32")
    inputs = keras.Input((4, 5, 8))
    anchors = [(1, 2), (3, 1)]
    head = keras.Model(inputs, yolo.grid_head(inputs, 3, anchors))
    said = np.array(head(5 * x)).reshape(2, 4, 5, 2, 8)
    assert np.delete(said, [3, 4], axis=-1).min() >= 0
    assert np.delete(said, [3, 4], axis=-1).max() <= 1
    # Without a word from the network, each size is the anchor's.
    for layer in head.layers:
        if layer.name.startswith("grid_size") and layer.weights:
            layer.kernel.assign(0 * layer.kernel)
    said = np.array(head(x)).reshape(2, 4, 5, 2, 8)
    np.testing.assert_allclose(said[0, 0, 0, :, 3:5], anchors, rtol=1e-6)
    free = np.array(keras.Model(inputs, yolo.free_head(inputs, 3))(5 * x))
    assert free.shape == (2, 4, 5, 7)
    assert free.min() >= 0
    assert free[..., 4:].max() <= 1


class Knows:
    """Stands in for a network: finds the targets by the picture's grey."""

    def __init__(self, targets):
        self.targets, self.calls = targets, []

    def __call__(self, images, training):
        assert training is False
        self.calls.append(len(images))
        return self.targets[images[:, 0, 0, 0].astype(int)]


@pytest.mark.parametrize("batch_size", [1, 3, 100])
@pytest.mark.parametrize("encoder", [yolo.encode, yolo.encode_free])
def test_predict_finds_each_object_once(encoder, batch_size):
    scenes = make_scenes(7, seed=5)
    targets = yolo.make_targets(scenes, grid=12, encoder=encoder)
    numbered = np.arange(7, dtype=np.uint8)[:, None, None, None]
    images = np.broadcast_to(numbered, (7, 96, 96, 3))
    options = {"decoder": yolo.decode, "classes": 10}
    model = Knows(targets)
    found = yolo.predict(
        model,
        images,
        batch_size=batch_size,
        **(options if encoder is yolo.encode else {}),
    )
    assert len(model.calls) == -(-7 // batch_size)
    for boxes, labels, *one in zip(
        scenes.boxes, scenes.labels, *found, strict=True
    ):
        assert_same_objects(one, boxes, labels, (96, 96))


def test_predict_options():
    # Two boxes of two classes on one thing, and a third, far away.
    values = np.zeros((1, 4, 4, 6), np.float32)
    values[0, 1, 1], values[0, 1, 2] = (
        [1, 1, 2, 1, 0.9, 0],
        [2, 1, 1, 1, 0, 0.6],
    )
    values[0, 3, 3] = [0.1, 0.1, 2, 2, 0.3, 0]
    picture = np.zeros((1, 64, 64, 3), np.uint8)
    run = partial(yolo.predict, Knows(values), picture)
    boxes, scores, labels = (values[0] for values in run())
    assert labels.tolist() == [0, 1]
    np.testing.assert_allclose(scores, [0.9, 0.6])
    np.testing.assert_allclose(boxes, [[8, 8, 56, 40]] * 2)
    assert run(per_class=False)[2][0].tolist() == [0]
    assert run(max_boxes=1)[2][0].tolist() == [0]
    assert run(score_threshold=0.95)[0][0].shape == (0, 4)
    boxes, scores, _ = (values[0] for values in run(score_threshold=0.2))
    np.testing.assert_allclose(boxes[2], [54.4, 54.4, 64, 64])  # cut


# --- trained, scored, and on other people's pictures --------------------------


def train(pictures, model, steps):
    """What a learner does, whatever the pictures are."""
    targets = yolo.make_targets(pictures, grid=model.output_shape[1:3])
    model.compile(keras.optimizers.Adam(3e-3), yolo.free_loss)
    model.fit(
        pictures.images,
        targets,
        batch_size=16,
        epochs=-(-steps * 16 // len(targets)),
        verbose=0,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The pictures drawn by the tests of the readers, in both formats."""
    folder = tmp_path_factory.mktemp("drawn")
    drawn = draw_set(0, 96)
    sets = {
        "coco": read_coco(
            write_coco(drawn, folder / "coco"), folder / "coco/pictures"
        ),
        "voc": read_voc(write_voc(drawn, folder / "voc")),
    }
    keras.utils.set_random_seed(0)
    results = {}
    for name, annotated in sets.items():
        pictures = load_images(annotated, size=48)
        model = yolo.yolo((48, 48, 3), len(pictures.class_names))
        train(pictures, model, steps=300)
        results[name] = model, pictures
    return results


@pytest.mark.parametrize("name", ["coco", "voc"])
def test_trains_on_a_coco_file_and_on_a_voc_folder(trained, name):
    model, pictures = trained[name]
    found = yolo.predict(model, pictures.images, score_threshold=0.02)
    figures = coco_evaluate(to_coco(pictures), detections_to_coco(*found))
    assert figures["AP50"] > 0.8


def test_its_figures_are_pycocotools_own(trained):
    model, pictures = trained["coco"]
    truth = to_coco(pictures)
    detections = detections_to_coco(
        *yolo.predict(model, pictures.images, score_threshold=0.01)
    )
    assert len(detections) > 100
    figures = list(coco_evaluate(truth, detections).values())
    peer = pycocotools_eval(truth, detections).stats
    np.testing.assert_allclose(figures, peer, atol=1e-6)


def test_pictures_without_objects():
    blank = SimpleNamespace(
        images=np.zeros((4, 32, 32, 3), np.uint8),
        boxes=[np.empty((0, 4))] * 4,
        labels=[np.empty(0, int)] * 4,
        class_names=("a",),
    )
    targets = yolo.make_targets(blank, grid=4)
    assert targets.shape == (4, 4, 4, 5)
    assert not targets.any()
