import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnn_course import datasets
from cnn_course.datasets import handwriting, placing, scenes
from cnn_course.datasets.scenes import make_scenes
from cnn_course.detection import iou

SPLITS = st.sampled_from(["train", "test"])


def same(scenes1, scenes2):
    """Compare two sets of scenes field by field."""
    fields = zip(scenes1[:-1], scenes2[:-1], strict=True)
    return all(
        np.array_equal(a, b)
        for field1, field2 in fields
        for a, b in zip(field1, field2, strict=True)
    )


def first(made, n):
    return scenes.Scenes(*(field[:n] for field in made[:-1]), made.class_names)


def tight_box(ink):
    rows, columns = ink.nonzero()
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


# --- make_scenes -------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 3),
    split=SPLITS,
    size=st.integers(64, 200),
    fewest=st.integers(1, 2),
    more=st.integers(0, 2),
    smallest=st.integers(8, 16),
    larger=st.integers(0, 8),
    seed=st.integers(0, 2**40),
    single_row=st.booleans(),
    max_overlap=st.sampled_from([0, 0.1, 1]),
)
def test_boxes_masks_and_labels_agree(
    n, split, size, fewest, more, smallest, larger, seed, single_row,
    max_overlap,
):  # fmt: skip
    made = make_scenes(
        n,
        split=split,
        size=size,
        digits=(fewest, fewest + more),
        digit_size=(smallest, smallest + larger),
        seed=seed,
        single_row=single_row,
        max_overlap=max_overlap,
    )
    assert made.images.shape == (n, size, size, 3)
    assert made.masks.shape == made.instances.shape == (n, size, size)
    for field in (made.images, made.masks, made.instances):
        assert field.dtype == np.uint8
    assert made.class_names == tuple("0123456789")
    assert len(made.boxes) == len(made.labels) == len(made.landmarks) == n
    for boxes, labels, mask, instances in zip(
        made.boxes, made.labels, made.masks, made.instances, strict=True
    ):
        count = len(labels)
        assert fewest <= count <= fewest + more
        assert boxes.shape == (count, 4)
        assert boxes.dtype == np.float32
        assert np.issubdtype(labels.dtype, np.integer)
        assert set(np.unique(instances)) == set(range(count + 1))
        for number, (box, label) in enumerate(
            zip(boxes, labels, strict=True), 1
        ):
            ink = instances == number
            assert box.tolist() == tight_box(ink)
            assert (mask[ink] == label + 1).all()
        assert not mask[instances == 0].any()
        longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
        assert (longer >= smallest - 3).all()
        assert (longer <= 1.25 * (smallest + larger) + 1).all()
        assert (iou(boxes, boxes) - np.eye(count)).max() <= max_overlap
        if single_row:
            assert (boxes[1:, 0] > boxes[:-1, 2]).all()  # left to right
            assert boxes[:, 1].max() < boxes[:, 3].min()  # on one line


@pytest.mark.parametrize("max_overlap", [0, 0.1, 0.3])
def test_boxes_cover_little_of_each_other(max_overlap):
    made = make_scenes(60, digits=(5, 5), max_overlap=max_overlap)
    largest = 0
    for boxes in made.boxes:
        corner1 = np.maximum(boxes[:, None, :2], boxes[:, :2])
        corner2 = np.minimum(boxes[:, None, 2:], boxes[:, 2:])
        shared = (corner2 - corner1).clip(0).prod(axis=-1)
        area = (boxes[:, 2:] - boxes[:, :2]).prod(axis=-1)
        part = shared / np.minimum(area[:, None], area)
        largest = max(largest, part[~np.eye(5, dtype=bool)].max())
    assert 0.6 * max_overlap <= largest <= max_overlap


