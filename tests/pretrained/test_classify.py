import doctest
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from cnn_course import datasets, nets
from cnn_course.datasets.bundled import data_folder
from cnn_course.pretrained import (
    classify,
    crop_middle,
    imagenet_names,
    load_imagenet_weights,
)

CATS = {"tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"}
TEMPLES = {"palace", "bell cote", "monastery", "stupa", "castle"}
CUPS = {"espresso", "cup", "coffee mug"}
FLOWERS = {"daisy", "yellow lady's slipper", "rapeseed"}


@pytest.fixture(scope="module")
def lite0():
    return load_imagenet_weights(nets.efficientnet_lite0())


@pytest.mark.parametrize(
    ("photo", "right", "top"),
    [
        ("cat", CATS, 1),
        ("coffee", CUPS, 1),
        ("china", TEMPLES, 1),
        ("flower", FLOWERS, 5),
    ],
)
def test_names_what_photographs_show(photo, right, top, lite0):
    found = classify(lite0, datasets.photo(photo), top=top)
    assert len(found) == top
    assert right & {name for name, _ in found}


def test_the_readme_s_example_says_what_it_shows():
    readme = Path(__file__).resolve().parents[2] / "README.md"
    _, example = readme.read_text(encoding="utf-8").split("**Recognise.**")
    lines = example.split("```python\n")[1].split("```")[0]
    test = doctest.DocTestParser().get_doctest(lines, {}, "README", None, 0)
    assert len(test.examples) == 5
    assert doctest.DocTestRunner().run(test).failed == 0


def test_names_are_imagenet_s():
    """ImageNet's classes are in the order of WordNet's numbers."""
    lines = (data_folder("imagenet") / "class_names.txt").read_text()
    numbers = [line.split()[0] for line in lines.splitlines()]
    assert numbers == sorted(set(numbers))
    names = imagenet_names()
    assert len(numbers) == len(names) == len(set(names)) == 1000
    known = {0: "tench", 285: "Egyptian cat", 517: "crane (machine)"}
    known |= {134: "crane (bird)", 967: "espresso", 999: "toilet tissue"}
    assert {number: names[number] for number in known} == known


def test_a_file_is_the_same_as_its_pixels(lite0, tmp_path):
    pixels = datasets.photo("coffee")
    Image.fromarray(pixels).save(tmp_path / "a.png")
    expected = classify(lite0, pixels)
    assert classify(lite0, tmp_path / "a.png") == expected
    assert classify(lite0, str(tmp_path / "a.png")) == expected
    assert classify(lite0, pixels.astype("float64")) == expected
    chances = [chance for _, chance in classify(lite0, pixels, top=1000)]
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) == pytest.approx(1, abs=1e-4)


def test_open_sides_take_224(lite0):
    model = load_imagenet_weights(nets.efficientnet_lite0((None, None, 3)))
    photo = datasets.photo("cat")
    expected = classify(lite0, photo)
    for (name, p), (expected_name, q) in zip(
        classify(model, photo), expected, strict=True
    ):
        assert name == expected_name
        assert p == pytest.approx(q, abs=1e-5)


@pytest.mark.parametrize(
    ("name", "theirs"),
    [("mobilenet_v2", "mobilenet_v2"), ("resnet50", "resnet")],
)
def test_other_networks_get_pixels_as_they_were_trained(name, theirs):
    """The best class is the one whose name stands for the pixels' code."""
    photo = datasets.photo("cat")
    model = getattr(nets, name)()
    prepare = getattr(keras.applications, theirs).preprocess_input
    x = prepare(crop_middle(photo, 224, 224)[None].astype("float32"))
    scores = np.asarray(model(x))[0]
    expected = [imagenet_names()[i] for i in np.argsort(-scores)[:3]]
    assert [found for found, _ in classify(model, photo, top=3)] == expected


