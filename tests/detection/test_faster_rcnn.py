import os
import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from keras import ops

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import faster_rcnn, iou, nms
from cnn_course.detection.faster_rcnn import (
    FasterRCNN,
    decode_deltas,
    encode_deltas,
    make_anchors,
    make_truth,
    match,
    pairwise_iou,
    predict_boxes,
    propose,
    roi_align,
)

# --- anchors, and boxes relative to them --------------------------------------


def boxes_of(draw, n, least=0.5):
    """Boxes of n rows, with an area."""
    start = draw(
        arrays(np.float32, (n, 2), elements=st.floats(2, 80, width=32))
    )
    size = draw(
        arrays(np.float32, (n, 2), elements=st.floats(least, 40, width=32))
    )
    return np.concatenate([start, start + size], axis=1)


@st.composite
def two_sets(draw):
    return boxes_of(draw, draw(st.integers(1, 6))), boxes_of(
        draw, draw(st.integers(1, 6))
    )


def test_anchors_by_hand():
    anchors = make_anchors(2, 3, stride=8, shapes=[(4, 6), (10, 2)])
    assert anchors.shape == (12, 4)
    np.testing.assert_array_equal(anchors[0], [2, 1, 6, 7])  # centre (4, 4)
    np.testing.assert_array_equal(anchors[1], [-1, 3, 9, 5])
    np.testing.assert_array_equal(anchors[2], [10, 1, 14, 7])  # to the right
    np.testing.assert_array_equal(anchors[6], [2, 9, 6, 15])  # the next row


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"rows": 0}, "rows must be an int >= 1"),
        ({"columns": 1.5}, "columns must be an int >= 1"),
        ({"shapes": [(3, 0)]}, "shapes must be pairs"),
        ({"shapes": [3, 4]}, "shapes must be pairs"),
    ],
)
def test_anchors_that_are_none(arguments, words):
    with pytest.raises(ValueError, match=words):
        make_anchors(**{"rows": 2, "columns": 2} | arguments)


def test_deltas_by_hand():
    anchor = np.array([[10, 10, 20, 30]], np.float32)
    box = np.array([[12, 10, 32, 20]], np.float32)  # centre 7, −5 away
    expected = [[0.7, -0.25, np.log(2), np.log(0.5)]]
    np.testing.assert_allclose(encode_deltas(box, anchor), expected, rtol=1e-6)


@st.composite
def pairs(draw):
    n = draw(st.integers(1, 8))
    return boxes_of(draw, n, least=1), boxes_of(draw, n, least=1)


@given(pairs())
@settings(deadline=None)
def test_decode_undoes_encode(case):
    boxes, anchors = case
    back = decode_deltas(encode_deltas(boxes, anchors), anchors)
    np.testing.assert_allclose(back, boxes, atol=1e-3)
    np.testing.assert_array_equal(encode_deltas(boxes, boxes), 0)


@given(pairs(), st.floats(0.1, 10), st.floats(-50, 50))
@settings(deadline=None)
def test_deltas_do_not_see_scale_and_place(case, scale, shift):
    boxes, anchors = case
    np.testing.assert_allclose(
        encode_deltas(scale * boxes + shift, scale * anchors + shift),
        encode_deltas(boxes, anchors),
        rtol=1e-3,
        atol=1e-3,
    )


def test_wild_deltas_stay_finite():
    anchors = np.array([[0, 0, 8, 8]], np.float32)
    assert np.isfinite(decode_deltas([[0.0, 0.0, 1e9, -1e9]], anchors)).all()
    assert np.isfinite(encode_deltas([[5.0, 5.0, 5.0, 5.0]], anchors)).all()


# --- who belongs to whom ------------------------------------------------------


@given(two_sets())
@settings(deadline=None)
def test_pairwise_iou_is_the_courses_iou(case):
    np.testing.assert_allclose(pairwise_iou(*case), iou(*case), atol=1e-4)


def test_pairwise_iou_of_no_boxes_is_0():
    zero = np.zeros((1, 2, 4), np.float32)
    np.testing.assert_array_equal(pairwise_iou(zero, zero), 0)


def match_slowly(boxes, truth, positive, negative, best_too):
    table = iou(boxes, truth)
    kind = []
    for i in range(len(boxes)):
        value = table[i].max()
        this = 1 if value >= positive else 0 if value < negative else -1
        for j in range(len(truth)):
            if best_too and table[i, j] == table[:, j].max() > 0:
                this = 1
        kind.append(this)
    return kind, table.argmax(axis=1)


