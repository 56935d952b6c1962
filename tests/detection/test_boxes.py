import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.detection import boxes as module
from cnn_course.detection import convert_boxes, iou
from cnn_course.detection.boxes import FORMATS

QUICK = settings(max_examples=80, deadline=None, derandomize=True)
BOX = (10, 20, 30, 60)


def random_boxes(seed, count, side=100):
    """Boxes in pixels, some without area."""
    rng = np.random.default_rng(seed)
    corners = rng.uniform(0, side, (count, 2, 2))
    corners[rng.uniform(size=count) < 0.1, 1, 0] = 0
    return np.sort(corners, axis=1).reshape(count, 4)


def integer_boxes(side=12):
    """Up to five boxes with corners on whole pixels."""
    pair = st.tuples(st.integers(0, side), st.integers(0, side)).map(sorted)
    box = st.tuples(pair, pair).map(
        lambda sides: [sides[0][0], sides[1][0], sides[0][1], sides[1][1]]
    )
    return st.lists(box, max_size=5)


def painted(box, side=12):
    picture = np.zeros((side, side), bool)
    x_min, y_min, x_max, y_max = box
    picture[y_min:y_max, x_min:x_max] = True
    return picture


# --- iou ---


@QUICK
@given(integer_boxes(), integer_boxes())
def test_iou_counts_pixels(boxes1, boxes2):
    table = iou(boxes1, boxes2)
    assert table.shape == (len(boxes1), len(boxes2))
    for row, box1 in zip(table, boxes1, strict=True):
        for value, box2 in zip(row, boxes2, strict=True):
            one, two = painted(box1), painted(box2)
            shared, union = (one & two).sum(), (one | two).sum()
            assert value == (shared / union if union else 0)


@QUICK
@given(st.integers(0, 999), st.integers(1, 30), st.integers(1, 30))
def test_iou_equals_keras(seed, n, m):
    boxes1 = random_boxes(seed, n).astype("float32")
    boxes2 = random_boxes(seed + 1, m).astype("float32")
    expected = keras.utils.bounding_boxes.compute_iou(boxes1, boxes2, "xyxy")
    # Keras adds 1e-7 to the union: seen only where that is tiny.
    union_is_tiny = [
        np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) < 0.1
        for boxes in (boxes1, boxes2)
    ]
    expected = np.where(
        union_is_tiny[0][:, None] & union_is_tiny[1],
        iou(boxes1, boxes2),
        expected,
    )
    np.testing.assert_allclose(iou(boxes1, boxes2), expected, atol=2e-6)


def test_iou_by_hand():
    # 5 x 5 shared of 100 + 100 - 25; then touching, inside, the same, a line.
    others = [
        (5, 5, 15, 15),
        (10, 0, 20, 10),
        (0, 0, 5, 10),
        (0, 0, 10, 10),
        (3, 0, 3, 10),
    ]
    table = iou([(0, 0, 10, 10)], others)
    np.testing.assert_array_equal(table, [[25 / 175, 0, 0.5, 1, 0]])


def test_iou_of_boxes_without_area_is_zero():
    assert iou([(3, 3, 3, 3)], [(3, 3, 3, 3)]) == 0


def test_iou_knows_no_unit_and_no_order():
    boxes1, boxes2 = random_boxes(0, 9), random_boxes(1, 7)
    table = iou(boxes1, boxes2)
    np.testing.assert_allclose(iou(boxes2, boxes1).T, table)
    np.testing.assert_allclose(iou(boxes1 / 100, boxes2 / 100), table)
    np.testing.assert_allclose(iou(boxes1 + 50, boxes2 + 50), table)


def test_iou_of_more_rows_than_the_cache_holds():
    boxes1, boxes2 = random_boxes(0, 700), random_boxes(1, 300)
    assert boxes2[:, 0].nbytes * len(boxes1) > 3 * module._CACHE_BYTES
    table = iou(boxes1, boxes2)
    for i in (0, 150, 699):
        np.testing.assert_array_equal(iou(boxes1[[i]], boxes2)[0], table[i])


@pytest.mark.parametrize(
    ("dtype1", "dtype2", "expected"),
    [
        ("float32", "float32", "float32"),
        ("float16", "float32", "float32"),
        ("float32", "float64", "float64"),
        ("int64", "int32", "float64"),
        ("uint8", "uint8", "float64"),
    ],
)
def test_iou_keeps_the_float_type(dtype1, dtype2, expected):
    table = iou(np.array([BOX], dtype1), np.array([BOX], dtype2))
    assert table == 1
    assert table.dtype == expected


