import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers, ops
from PIL import Image

from cnn_course import plots
from cnn_course.detection import coco_evaluate, detect, faster_rcnn, iou, yolo
from cnn_course.detection.annotated import letterbox

SIDES = (96, 80)  # the network's, in pixels


class RedSquare(layers.Layer):
    """A detector of one cell: the box around all red pixels, as class 1."""

    def call(self, x):
        red = (x[..., 0] > 127) & (x[..., 1] < 64)
        across, down = ops.any(red, axis=1), ops.any(red, axis=2)
        sides = []
        for line, n in ((across, x.shape[2]), (down, x.shape[1])):
            first = ops.argmax(ops.cast(line, "int32"), axis=1)
            last = n - ops.argmax(ops.cast(ops.flip(line, 1), "int32"), axis=1)
            sides.append(
                [ops.cast(end, "float32") / n for end in (first, last)]
            )
        (left, right), (top, bottom) = sides
        seen = ops.cast(ops.any(red, axis=(1, 2)), "float32")
        numbers = [0.5 - left, 0.5 - top, right - 0.5, bottom - 0.5]
        numbers = ops.stack([*numbers, 0 * seen, 0.9 * seen], axis=-1)
        return numbers[:, None, None]


@pytest.fixture(scope="module")
def model():
    inputs = keras.Input((*SIDES, 3))
    return keras.Model(inputs, RedSquare()(inputs))


def red_on_grey(height, width, box):
    picture = np.full((height, width, 3), 100, np.uint8)
    x_min, y_min, x_max, y_max = box
    picture[y_min:y_max, x_min:x_max] = 255, 0, 0
    return picture


@st.composite
def pictures(draw):
    """Any size and proportions, with a square seen at the network's size."""
    sides = draw(st.integers(20, 400)), draw(st.integers(20, 400))
    least = int(np.ceil(4 * max(1, sides[0] / SIDES[0], sides[1] / SIDES[1])))
    height, width = (max(side, least + 1) for side in sides)
    x_min = draw(st.integers(0, width - least))
    y_min = draw(st.integers(0, height - least))
    x_max = draw(st.integers(x_min + least, width))
    y_max = draw(st.integers(y_min + least, height))
    return height, width, (x_min, y_min, x_max, y_max)


@settings(max_examples=100, deadline=None)
@given(drawn=pictures())
def test_boxes_are_in_the_pictures_own_pixels(model, drawn):
    height, width, box = drawn
    found = detect(model, red_on_grey(height, width, box))
    assert found.boxes.shape == (1, 4)
    assert found.boxes.dtype == np.float32
    # The network sees whole pixels of its own.
    off = max(1, height / SIDES[0], width / SIDES[1])
    np.testing.assert_allclose(found.boxes[0], box, atol=off + 1e-3)
    assert (found.boxes[0] <= [width, height, width, height]).all()
    assert found.names == ["1"]
    assert found.labels.tolist() == [1]
    np.testing.assert_allclose(found.scores, [0.9])


def test_exact_where_the_scale_is_a_whole_number(model):
    for times in (1, 2, 3):
        height, width = times * SIDES[0], times * 60
        box = times * np.array([7, 20, 31, 96])
        found = detect(model, red_on_grey(height, width, box))
        np.testing.assert_allclose(found.boxes[0], box, atol=1e-3)


@given(st.integers(1, 300), st.integers(1, 300))
def test_a_letterbox_keeps_the_shape(height, width):
    picture = np.zeros((height, width, 3), np.uint8)
    image, scale = letterbox(picture, SIDES)
    assert image.shape == (*SIDES, 3)
    down = np.flatnonzero((image[:, 0] == 0).all(axis=-1))
    across = np.flatnonzero((image[0] == 0).all(axis=-1))
    # A side's scale is that of the whole pixels that the picture covers.
    np.testing.assert_allclose(
        scale * (width, height), (len(across), len(down))
    )
    assert (image[len(down) :] == 128).all()
    assert (image[:, len(across) :] == 128).all()
    fit = min(SIDES[0] / height, SIDES[1] / width)
    assert len(down) == max(1, round(fit * height))
    assert len(across) == max(1, round(fit * width))


def test_a_photograph_of_1000_by_700(model):
    box = (620, 210, 790, 480)
    found = detect(model, red_on_grey(700, 1000, box))
    assert iou(found.boxes, [box]).item() > 0.9