@given(st.integers(0, 10_000), st.booleans())
@settings(deadline=None)
def test_match_agrees_with_a_loop(seed, best_too):
    rng = np.random.default_rng(seed)
    boxes, truth = (
        np.sort(rng.uniform(0, 40, (n, 2, 2)), axis=1).reshape(n, 4)
        for n in (12, 3)
    )
    options = {"positive": 0.5, "negative": 0.2, "best_too": best_too}
    kind, which = match_slowly(boxes, truth, 0.5, 0.2, best_too)
    padded = np.concatenate([truth, np.zeros((2, 4))]).astype("float32")
    ours = match(boxes[None].astype("float32"), padded[None], **options)
    np.testing.assert_array_equal(ours[0][0], kind)
    chosen = np.array(kind) == 1
    np.testing.assert_array_equal(np.asarray(ours[1][0])[chosen], which[chosen])


def test_without_objects_all_is_background():
    anchors = make_anchors(2, 2)[None]
    kind, _ = match(
        anchors, np.zeros((1, 3, 4), "float32"), positive=0.7, negative=0.3,
        best_too=True,
    )  # fmt: skip
    np.testing.assert_array_equal(kind, 0)


# --- regions ------------------------------------------------------------------


@given(st.integers(0, 10_000), st.sampled_from([0.3, 0.5, 0.7]))
@settings(max_examples=8, deadline=None)
def test_propose_keeps_what_nms_keeps(seed, iou_threshold):
    rng = np.random.default_rng(seed)
    corners = np.sort(rng.uniform(0, 40, (2, 9, 2, 2)), axis=2)
    boxes = corners.reshape(2, 9, 4).astype("float32")
    scores = rng.uniform(0.01, 1, (2, 9)).astype("float32")
    kept, kept_scores = propose(
        boxes, scores, count=9, iou_threshold=iou_threshold
    )
    for i in range(2):
        rows = nms(boxes[i], scores[i], iou_threshold=iou_threshold)
        n = len(rows)
        np.testing.assert_allclose(kept[i][:n], boxes[i][rows])
        np.testing.assert_allclose(kept_scores[i][:n], scores[i][rows])
        np.testing.assert_array_equal(kept[i][n:], 0)
        np.testing.assert_array_equal(kept_scores[i][n:], 0)


def value_at(feature, x, y):
    """Bilinear interpolation at a point in cells, one corner at a time."""
    rows, columns, channels = feature.shape
    x, y = np.clip(x - 0.5, 0, columns - 1), np.clip(y - 0.5, 0, rows - 1)
    total = np.zeros(channels)
    for row in {int(np.floor(y)), int(np.ceil(y))}:
        for column in {int(np.floor(x)), int(np.ceil(x))}:
            share = (1 - abs(y - row)) * (1 - abs(x - column))
            total += share * feature[row, column]
    return total


def roi_align_slowly(feature, box, size, samples):
    x_min, y_min, x_max, y_max = box
    out = np.zeros((size, size, feature.shape[-1]))
    for i, j in np.ndindex(size, size):
        for a, b in np.ndindex(samples, samples):
            y = y_min + (i + (a + 0.5) / samples) * (y_max - y_min) / size
            x = x_min + (j + (b + 0.5) / samples) * (x_max - x_min) / size
            out[i, j] += value_at(feature, x, y) / samples**2
    return out


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_roi_align_agrees_with_a_loop(seed, size, samples):
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(2, 5, 7, 3)).astype("float32")
    corners = np.sort(rng.uniform(-1, 8, (2, 4, 2, 2)), axis=2)
    boxes = corners.reshape(2, 4, 4).astype("float32")
    ours = roi_align(features, boxes, size, samples=samples)
    assert ours.shape == (2, 4, size, size, 3)
    for picture, box in np.ndindex(2, 4):
        np.testing.assert_allclose(
            ours[picture, box],
            roi_align_slowly(
                features[picture], boxes[picture, box], size, samples
            ),
            atol=1e-4,
        )


