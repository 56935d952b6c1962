import numpy as np
import pytest

from cnn_course.datasets.gestures import (
    GESTURES,
    ROOMS,
    draw_gesture,
    make_gestures,
)


def test_pictures_and_labels():
    made = make_gestures([3, 8], 2, size=40, seed=1)
    count = len(GESTURES)
    assert made.images.shape == (4 * count, 40, 40, 3)
    assert made.images.dtype == np.uint8
    assert made.class_names == tuple(sorted(GESTURES))  # as folders are read
    assert made.labels.tolist() == 2 * sorted(2 * list(range(count)))
    assert made.people.tolist() == [3] * 2 * count + [8] * 2 * count
    assert len(np.unique(made.images, axis=0)) == len(made.images)


def test_seed():
    first, again, other = (
        make_gestures([0], 1, seed=seed).images for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def hand_colour(person):
    """Median colour of the middle of that person's fists."""
    rng = np.random.default_rng(0)
    fists = [
        draw_gesture("fist", person, size=64, rng=rng)[28:36, 28:36]
        for _ in range(8)
    ]
    return np.median(np.reshape(fists, (-1, 3)), axis=0)


def test_a_person_keeps_the_skin():
    colours = np.array([hand_colour(person) for person in range(6)])
    np.testing.assert_allclose(hand_colour(0), colours[0])
    apart = np.abs(colours[:, None] - colours).sum(axis=2)
    assert np.median(apart[np.triu_indices(6, 1)]) > 20


def test_gestures_of_one_pose_differ():
    drawn = [
        draw_gesture(name, 5, rng=np.random.default_rng(3)).astype(int)
        for name in GESTURES
    ]
    for i, one in enumerate(drawn):
        for other in drawn[:i]:
            assert (np.abs(one - other).max(axis=-1) > 60).mean() > 0.01


def test_up_and_down_point_to_opposite_sides():
    """The thumb lies above the middle of the hand, or below it."""
    for name, sign in (("thumb up", -1), ("thumb down", 1)):
        rng = np.random.default_rng(0)
        skins, middles = [], []
        for _ in range(10):
            image = draw_gesture(name, 0, rng=rng, rooms=("gravel",))
            colour = image.astype(int).max(axis=2) - image.min(axis=2)
            skin = colour > 30  # gravel is grey
            rows = np.flatnonzero(skin[:, 20:44].any(axis=1))
            skins.append(rows)
            middles.append((rows[0] + rows[-1]) / 2)
            # Narrow at the thumb's end, wide at the other.
            ends = skin[rows[2], 8:56].sum(), skin[rows[-3], 8:56].sum()
            assert sign * (ends[0] - ends[1]) > 0, name
        assert abs(np.mean(middles) - 32) < 10


def test_size_changes_the_pixels_not_the_picture():
    small, large = (
        draw_gesture("victory", 2, size=size, rng=np.random.default_rng(0))
        for size in (32, 128)
    )
    shrunk = large.reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    assert np.abs(shrunk - small).mean() < 10


def test_every_person_has_a_room():
    grey = make_gestures(range(4), 1, rooms=("gravel",)).images.astype(int)
    corner = grey[:, :6, :6]
    assert np.abs(corner - corner.mean(axis=-1, keepdims=True)).mean() < 6
    assert set(ROOMS) >= {"cat", "coffee"}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: make_gestures([], 1), "at least one person"),
        (lambda: make_gestures([0], 0), "per_gesture must be"),
        (lambda: make_gestures([0], 1, size=8), "size must be"),
        (
            lambda: draw_gesture("wave", rng=np.random.default_rng(0)),
            "name must be one of fist, open hand, .*; got 'wave'",
        ),
    ],
)
def test_errors(call, message):
    with pytest.raises(ValueError, match=message):
        call()