@settings(max_examples=20, deadline=None)
@given(
    split=SPLITS,
    seed=st.integers(0, 10**6),
    single_row=st.booleans(),
    n=st.integers(1, 4),
)
def test_scene_is_the_same_for_every_n(split, seed, single_row, n):
    options = {"split": split, "seed": seed, "single_row": single_row}
    five = make_scenes(5, **options)
    assert same(first(five, n), make_scenes(n, **options))
    for other in ({"seed": seed + 1}, {"split": {"train": "test"}.get(split)}):
        if None not in other.values():
            changed = make_scenes(5, **(options | other))
            assert (five.images != changed.images).any(axis=(1, 2, 3)).all()


def test_scenes_of_one_set_differ():
    images = make_scenes(200).images.reshape(200, -1)
    assert len(np.unique(images, axis=0)) == 200


def test_default_scenes_are_varied():
    made = make_scenes(1000)
    counts = np.bincount([len(labels) for labels in made.labels], minlength=6)
    assert counts[0] == 0
    assert counts[1:].min() > 150
    assert np.bincount(np.concatenate(made.labels)).min() > 220
    boxes = np.concatenate(made.boxes)
    longer = (boxes[:, 2:] - boxes[:, :2]).max(axis=1)
    assert np.histogram(longer, [14, 20, 24, 28, 36])[0].min() > 400
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    spread = np.histogram2d(*middle.T, bins=4, range=[(0, 96)] * 2)[0]
    assert spread.min() > 50


def test_full_public_digits_change_nothing(monkeypatch):
    before = make_scenes(2)
    handwriting.glyphs.cache_clear()
    monkeypatch.setenv("CNN_COURSE_FULL", "1")
    assert same(make_scenes(2), before)


def lies_in(part, picture):
    """Tell whether a part, (height, width, 3), was cut out of a picture."""
    part, picture = (image @ [65536, 256, 1] for image in (part, picture))
    height, width = part.shape
    rows, columns = picture.shape[0] - height + 1, picture.shape[1] - width + 1
    if min(rows, columns) < 1:
        return False
    ys, xs = np.nonzero(picture[:rows, :columns] == part[0, 0])
    for y, x in np.ndindex(height, width):
        if len(ys) == 0:
            break
        fits = picture[ys + y, xs + x] == part[y, x]
        ys, xs = ys[fits], xs[fits]
    return len(ys) > 0