def test_iou_leaves_its_arguments_alone():
    boxes1, boxes2 = random_boxes(0, 4), random_boxes(1, 4)
    copies = boxes1.copy(), boxes2.copy()
    iou(boxes1, boxes2)
    np.testing.assert_array_equal(boxes1, copies[0])
    np.testing.assert_array_equal(boxes2, copies[1])


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_iou_of_no_boxes(shape):
    boxes1, boxes2 = ([BOX] * count for count in shape)
    assert iou(boxes1, boxes2).shape == shape


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ([BOX, BOX, (40, 10, 20, 30)], r"row 2 is \(40, 10, 20, 30\).*convert"),
        ([(0, 30, 20, 10)], r"y_min <= y_max; row 0 is \(0, 30, 20, 10\)"),
        ([BOX, (0, np.nan, 1, 1)], r"finite; row 1 is \(0, nan, 1, 1\)"),
        ([(0, 0, np.inf, 1)], "finite; row 0"),
        (BOX, r"shape \(n, 4\); got \(4,\). For one box: \[box\]"),
        (np.zeros((2, 5)), r"got \(2, 5\)"),
        (np.zeros((1, 2, 4)), r"got \(1, 2, 4\)"),
        ([BOX, (1, 2)], r"numbers of shape \(n, 4\)"),
        ([("a", "b", "c", "d")], r"numbers of shape \(n, 4\)"),
    ],
)
def test_iou_errors(boxes, message):
    with pytest.raises(ValueError, match=f"boxes1 must .*{message}"):
        iou(boxes, [BOX])
    with pytest.raises(ValueError, match=f"boxes2 must .*{message}"):
        iou([BOX], boxes)


def test_iou_of_relative_boxes_with_pixels_is_an_error():
    relative = [(0.1, 0.2, 0.5, 0.9)] * 3
    pixels = [(0, 0, 1, 1), BOX]
    message = (
        r"same unit; boxes1 .* row 0 is \(0.1, 0.2, 0.5, 0.9\), and row 1 of "
        r"boxes2 is \(10, 20, 30, 60\).*convert_boxes\(boxes1"
    )
    with pytest.raises(ValueError, match=message):
        iou(relative, pixels)
    with pytest.raises(ValueError, match=r"same unit; boxes2 .* of boxes1"):
        iou(pixels, relative)
    # One or two small things in a corner of a picture that was shrunk.
    iou(relative[:2], pixels)


def test_iou_of_one_pixel_with_a_picture_is_none():
    assert iou([(0, 0, 1, 1)], [(0, 0, 10, 10)]) == 0.01
    assert iou([(0.1, 0.1, 0.9, 0.9)], [(-0.2, 0, 1.3, 1)]) > 0.4


# --- convert_boxes ---


@pytest.mark.parametrize("source", FORMATS)
@pytest.mark.parametrize("target", FORMATS)
def test_convert_equals_keras_and_comes_back(source, target):
    size = {"height": 80, "width": 120}
    convert = keras.utils.bounding_boxes.convert_format
    corners = random_boxes(0, 9, side=80).astype("float32")
    boxes = np.asarray(convert(corners, "xyxy", source, **size))
    got = convert_boxes(boxes, source, target, **size)
    assert got.dtype == "float32"
    expected = convert(boxes, source, target, **size)
    np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-5)
    back = convert_boxes(got, target, source, **size)
    np.testing.assert_allclose(back, boxes, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("xyxy", (10, 20, 30, 60)),
        ("yxyx", (20, 10, 60, 30)),
        ("xywh", (10, 20, 20, 40)),
        ("center_xywh", (20, 40, 20, 40)),
        ("rel_xyxy", (0.1, 0.1, 0.3, 0.3)),
        ("rel_center_xywh", (0.2, 0.2, 0.2, 0.2)),
    ],
)
def test_convert_by_hand(target, expected):
    got = convert_boxes([BOX], "xyxy", target, height=200, width=100)
    np.testing.assert_allclose(got, [expected])


def test_convert_returns_a_copy():
    boxes = random_boxes(0, 3)
    convert_boxes(boxes, "xyxy", "xyxy")[:] = 0
    assert boxes.any()


@pytest.mark.parametrize("source", FORMATS)
def test_convert_no_boxes(source):
    got = convert_boxes([], source, "xywh", height=5, width=5)
    assert got.shape == (0, 4)


@pytest.mark.parametrize(
    ("boxes", "source", "target", "message"),
    [
        ([BOX], "cxcywh", "xyxy", "source must be one of .*; got 'cxcywh'"),
        ([BOX], "xyxy", "corners", "target must be one of .*; got 'corners'"),
        (
            [(5, 5, 3, 9)],
            "xyxy",
            "xywh",
            r"row 0 is \(5, 5, 3, 9\).*source .xyxy",
        ),
        ([BOX, (5, 5, 3, -9)], "xywh", "xyxy", r"height >= 0; row 1 is \(5,"),
        ([(5, 5, -3, 9)], "center_xywh", "xyxy", "width >= 0"),
        (
            [(0.1, 0.1, 0.9, 1)] * 3,
            "xyxy",
            "rel_xyxy",
            "pixels.* put rel_ before",
        ),
        ([BOX], "rel_xyxy", "xyxy", r"row 0 is \(10, .*leave rel_ out"),
    ],
)
def test_convert_errors(boxes, source, target, message):
    with pytest.raises(ValueError, match=message):
        convert_boxes(boxes, source, target, height=100, width=100)


@pytest.mark.parametrize("size", [{}, {"width": 5}, {"height": 5, "width": 0}])
def test_convert_needs_the_size_only_between_units(size):
    convert_boxes([BOX], "xyxy", "center_xywh", **size)
    with pytest.raises(ValueError, match=r"(height|width) must be an int >= 1"):
        convert_boxes([BOX], "xyxy", "rel_xyxy", **size)
