import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from yolo_grids import assert_same_objects, pictures, random_grids

from cnn_course.detection import iou, yolo


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
