import subprocess
import sys

import keras
import numpy as np
import pytest
from coco_sets import pycocotools_eval
from fresh_process import for_once
from yolo_grids import random_grids

from cnn_course.datasets import read_picture
from cnn_course.detection import coco_evaluate, detect, iou, yolo
from cnn_course.detection.readers import load_images
from cnn_course.detection.writers import detections_to_coco, to_coco

STEPS = 120  # of 16 pictures
ON_A_BACKEND = """
import sys
import keras
import numpy as np
from cnn_course.detection import yolo
yolo.network.STAGES = ((4, 0), (8, 1), (8, 0))  # a small one compiles fast
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
        env=for_once("jax"),
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


@pytest.fixture(scope="module")
def trained(drawn_and_read):
    """A network trained on each set: its pictures, and what is found there.

    It is built once, and set back to its start before the second training;
    under "model" it is as that left it.
    """
    keras.utils.set_random_seed(0)
    model = yolo.yolo((48, 48, 3), classes=3)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-3, STEPS, warmup_target=1e-2, warmup_steps=STEPS // 5
    )
    model.compile(keras.optimizers.Adam(rate), yolo.free_loss)
    model.optimizer.build(model.trainable_variables)
    start = [np.array(variable) for variable in everything(model)]
    results = {"model": model}
    for name, annotated in drawn_and_read.items():
        for variable, value in zip(everything(model), start, strict=True):
            variable.assign(value)
        pictures = load_images(annotated, size=48)
        model.fit(
            pictures.images,
            yolo.make_targets(pictures, grid=model.output_shape[1:3]),
            batch_size=16,
            epochs=STEPS * 16 // len(pictures.images),
            verbose=0,
        )
        found = yolo.predict(model, pictures.images, score_threshold=1e-3)
        results[name] = to_coco(pictures), detections_to_coco(*found)
    return results


def everything(model):
    return model.variables + model.optimizer.variables


@pytest.mark.parametrize("name", ["coco", "voc"])
def test_trains_on_a_coco_file_and_on_a_voc_folder(trained, name):
    assert coco_evaluate(*trained[name])["AP50"] > 0.8


def test_its_figures_are_pycocotools_own(trained):
    truth, detections = trained["coco"]
    assert len(detections) > 100
    figures = list(coco_evaluate(truth, detections).values())
    peer = pycocotools_eval(truth, detections).stats
    np.testing.assert_allclose(figures, peer, atol=1e-6)


def test_a_large_picture_has_boxes_in_its_own_pixels(trained, drawn_and_read):
    """Those of the training, 16 times as large: about 1 000 x 700 pixels."""
    annotated = drawn_and_read["voc"]  # the last that it was trained on
    overlaps = []
    for path, boxes, labels in zip(
        annotated.paths, annotated.boxes, annotated.labels, strict=True
    ):
        large = np.repeat(np.repeat(read_picture(path), 16, 0), 16, 1)
        found = detect(trained["model"], large)
        table = iou(16 * boxes, found.boxes)
        table *= labels[:, None] == found.labels
        best = table.max(axis=1, initial=0)
        to_see = (boxes[:, 2:] - boxes[:, :2]).min(axis=1) >= 8
        overlaps += best[to_see].tolist()
    assert len(overlaps) > 20
    assert np.mean(np.array(overlaps) >= 0.7) > 0.8
