"""Boxes that fit into a grid, what is read out of it, and random answers."""

import numpy as np
from hypothesis import strategies as st

from cnn_course.detection import yolo


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