def halved(picture):
    height, width = (side // 2 * 2 for side in picture.shape[:2])
    blocks = picture[:height, :width].reshape(
        height // 2, 2, width // 2, 2, picture.shape[2]
    )
    return np.floor(blocks.mean(axis=(1, 3)) + 0.5).astype(np.uint8)


@pytest.mark.parametrize("split", ["train", "test"])
def test_backgrounds_are_cut_from_halves_of_photographs(split):
    halves = {}
    for name in scenes.BACKGROUNDS:
        picture = datasets.photo(name)
        if picture.ndim == 2:
            picture = picture[..., None].repeat(3, axis=-1)
        middle = picture.shape[1] // 2
        half = picture[:, middle:] if split == "test" else picture[:, :middle]
        halves[name, "full"], halves[name, "half"] = half, halved(half)
    made = make_scenes(12, split=split, size=64, digits=(1, 1),
                       digit_size=(8, 8))  # fmt: skip
    used = set()
    for image, boxes in zip(made.images, made.boxes, strict=True):
        _, y_min, _, y_max = boxes[0].astype(int)
        # 6 pixels away there is no ink, however faint.
        above, below = image[: max(y_min - 6, 0)], image[y_max + 6 :]
        part = above if len(above) > len(below) else below
        found = [name for name, half in halves.items() if lies_in(part, half)]
        assert found
        used.update(found)
    assert len(used) > 4


@pytest.mark.parametrize("split", ["train", "test"])
def test_only_digits_of_the_split_are_drawn(split, monkeypatch):
    drawn = []

    def record(glyph, *arguments):
        drawn.append(glyph)
        return handwriting.draw_digit(glyph, *arguments)

    monkeypatch.setattr(scenes, "draw_digit", record)
    made = make_scenes(100, split=split)
    known = handwriting.glyphs(split)
    places = {id(glyph): place for place, glyph in enumerate(known)}
    source = datasets.load("digits", split, full=False)
    for glyph in drawn:
        place = places[id(glyph)]
        assert glyph.label == source.labels[place]
        small = glyph.opacity.resize((12, 12), Image.Resampling.BOX)
        small = np.array(small)[2:-2, 2:-2].ravel()
        image = source.images[place].ravel()
        assert np.corrcoef(small, image)[0, 1] > 0.95
    # What is drawn is what the labels say, in the same order.
    labels = [label for labels in made.labels for label in labels]
    remaining = iter(glyph.label for glyph in drawn)
    assert all(label in remaining for label in labels)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n": 0}, "n must be an int >= 1; got 0"),
        ({"n": 2.5}, "n must be an int >= 1; got 2.5"),
        ({"seed": -1}, "seed must be an int >= 0; got -1"),
        ({"split": "val"}, 'split must be "train" or "test"; got .val'),
        ({"size": 31}, "size must be an int >= 32; got 31"),
        ({"size": 257}, "size must be an int from 32 to 256; got 257"),
        ({"digits": 3}, r"digits must be \(from, to\), ints from 1 to 99; "),
        ({"digits": (0, 2)}, "digits must be .* got .0, 2"),
        ({"digits": (3, 2)}, "digits must be .* got .3, 2"),
        ({"digits": (1.0, 2.0)}, "digits must be .* got .1.0, 2.0"),
        ({"digit_size": (7, 9)}, "digit_size must be .* from 8 to 96; "),
        ({"digit_size": (16, 97)}, "digit_size must be .* got .16, 97"),
        ({"max_overlap": 2}, "max_overlap must be 0 to 1; got 2"),
        ({"max_overlap": float("nan")}, "max_overlap must be .* got nan"),
        ({"digits": (30, 30)}, "30 of 16 to 32 pixels found no room in 96x96"),
        ({"digits": (9, 9), "single_row": True}, "Ask for fewer or smaller"),
        ({"digit_size": (96, 96)}, "found no room|$^"),
    ],
)
def test_options_outside_their_range(options, message):
    if options == {"digit_size": (96, 96)}:
        options = {"digit_size": (96, 96), "digits": (2, 2)}
    with pytest.raises(ValueError, match=message):
        make_scenes(**({"n": 1} | options))


# --- handwriting -------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    place=st.integers(0, 358),
    size=st.floats(8, 60),
    degrees=st.floats(-15, 15),
)
def test_drawn_digit_is_as_large_as_asked(place, size, degrees):
    glyph = handwriting.glyphs("test")[place]
    upright = handwriting.draw_digit(glyph, size, 0)
    assert abs(max(upright.ink.shape) - size) <= 0.06 * size + 1
    digit = handwriting.draw_digit(glyph, size, degrees)
    assert digit.label == glyph.label
    for edge in (
        digit.ink[0],
        digit.ink[-1],
        digit.ink[:, 0],
        digit.ink[:, -1],
    ):
        assert edge.any()
    # Nothing is cut off at the edges of the opacity.
    opacity = np.array(digit.opacity)
    assert not opacity[[0, -1]].any()
    assert not opacity[:, [0, -1]].any()
    x, y = digit.offset
    height, width = digit.ink.shape
    visible = opacity > 96
    np.testing.assert_array_equal(
        visible[y : y + height, x : x + width], digit.ink
    )
    assert visible.sum() == digit.ink.sum()


def test_turn_is_counterclockwise():
    bar = Image.new("L", (48, 48))
    bar.paste(255, (22, 8, 26, 40))
    glyph = handwriting.Glyph(bar, (22, 8, 26, 40), 1)
    for degrees in (-15, 0, 15):
        ink = handwriting.draw_digit(glyph, 32, degrees).ink
        top, bottom, *_ = handwriting.landmarks(ink)
        lean = np.degrees(np.arctan2(bottom[0] - top[0], bottom[1] - top[1]))
        assert abs(lean - degrees) < 6