def test_roi_align_where_crop_and_resize_means_the_same():
    # One point a bin; TensorFlow's box ends at the outermost points, and
    # counts from centre to centre, in shares.
    rng = np.random.default_rng(0)
    features = rng.normal(size=(1, 9, 9, 2)).astype("float32")
    boxes = np.array([[1.2, 2.0, 6.7, 8.0], [0.5, 0.5, 8.5, 8.5]], "float32")
    size = 4
    ours = roi_align(features, boxes[None], size, samples=1)[0]
    start, end = boxes[:, :2], boxes[:, 2:]
    inset = (end - start) / size / 2
    first, last = (start + inset - 0.5) / 8, (end - inset - 0.5) / 8
    theirs = tf.image.crop_and_resize(
        features,
        np.concatenate([first[:, ::-1], last[:, ::-1]], axis=1),  # y first
        [0, 0],
        [size, size],
    )
    np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_roi_align_of_a_slope_is_exact():
    # Bilinear interpolation keeps a plane: each bin is the plane's value at
    # its middle, wherever the box lies.
    y, x = np.mgrid[0.5:6, 0.5:6]
    plane = (3 * x - 2 * y + 1).astype("float32")[None, ..., None]
    box = np.array([[[0.9, 1.3, 4.1, 5.2]]], "float32")
    got = np.asarray(roi_align(plane, box, 3))[0, 0, ..., 0]
    middle_x = 0.9 + (np.arange(3) + 0.5) * 3.2 / 3
    middle_y = 1.3 + (np.arange(3) + 0.5) * 3.9 / 3
    expected = 3 * middle_x - 2 * middle_y[:, None] + 1
    np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_gradient_flows_to_the_cells_below_the_box_alone():
    features = tf.Variable(tf.ones((1, 6, 6, 1)))
    box = tf.constant([[[1.0, 1.0, 3.0, 3.0]]])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(roi_align(features, box, 2))
    slope = np.asarray(tape.gradient(total, features))[0, ..., 0]
    assert (slope[1:3, 1:3] > 0).all()
    assert np.isclose(slope.sum(), 4)  # each of four bins has a mean
    assert not slope[4:].any()
    assert not slope[:, 4:].any()


def test_roi_align_refuses_what_it_cannot_cut():
    features, boxes = np.zeros((1, 4, 4, 1)), np.zeros((1, 2, 4))
    with pytest.raises(ValueError, match="size must be an int >= 1"):
        roi_align(features, boxes, 0)
    with pytest.raises(ValueError, match="samples must be an int >= 1"):
        roi_align(features, boxes, 2, samples=0.5)
    with pytest.raises(ValueError, match=r"boxes \(batch, n, 4\)"):
        roi_align(features, boxes[0], 2)


# --- the two-stage network ----------------------------------------------------


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(8, digits=(1, 3), seed=0)


@pytest.fixture(scope="module")
def detector():
    keras.utils.set_random_seed(0)
    return FasterRCNN(96, 10, proposals=6)


def test_shapes_of_both_stages(detector, scenes):
    features, objectness, deltas = detector(scenes.images[:2].astype("float32"))
    count = 12 * 12 * len(faster_rcnn.SHAPES)
    assert features.shape == (2, 12, 12, 64)
    assert objectness.shape == (2, count)
    assert deltas.shape == (2, count, 4)
    boxes, scores = detector.regions(objectness, deltas)
    assert boxes.shape == (2, 6, 4)
    assert (np.diff(scores, axis=1) <= 0).all()
    assert 0 <= np.min(boxes) <= np.max(boxes) <= 96
    logits, moves = detector.classify(features, boxes)
    assert logits.shape == (2, 6, 11)
    assert moves.shape == (2, 6, 4)


def test_the_map_and_the_anchors_have_the_same_order(detector):
    # A score at one place of the map is the score of the anchors there.
    inner = keras.Model(
        detector.rpn.input, detector.rpn.get_layer("objectness").output
    )
    features = np.random.default_rng(0).normal(size=(1, 12, 12, 64))
    grid = np.asarray(inner(features))[0]
    flat = np.asarray(detector.rpn(features)[0])[0]
    row, column, shape = 3, 7, 2
    place = (row * 12 + column) * len(faster_rcnn.SHAPES) + shape
    assert flat[place] == grid[row, column, shape]
    x_min, y_min, x_max, y_max = detector.anchors[place]
    assert ((x_min + x_max) / 2, (y_min + y_max) / 2) == (60, 28)


def perfect_first_stage(detector, truth):
    """What the RPN would say if it had learned everything."""
    boxes = ops.convert_to_tensor(truth["boxes"])
    anchors = ops.broadcast_to(
        detector.anchors, (len(boxes), *detector.anchors.shape)
    )
    kind, which = match(
        anchors, boxes, positive=0.7, negative=0.3, best_too=True
    )
    which = np.asarray(which)[..., None]
    deltas = encode_deltas(
        np.take_along_axis(truth["boxes"], which, axis=1), anchors
    )
    return ops.where(kind == 1, 20.0, -20.0), deltas


def test_perfect_answers_of_the_first_stage_cost_nothing(detector, scenes):
    truth = make_truth(scenes)
    objectness, deltas = perfect_first_stage(detector, truth)
    features = np.zeros((8, 12, 12, 64), "float32")
    terms = detector.loss_terms(truth, features, objectness, deltas)
    assert float(terms["objectness"]) < 1e-6
    assert float(terms["anchors"]) < 1e-6
    boxes, _ = detector.regions(objectness, deltas)
    for found, true in zip(np.asarray(boxes), scenes.boxes, strict=True):
        assert iou(true, found).max(axis=1).min() > 0.99


