from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from yolo_grids import assert_same_objects

from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import yolo


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
