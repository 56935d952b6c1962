import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf
from fresh_process import for_once
from keras import ops

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import faster_rcnn, iou
from cnn_course.detection.faster_rcnn import (
    FasterRCNN,
    encode_deltas,
    make_truth,
    match,
    predict_boxes,
)


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
from cnn_course.detection import faster_rcnn, yolo
from cnn_course.datasets.scenes import make_scenes

yolo.network.STAGES = ((4, 0), (8, 1), (8, 0))  # a small one compiles fast

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
    done = subprocess.run(
        [sys.executable, "-c", TWO_STEPS],
        env=for_once("jax"),
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
    with pytest.raises(ValueError, match=r"in pixels.*first of picture 0"):
        make_truth(relative)
    turned = scenes._replace(boxes=[b[:, ::-1] for b in scenes.boxes])
    with pytest.raises(ValueError, match="boxes of picture 0 must have x_min"):
        make_truth(turned)