def test_padding_costs_nothing(detector, scenes):
    truth, longer = make_truth(scenes), make_truth(scenes, most=7)
    outputs = detector(scenes.images.astype("float32"))
    terms = detector.loss_terms(truth, *outputs)
    padded = detector.loss_terms(longer, *outputs)
    for name, value in terms.items():
        np.testing.assert_allclose(padded[name], value, rtol=1e-4, atol=1e-6)


def test_pictures_without_any_box_can_be_learned_from(detector, scenes):
    none = scenes._replace(boxes=[[]] * 8, labels=[[]] * 8)
    outputs = detector(scenes.images.astype("float32"))
    terms = detector.loss_terms(make_truth(none), *outputs)
    assert float(terms["objectness"]) > 0
    assert float(terms["anchors"]) == float(terms["boxes"]) == 0


def test_no_gradient_through_the_proposals(detector, scenes):
    images = tf.constant(scenes.images[:2].astype("float32"))
    with tf.GradientTape() as tape:
        _, objectness, deltas = detector(images)
        boxes, _ = detector.regions(objectness, deltas)
        total = tf.reduce_sum(boxes)
    weights = detector.rpn.trainable_variables
    gradients = tape.gradient(total, [weight.value for weight in weights])
    assert all(gradient is None for gradient in gradients)


def test_a_few_scenes_are_learned_by_heart():
    keras.utils.set_random_seed(0)
    few = make_scenes(8, size=48, digits=(1, 1), seed=0)
    model = FasterRCNN(48, 10, proposals=6)
    model.compile(keras.optimizers.Adam(3e-3), steps_per_execution=10)
    images, truth = np.tile(few.images, (10, 1, 1, 1)), make_truth(few)
    truth = {
        name: np.concatenate([values] * 10) for name, values in truth.items()
    }
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    losses = model.fit(images, truth, epochs=16, **options).history["loss"]
    assert losses[-1] < 0.3 * losses[1]
    hits = 0
    for true, label, boxes, scores, labels in zip(
        few.boxes, few.labels, *predict_boxes(model, few.images), strict=True
    ):
        assert (np.diff(scores) <= 0).all()
        right = (iou(true, boxes)[0] > 0.5) & (labels == label[0])
        hits += bool(right[:1].any())  # the best one
    assert hits >= 6


TWO_STEPS = """
import keras
import numpy as np
from cnn_course.detection import faster_rcnn
from cnn_course.datasets.scenes import make_scenes

few = make_scenes(4, size=48, digits=(1, 1), seed=0)
model = faster_rcnn.FasterRCNN(48, 10, proposals=3)
model.compile("adam")
truth = faster_rcnn.make_truth(few)
log = model.fit(few.images, truth, batch_size=2, verbose=0).history
assert np.isfinite(log["loss"]).all()
for weight in model.head.non_trainable_variables:  # its batch statistics
    start = float("variance" in weight.path)
    assert np.abs(keras.ops.convert_to_numpy(weight) - start).max() > 0
boxes, _, _ = faster_rcnn.predict_boxes(model, few.images, score_threshold=0)
assert len(boxes) == 4 and len(boxes[0])
print(keras.backend.backend())
"""


def test_trains_on_jax():
    quickly = "--xla_backend_optimization_level=0"
    done = subprocess.run(
        [sys.executable, "-c", TWO_STEPS],
        env={**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": quickly},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.split() == ["jax"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"image_size": 100}, "image_size must be a multiple of 8"),
        ({"image_size": 0}, "image_size must be an int >= 8"),
        ({"classes": 0}, "classes must be an int >= 1"),
        ({"proposals": 2.5}, "proposals must be an int >= 1"),
        ({"bins": 0}, "bins must be an int >= 1"),
    ],
)
def test_arguments_out_of_range(arguments, words):
    with pytest.raises(ValueError, match=words):
        FasterRCNN(**{"image_size": 32, "classes": 2} | arguments)


def test_truth_by_hand_and_its_errors(scenes):
    truth = make_truth(scenes, most=4)
    assert truth["boxes"].shape == (8, 4, 4)
    n = len(scenes.boxes[5])
    np.testing.assert_array_equal(truth["boxes"][5, :n], scenes.boxes[5])
    assert not truth["boxes"][5, n:].any()
    assert truth["labels"][5, :n].tolist() == scenes.labels[5].tolist()
    with pytest.raises(ValueError, match="picture 0 must have one label a box"):
        make_truth(scenes, most=0)
    relative = scenes._replace(boxes=[boxes / 96 for boxes in scenes.boxes])
    with pytest.raises(ValueError, match="boxes of picture 0 must be in pix"):
        make_truth(relative)
    turned = scenes._replace(boxes=[b[:, ::-1] for b in scenes.boxes])
    with pytest.raises(ValueError, match="boxes of picture 0 must have x_min"):
        make_truth(turned)