@pytest.mark.parametrize("shape", [(300, 200), (200, 300), (256, 256)])
def test_crop_is_the_middle(shape):
    """Of a ramp of rows and columns the crop keeps the middle's range."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    picture = np.stack([rows, columns, rows], -1) * 0.8
    cut = crop_middle(picture.astype(np.uint8), 224, 224).astype(float)
    kept = min(shape) * 224 / 256
    for channel, side in enumerate(shape):
        found = cut[..., channel]
        assert found.mean() == pytest.approx(0.8 * (side - 1) / 2, abs=1)
        assert np.ptp(found) == pytest.approx(0.8 * kept, abs=3)


def test_a_picture_of_the_network_s_size_keeps_its_shape():
    picture = np.random.default_rng(0).integers(0, 255, (40, 60, 3), np.uint8)
    assert crop_middle(picture, 32, 64).shape == (32, 64, 3)


@pytest.mark.parametrize(
    ("picture", "message"),
    [
        (datasets.photo("cat") / 255, r"0 to 0\.9.* Multiply by 255"),
        (datasets.photo("coins"), r"\(height, width, 3\).* got shape \(303"),
        (datasets.photo("cat")[None], r"got shape \(1, 300"),
        (datasets.photo("cat") * -1.0, "grey levels of 0 to 255; got -"),
        (np.zeros((0, 5, 3)), r"got shape \(0, 5, 3\)"),
    ],
)
def test_pictures_that_are_refused(picture, message, lite0):
    with pytest.raises(ValueError, match=message):
        classify(lite0, picture)


def test_a_file_that_is_no_picture(lite0, tmp_path):
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(ValueError, match=r"a\.png is not a picture"):
        classify(lite0, tmp_path / "a.png")


def test_a_folder_is_its_pictures_one_by_one(
    lite0, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(sys.modules[classify.__module__], "_AT_ONCE", 2)
    (tmp_path / "deeper").mkdir()
    for name in ("cat.png", "coffee.webp", "deeper/flower.png"):
        photo = datasets.photo(Path(name).stem)
        Image.fromarray(photo).save(tmp_path / name)
    (tmp_path / "notes.txt").touch()
    found = classify(lite0, tmp_path, top=2)
    assert capsys.readouterr().out.startswith("Left out 1 files")
    names = "cat.png", "coffee.webp", "deeper/flower.png"
    assert [*found] == [str(tmp_path / name) for name in names]
    for path, answers in found.items():
        for answer, alone in zip(
            answers, classify(lite0, path, top=2), strict=True
        ):
            assert answer[0] == alone[0]
            assert answer[1] == pytest.approx(alone[1], abs=1e-5)
    for name in ("broken.png", "d.png"):
        (tmp_path / name).write_text("no picture")
    with pytest.raises(ValueError, match=r"broken\.png is not a picture"):
        classify(lite0, tmp_path)
    assert [*classify(lite0, tmp_path, skip_broken=True)] == [*found]
    said = capsys.readouterr().out
    assert "Left out 2 pictures:" in said
    assert "broken.png is not" in said
    assert "d.png is not" in said


def test_a_folder_without_pictures(lite0, tmp_path):
    with pytest.raises(ValueError, match="There is no picture in"):
        classify(lite0, tmp_path)


def test_networks_that_are_refused(lite0):
    photo = datasets.photo("cat")
    with pytest.raises(ValueError, match=r"1000 classes, .*\(None, 10\)"):
        classify(nets.efficientnet_lite0(classes=10), photo)
    with pytest.raises(ValueError, match=r"include_top=True .*7, 7, 1280"):
        classify(nets.efficientnet_lite0(include_top=False), photo)
    logits = nets.efficientnet_lite0(classifier_activation=None)
    logits.set_weights(lite0.get_weights())
    with pytest.raises(ValueError, match="activation='softmax'"):
        classify(logits, photo)
    with pytest.raises(ValueError, match="named 'resnet18'"):
        classify(nets.resnet18(), photo)
    with pytest.raises(ValueError, match="top must be"):
        classify(lite0, photo, top=0)
    with pytest.raises(ValueError, match="top must be at most 1000"):
        classify(lite0, photo, top=1001)