def test_what_lies_in_the_padding_is_nothing():
    inputs = keras.Input((96, 96, 3))
    grid = np.zeros((1, 2, 1, 5), np.float32)
    grid[0, :, 0] = 0.2, 0.2, 0.2, 0.2, 0.9  # a box in each half
    x = layers.Flatten()(layers.Rescaling(0)(inputs))[:, :1, None, None, None]
    outputs = layers.Lambda(lambda x: x[..., 0] * 0 + grid)(x)
    half = keras.Model(inputs, outputs)
    assert len(detect(half, np.full((50, 50, 3), 9)).boxes) == 2
    wide = detect(half, np.full((40, 100, 3), 9))
    assert len(wide.boxes) == len(wide.names) == len(wide.scores) == 1


def write(folder, n, broken=()):
    """Write n pictures; return their boxes by name."""
    folder.mkdir()
    boxes = {}
    for i in range(n):
        name = f"{i:02}.png"
        if i in broken:
            (folder / name).write_text("no picture")
            continue
        boxes[name] = (3 * i, 10, 3 * i + 20, 40)
        picture = red_on_grey(60 + i, 100 - i, boxes[name])
        Image.fromarray(picture).save(folder / name)
    return boxes


def assert_same(found, other):
    np.testing.assert_array_equal(found.boxes, other.boxes)
    np.testing.assert_array_equal(found.scores, other.scores)
    assert found.names == other.names


def test_a_folder_is_its_pictures_one_by_one(model, tmp_path, capsys):
    write(tmp_path / "photos", 7)
    (tmp_path / "photos" / "notes.txt").touch()
    found = detect(model, tmp_path / "photos", batch_size=3)
    assert [one.path for one in found] == sorted(
        map(str, (tmp_path / "photos").glob("*.png"))
    )
    assert "Left out 1 files" in capsys.readouterr().out
    for one in found:
        alone = detect(model, one.path)
        assert_same(one, alone)
        assert alone.path == one.path
        pixels = np.asarray(Image.open(one.path))
        assert_same(one, detect(model, pixels))
        assert_same(one, detect(model, pixels.astype("float32")))
        assert detect(model, pixels).path is None


def test_a_film_is_looked_at_as_it_comes(model):
    taken = []

    def film():
        for i in itertools.count():
            taken.append(i)
            yield red_on_grey(50, 60, (i, 5, i + 20, 30))

    found = detect(model, film(), batch_size=4)
    assert taken == []
    starts = [next(found).boxes[0, 0] for _ in range(6)]
    np.testing.assert_allclose(starts, range(6), atol=1)
    assert len(taken) == 8


@pytest.mark.parametrize("make", [np.stack, list, iter])
def test_several_arrays(model, make):
    frames = [red_on_grey(50, 60, (i, 5, i + 20, 30)) for i in range(5)]
    found = detect(model, make(frames), batch_size=2)
    for one, frame in zip(found, frames, strict=True):
        assert_same(one, detect(model, frame))


def test_a_file_that_is_no_picture(model, tmp_path, capsys):
    write(tmp_path / "photos", 7, broken=(2, 5))
    with pytest.raises(ValueError, match=r"02\.png is not a picture"):
        detect(model, tmp_path / "photos")
    with pytest.raises(ValueError, match=r"05\.png is not a picture"):
        detect(model, tmp_path / "photos" / "05.png")
    found = detect(model, tmp_path / "photos", batch_size=2, skip_broken=True)
    assert [one.path[-6:-4] for one in found] == ["00", "01", "03", "04", "06"]
    said = capsys.readouterr().out
    assert "Left out 2 pictures" in said
    assert "02.png is not" in said
    assert "05.png is not" in said


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (np.full((9, 9, 3), 0.5), "picture must have .*Multiply by 255"),
        (np.full((9, 9, 3), 300), "picture must have grey levels of 0 to 255"),
        (np.zeros((9, 9), np.uint8), r"picture must be a colour .*\(9, 9\)"),
        (7, "picture must be an array .* or an iterable of them; got 7"),
    ],
)
def test_what_is_no_picture(model, picture, message):
    with pytest.raises(ValueError, match=message):
        detect(model, picture)


def test_a_frame_that_is_no_picture_is_numbered(model):
    frames = [np.zeros((9, 9, 3)), np.full((9, 9, 3), 0.5)]
    with pytest.raises(ValueError, match="picture 1 must have grey levels"):
        list(detect(model, frames, skip_broken=True))