def test_landmarks_by_hand():
    ink = np.array([list(row) for row in (".##..", "#...#", "....#", ".###.")])
    found = handwriting.landmarks(ink == "#")
    xs = [1, 2, 0, 4, 4, 1, 2, 3]
    ys = [0, 0, 1, 1, 2, 3, 3, 3]
    expected = [
        (2.5, 0.5),  # the middle one of two: the right one
        (2.5, 3.5),
        (0.5, 1.5),
        (4.5, 2.5),
        (np.mean(xs) + 0.5, np.mean(ys) + 0.5),
    ]
    np.testing.assert_allclose(found, expected)


def test_landmarks_lie_on_the_ink_and_the_box():
    made = make_scenes(50)
    for i, points in enumerate(made.landmarks):
        assert points.shape == (
            len(made.boxes[i]),
            len(handwriting.LANDMARKS),
            2,
        )
        assert points.dtype == np.float32
        for number, (five, box) in enumerate(
            zip(points, made.boxes[i], strict=True), 1
        ):
            x, y = np.floor(five[:4]).astype(int).T
            assert (made.instances[i, y, x] == number).all()
            top, bottom, left, right, mean = five
            edges = left[0] - 0.5, top[1] - 0.5, right[0] + 0.5, bottom[1] + 0.5
            assert edges == tuple(box)
            rows, columns = (made.instances[i] == number).nonzero()
            middle = columns.mean() + 0.5, rows.mean() + 0.5
            np.testing.assert_allclose(mean, middle, rtol=1e-5)


@pytest.mark.parametrize("grey", [0, 60, 128, 200, 255])
def test_ink_can_be_seen_on_any_background(grey):
    glyph = handwriting.glyphs("train")[0]
    digit = handwriting.draw_digit(glyph, 30, 0)
    differences = []
    for seed in range(40):
        picture = Image.new("RGB", (40, 40), (grey,) * 3)
        handwriting.paint(picture, digit, 5, 5, random.Random(seed))
        height, width = digit.ink.shape
        part = np.array(picture)[5 : 5 + height, 5 : 5 + width]
        x, y = digit.offset
        opacity = np.array(digit.opacity)[y : y + height, x : x + width]
        ink = part[opacity == 255] @ [0.299, 0.587, 0.114]
        assert len(ink)
        differences.append(ink.mean() - grey)
    assert np.abs(differences).min() > 30
    lighter = np.mean(np.array(differences) > 0)
    assert lighter == {0: 1, 255: 0}.get(grey, lighter)
    if grey == 128:
        assert 0.2 < lighter < 0.8


# --- layout ------------------------------------------------------------------


@given(seed=st.integers(0, 999), low=st.integers(-3, 3), more=st.integers(0, 4))
def test_random_ints_stay_in_their_range(seed, low, more):
    rng = random.Random(seed)
    drawn = {placing.random_int(rng, low, low + more) for _ in range(200)}
    assert drawn == set(range(low, low + more + 1))


def test_no_room_is_none():
    rng = random.Random(0)
    tall = np.ones((9, 2), bool)
    assert placing.place_freely(rng, [tall], 8, 0.1) is None
    assert placing.place_in_row(rng, [tall], 8) is None
    wide = np.ones((2, 4), bool)
    assert placing.place_in_row(rng, [wide, wide], 8) is None
    assert (
        placing.place_freely(rng, [np.ones((8, 8), bool)] * 2, 8, 0.1) is None
    )


def test_ink_never_meets_even_where_boxes_may():
    ring = np.ones((9, 9), bool)
    ring[1:-1, 1:-1] = False
    dot = np.ones((3, 3), bool)
    for seed in range(30):
        boxes = placing.place_freely(random.Random(seed), [ring, dot], 12, 1)
        canvas = np.zeros((12, 12), int)
        for ink, (x, y, right, bottom) in zip((ring, dot), boxes, strict=True):
            canvas[y:bottom, x:right] += ink
        assert canvas.max() == 1
