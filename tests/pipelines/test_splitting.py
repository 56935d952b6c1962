from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from picture_files import write_picture

from cnn_course.pipelines import train_val_from_directory
from cnn_course.pipelines.splitting import split_paths

SIZE = {"image_size": (9, 7)}
CLASSES = st.lists(st.integers(0, 12), min_size=1, max_size=5)


def split(counts, share, seed, group_of=None):
    """Split paths "class/number"; (train, val), each a list of paths."""
    names = [str(label) for label in range(len(counts))]
    paths = [f"{c}/{i}" for c in names for i in range(counts[int(c)])]
    labels = np.repeat(np.arange(len(counts)), counts)
    return split_paths(paths, labels, names, share, seed, group_of)


def count(paths, classes):
    labels = [int(path.split("/")[0]) for path in paths]
    return np.bincount(labels, minlength=classes)


@given(CLASSES, st.floats(0.01, 0.99), st.integers(0, 2**32 - 1))
def test_each_class_is_split(counts, share, seed):
    train, val = split(counts, share, seed)
    in_val = count(val, len(counts))
    assert (in_val + count(train, len(counts)) == counts).all()
    assert not set(train) & set(val)
    for n, k in zip(counts, in_val, strict=True):
        if n < 2:
            assert k == 0  # a picture of its own kind is learned from
        else:
            assert 1 <= k < n
            assert abs(k - share * n) <= 0.5 or k in (1, n - 1)


@pytest.mark.parametrize("share", [0.2, 0.25, 0.5])
def test_where_keras_splits_the_classes_alike_so_do_we(folder, share):
    """The same seed: the same files, in the same order."""
    labels = np.repeat([0, 1], [12, 28])
    paths = sorted(map(str, folder.glob("*/*")))
    alike = 0
    for seed in range(60):
        theirs = [
            keras.utils.image_dataset_from_directory(
                folder,
                subset=subset,
                seed=seed,
                validation_split=share,
                verbose=False,
            )
            for subset in ("training", "validation")
        ]
        ours = split_paths(paths, labels, ["cats", "dogs"], share, seed)
        cats = sum("/cats/" in path for path in theirs[1].file_paths)
        if cats == round(12 * share):
            dogs = len(theirs[1].file_paths) - cats
            if dogs == round(28 * share):
                alike += 1
                assert ours == [part.file_paths for part in theirs]
        if seed == 0:
            assert ours == split_paths(
                paths, labels, ["cats", "dogs"], share, 0
            )
    assert alike > 5


def test_twelve_photographs_are_not_validated_on_one_class(tmp_path, capsys):
    """Seed 0 had 2 : 0, and the accuracy was called 100 %."""
    for name in ("cats", "dogs"):
        for i in range(6):
            write_picture(tmp_path / name / f"{i}.png", seed=i)
    for seed in range(10):
        _, val = train_val_from_directory(tmp_path, seed=seed, **SIZE)
        assert sorted(val.labels) == [0, 1]
    said = capsys.readouterr().out
    assert said.startswith(
        "10 pictures to train on, 2 to validate on.\n"
        "Fewer than 5 pictures to validate on: cats 1, dogs 1. "
    )


def test_only_classes_with_few_pictures_are_named(folder, capsys):
    write_picture(folder / "pigs" / "only.png")
    _, val = train_val_from_directory(folder, validation_split=0.4, **SIZE)
    assert np.bincount(val.labels).tolist() == [5, 11]
    said = capsys.readouterr().out
    assert "25 pictures to train on, 16 to validate on.\nFewer than" in said
    assert ": pigs 0. How" in said


def test_nothing_more_is_said_where_there_are_enough(folder, capsys):
    train_val_from_directory(folder, validation_split=0.5, **SIZE)
    assert capsys.readouterr().out == (
        "20 pictures to train on, 20 to validate on.\n"
    )


def test_a_broken_picture_does_not_stand_for_its_class(folder, capsys):
    """The split is made of those that are left."""
    for name in ("a", "b", "broken"):
        write_picture(folder / "pigs" / f"{name}.png")
    (folder / "pigs" / "broken.png").write_text("no picture")
    for seed in range(10):
        train, val = train_val_from_directory(
            folder, seed=seed, skip_broken=True, **SIZE
        )
        assert (train.labels == 2).sum() == (val.labels == 2).sum() == 1