@pytest.mark.parametrize("unread", [None, np.zeros((0, 9, 3)), "none.png"])
def test_what_stood_before_a_frame_that_is_unread_is_not_lost(model, unread):
    frames = [red_on_grey(50, 60, (i, 5, i + 20, 30)) for i in range(6)]
    said = detect(model, [*frames, unread, frames[0]], batch_size=4)
    found = [next(said) for _ in frames]
    with pytest.raises((ValueError, FileNotFoundError), match=r"6|none\.png"):
        next(said)
    for one, frame in zip(found, frames, strict=True):
        assert_same(one, detect(model, frame))


def test_a_folder_without_pictures(model, tmp_path):
    with pytest.raises(ValueError, match="no picture in"):
        detect(model, tmp_path)
    with pytest.raises(FileNotFoundError):
        detect(model, tmp_path / "nowhere.png")
    assert list(detect(model, [])) == []


def test_names(model):
    picture = red_on_grey(50, 60, (5, 5, 25, 30))
    found = detect(model, picture, class_names=["dog", "cat"])
    assert found.names == ["cat"]
    model.class_names = ["fox", "hen"]
    assert detect(model, picture).names == ["hen"]
    del model.class_names
    with pytest.raises(ValueError, match="the model's 2 classes; got 1"):
        detect(model, picture, class_names=["cat"])
    options = {"decoder": yolo.decode_free, "class_names": ["cat"]}
    with pytest.raises(ValueError, match="label 1 has none among 1"):
        detect(model, picture, **options)


def test_options_reach_the_detector(model):
    picture = red_on_grey(50, 60, (5, 5, 25, 30))
    found = detect(model, picture, score_threshold=0.95)
    assert found.boxes.shape == (0, 4)
    assert found.names == []


def test_as_coco_results(model):
    box = [10, 12, 40, 42]
    found = detect(model, red_on_grey(80, 96, box))
    (row,) = found.to_coco(7, category_ids=[90, 33])
    assert row["image_id"] == 7
    assert row["category_id"] == 33
    assert found.to_coco(7)[0]["category_id"] == 1
    truth = {
        "images": [{"id": 7}],
        "categories": [{"id": 33}],
        "annotations": [
            {
                "id": 1,
                "image_id": 7,
                "category_id": 33,
                "bbox": [10, 12, 30, 30],
            }
        ],
    }
    assert coco_evaluate(truth, [row])["AP50"] == 1


def test_drawn_in_one_line(model):
    picture = red_on_grey(80, 96, (10, 12, 40, 42))
    found = detect(model, picture, class_names=["dog", "cat"])
    plots.boxes(picture, *found[:3])
    axis = plt.gca()
    assert [text.get_text() for text in axis.texts] == ["cat 0.90"]
    corner = axis.patches[-1].get_xy()
    np.testing.assert_allclose(corner, (10, 12), atol=1.5)
    plt.close()


def test_a_faster_rcnn_finds_what_its_own_function_does():
    keras.utils.set_random_seed(0)
    model = faster_rcnn.FasterRCNN(48, 2, proposals=6)
    picture = red_on_grey(48, 48, (5, 5, 25, 30))
    options = {"score_threshold": 0.1}
    expected = faster_rcnn.predict_boxes(model, picture[None], **options)
    found = detect(model, picture, **options)
    assert len(found.boxes) > 0
    for got, values in zip(
        (found.boxes, found.scores, found.labels), expected, strict=True
    ):
        np.testing.assert_array_equal(got, values[0])
    with pytest.raises(ValueError, match="the model's 2 classes; got 3"):
        detect(model, picture, class_names=["a", "b", "c"])


@pytest.mark.parametrize(
    ("inputs", "outputs", "message"),
    [
        ((None, None, 3), 3, "of one size; its input is .*None, None, 3"),
        ((8, 8, 1), 3, "colour pictures of one size; its input is .*8, 8, 1"),
        ((8, 8, 3), 2, r"a FasterRCNN or a YOLO.*to \(None, 5\)"),
    ],
)
def test_what_is_no_detector(inputs, outputs, message):
    x = keras.Input(inputs)
    y = layers.Conv2D(5, 1)(x)
    y = layers.GlobalAveragePooling2D()(y) if outputs == 2 else y
    with pytest.raises(ValueError, match=message):
        detect(keras.Model(x, y), np.zeros((9, 9, 3)))
