import json
import re

import numpy as np
import pytest
from drawn_sets import draw_set, write_voc
from hypothesis import given
from hypothesis import strategies as st
from shape_sets import write_set

from cnn_course.detection.annotated import Annotated
from cnn_course.detection.train import sets


def annotated(shapes, boxes, labels=None, names=("a",), ignored=None):
    """An Annotated without files."""
    boxes = [np.array(b, np.float32).reshape(-1, 4) for b in boxes]
    if labels is None:
        labels = [[0] * len(b) for b in boxes]
    if ignored is None:
        ignored = [[False] * len(b) for b in boxes]
    return Annotated(
        [f"{i}.png" for i in range(len(boxes))],
        np.array(shapes, int),
        boxes,
        [np.array(one, int) for one in labels],
        [np.array(one, bool) for one in ignored],
        [[[]] * len(b) for b in boxes],
        tuple(names),
        [(b[:, 2:] - b[:, :2]).prod(axis=1) for b in boxes],
    )


def test_each_way_to_name_a_set(tmp_path):
    file = write_set(tmp_path / "coco", n=3)
    by_file = sets.read(file)
    by_folder = sets.read(tmp_path / "coco")
    assert by_file.paths == by_folder.paths
    (tmp_path / "coco" / "annotations").mkdir()
    file.rename(tmp_path / "coco" / "annotations" / "all.json")
    assert sets.read(tmp_path / "coco").paths == by_file.paths
    write_voc(draw_set(0, 3), tmp_path / "voc")
    assert len(sets.read(tmp_path / "voc").paths) == 3


def test_no_set_or_several(tmp_path):
    with pytest.raises(ValueError, match="no file and no folder"):
        sets.read(tmp_path / "none")
    with pytest.raises(ValueError, match=r"must be a COCO file .*YOLO's text"):
        sets.read(tmp_path)
    for name in ("train.json", "val.json"):
        write_set(tmp_path, n=1, name=name)
    with pytest.raises(ValueError, match=r"several JSON files: train.json, va"):
        sets.read(tmp_path)


def test_choosing_classes(capsys):
    box = [0, 0, 9, 9]
    found = annotated(
        [(20, 20)] * 3,
        [[box, box], [box], [box]],
        labels=[[0, 2], [1], [3]],
        names="abcd",
        ignored=[[False, False], [False], [True]],
    )
    all_of_them = sets.choose(found)
    assert all_of_them.class_names == ("a", "b", "c")
    said = capsys.readouterr().out
    assert said.startswith("Without a thing, so left out: d.\n")
    assert "Left out 1 things of other classes" in said
    some = sets.choose(found, ["c", "a"])
    assert some.class_names == ("c", "a")
    assert [one.tolist() for one in some.labels] == [[1, 0], [], []]
    assert len(some.paths) == 3  # a picture without things says something, too
    assert "Left out 2 things" in capsys.readouterr().out
    for name in ("d", "e"):
        with pytest.raises(ValueError, match=f"a, b, c; got '{name}'"):
            sets.choose(found, [name])
    nothing = found._replace(
        ignored=[np.ones(2, bool), *[np.ones(1, bool)] * 2]
    )
    with pytest.raises(ValueError, match="nothing to learn"):
        sets.choose(nothing)


@given(
    st.lists(st.lists(st.integers(0, 3), max_size=3), min_size=2, max_size=30),
    st.sampled_from([0.1, 0.3, 0.6]),
    st.integers(0, 5),
)
def test_a_split_has_each_class_on_both_sides_if_it_can(labels, share, seed):
    box = [0, 0, 9, 9]
    boxes = [[box] * len(one) for one in labels]
    found = annotated([(20, 20)] * len(labels), boxes, labels, "abcd")
    if sum(map(bool, labels)) < 2:
        with pytest.raises(ValueError, match="Both the training and the vali"):
            sets.split(found, share, seed)
        return
    try:
        train, val = sets.split(found, share, seed)
    except ValueError:  # each class is in one picture, all on one side
        counts = np.bincount(np.concatenate(found.labels), minlength=4)
        rarest = [min(one, key=counts.__getitem__) for one in labels if one]
        assert len(set(rarest)) == len(rarest)
        return
    assert sorted([*train, *val]) == list(range(len(labels)))
    again = sets.split(found, share, seed)
    np.testing.assert_array_equal(train, again[0])


@given(
    st.integers(200, 2000),
    st.integers(200, 2000),
    st.floats(0.02, 0.5),
)
def test_the_size_is_as_small_as_the_things_allow(height, width, share):
    side = share * min(height, width)
    found = annotated([(height, width)], [[[5, 5, 5 + side, 5 + side]]])
    size = sets.fit_size(found)
    assert all(s % 32 == 0 and s >= 32 for s in size)
    assert max(size) <= max(sets.SIZES)
    shorter, shared = sets._seen_at(found, size)
    assert not shared.any()
    if max(size) not in (min(sets.SIZES), max(sets.SIZES)):
        smaller = sets.SIZES[sets.SIZES.index(max(size)) - 1]
        before = sets.fit_size(found, longer=smaller)
        assert sets._seen_at(found, before)[0][0] < 16
        if max(size) < max(height, width):
            assert shorter[0] >= 16
    # The pictures' shape is kept, to a step of 32 pixels.
    assert abs(size[1] - size[0] * width / height) <= 16 * (1 + width / height)


def test_things_that_meet_in_a_cell_part_in_larger_pictures(capsys):
    pair = [[100, 100, 140, 140], [112, 112, 152, 152]]
    found = annotated([(320, 320)], [pair])
    shorter, shared = sets._seen_at(found, (96, 96))
    np.testing.assert_allclose(shorter, 12)
    assert shared.all()
    assert sets.fit_size(found) > (96, 96)
    assert not sets._seen_at(found, sets.fit_size(found))[1].any()
    sets.tell(found, (96, 96))
    assert "2 of 2 things have their centre in one" in capsys.readouterr().out
    sets.tell(found, (16, 16))
    assert "2 of 2 things are narrower than half a" in capsys.readouterr().out


def test_what_is_loaded_is_what_was_chosen(tmp_path):
    found = sets.choose(sets.read(write_set(tmp_path, n=6)))
    (whole,) = sets.load(found, (32, 32))
    places = [np.array([4, 1]), np.array([0, 2, 3, 5])]
    parts = sets.load(found, (32, 32), places)
    for part, chosen in zip(parts, places, strict=True):
        np.testing.assert_array_equal(part.images, whole.images[chosen])
        for k, i in enumerate(chosen):
            np.testing.assert_array_equal(part.boxes[k], whole.boxes[i])
            np.testing.assert_array_equal(part.areas[k], whole.areas[i])
        assert part.class_names == ("red", "blue")


def test_crowds_do_not_count(tmp_path):
    file = write_set(tmp_path, n=4)
    content = json.loads(file.read_text())
    for row in content["annotations"][1:]:
        row["iscrowd"] = 1
    file.write_text(json.dumps(content))
    found = sets.choose(sets.read(file))
    with pytest.raises(ValueError, match=re.escape("of 4 pictures 1 show")):
        sets.split(found, 0.5, 0)