@given(st.data(), CLASSES, st.floats(0.05, 0.95), st.integers(0, 2**32 - 1))
def test_no_group_is_on_both_sides(data, counts, share, seed):
    """Groups of one class each: then there always is a split."""
    assume(all(n != 1 for n in counts))
    group_of = {}
    for label, n in enumerate(counts):
        drawn = st.lists(st.integers(0, 4), min_size=n, max_size=n)
        chosen = data.draw(drawn.filter(lambda g: len(set(g)) != 1))
        for i, group in enumerate(chosen):
            group_of[f"{label}/{i}"] = (label, group)
    train, val = split(counts, share, seed, group_of)
    assert sorted(train + val) == sorted(group_of)
    assert not {group_of[p] for p in train} & {group_of[p] for p in val}
    for n, k in zip(counts, count(val, len(counts)), strict=True):
        assert (0 < k < n) == (n > 0)


def test_people_who_show_every_class():
    """10 people, 6 classes, 5 pictures each: two validate, by the seed."""
    counts, people = [50] * 6, {}
    for label in range(6):
        for i in range(50):
            people[f"{label}/{i}"] = i // 5
    chosen = set()
    for seed in range(20):
        _, val = split(counts, 0.2, seed, people)
        assert count(val, 6).tolist() == [10] * 6
        chosen.add(tuple(sorted({people[path] for path in val})))
    assert len(chosen) > 10


def test_a_large_group_does_not_validate():
    group_of = {f"0/{i}": min(i, 10) for i in range(100)}  # the last has 90
    for seed in range(10):
        _, val = split([100], 0.1, seed, group_of)
        assert len(val) == 10


def test_a_change_of_sides_saves_a_class():
    """Each of the pairs must be torn, so one group alone validates."""
    group_of = {"0/0": "a", "0/1": "b", "1/0": "b", "1/1": "c"}
    group_of |= {"2/0": "b", "2/1": "d"}
    for seed in range(10):
        _, val = split([2, 2, 2], 0.5, seed, group_of)
        assert count(val, 3).tolist() == [1, 1, 1]


def test_groups_that_cannot_be_split(folder):
    def person(path):
        cat = Path(path).parent.name == "cats"
        return "anna" if cat else Path(path).stem

    said = "two groups or more.*'cats' has only 'anna'. Add"
    with pytest.raises(ValueError, match=said):
        train_val_from_directory(folder, groups=person, **SIZE)
    # Of three classes in three groups, two in each, one is on one side only.
    group_of = {"0/0": "a", "0/1": "b", "1/0": "b", "1/1": "c"}
    group_of |= {"2/0": "c", "2/1": "a"}
    said = "No split of whole groups.*would be without [012]. Try another seed"
    with pytest.raises(ValueError, match=said):
        split([2, 2, 2], 0.5, 0, group_of)


@pytest.mark.parametrize("group", [None, float("nan"), ["anna"]])
def test_what_is_no_group(folder, group, monkeypatch):
    monkeypatch.setattr("cnn_course.pipelines.folder.inspect", None)
    with pytest.raises(ValueError, match="a name or a number"):
        train_val_from_directory(folder, groups=lambda path: group, **SIZE)


def test_groups_get_the_paths_and_decide(folder):
    def scene(path):
        return int(Path(path).stem) // 4

    train, val = train_val_from_directory(folder, groups=scene, **SIZE)
    assert len(val.file_paths) == 8
    assert not {*map(scene, train.file_paths)} & {*map(scene, val.file_paths)}


def test_a_folder_for_validation_shares_nothing(folder, tmp_path):
    with pytest.raises(ValueError, match=r"may not share.*/cats/0.png.*and 20"):
        train_val_from_directory(folder, validation_folder=folder, **SIZE)
    for name in ("cats/anna_9.png", "dogs/ben_9.png"):
        write_picture(tmp_path / "val" / name)
    write_picture(folder / "cats" / "anna_1.png")
    options = {"validation_folder": tmp_path / "val"} | SIZE

    def person(path):
        return Path(path).stem.split("_")[0]

    _, val = train_val_from_directory(folder, **options)
    assert len(val.file_paths) == 2
    with pytest.raises(ValueError, match="groups; both have anna"):
        train_val_from_directory(folder, groups=person, **options)
