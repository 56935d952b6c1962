import csv
import hashlib
import importlib.util
import io
import struct
import tarfile
import zlib
from collections import Counter
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from cnn_course import datasets
from cnn_course.datasets.things import THINGS
from cnn_course.pipelines import train_val_from_directory

FOLDER = Path(__file__).resolve().parents[2] / "data" / "things"
LICENCES = {"public domain", "CC0", "GPL-2"} | {
    f"CC {kind} {version}"
    for kind in ("BY", "BY-SA")
    for version in ("2.0", "2.5", "3.0", "4.0")
}


def load_script():
    path = FOLDER.parent / "build_things.py"
    spec = importlib.util.spec_from_file_location("build_things", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.fixture(scope="module")
def rows():
    with (FOLDER / "SOURCES.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# --- data/things -------------------------------------------------------------


def test_the_list_is_what_lies_there(rows):
    there = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name not in ("SOURCES.csv", "GPL-2.txt")
    }
    assert len(rows) == 221
    assert {row["file"] for row in rows} == set(there)
    for row in rows:
        content = there[row["file"]]
        assert len(content) == int(row["bytes"])
        assert hashlib.sha256(content).hexdigest() == row["sha256"]
    assert sum(map(len, there.values())) < 6e6


def test_every_picture_has_its_source_author_and_licence(rows):
    for row in rows:
        assert row["licence"] in LICENCES
        assert row["author"]
        assert row["shows"]
        if row["package"] == "gcompris-qt-data":
            assert row["path"].startswith("gcompris/src/activities/")
            assert row["source"].startswith("https://")
        else:
            assert row["package"] == "tuxpaint-stamps-default"
            assert row["path"].startswith("usr/share/tuxpaint/stamps/")
            assert "cartoon" not in row["path"]  # drawings


def test_licences_are_said_where_people_look(rows):
    text = {
        name: (FOLDER.parents[1] / name).read_text(encoding="utf-8")
        for name in ("README.md", "LICENSE", "data/README.md")
    }
    for name in text:
        assert "things/SOURCES.csv" in text[name]
    count = Counter((row["package"], row["licence"]) for row in rows)
    package, told = None, Counter()
    for line in text["data/README.md"].splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 3 or not cells[1][:1].isdecimal():
            continue
        package = cells[0].split()[0] if cells[0] else package
        numbers = map(int, cells[1].split(" + "))
        licences = cells[2].split(" (")[0].split(", ")
        for number, licence in zip(numbers, licences, strict=True):
            told[package, licence] = number
    assert told == count
    gpl = (FOLDER / "GPL-2.txt").read_text(encoding="ascii").split()
    assert gpl[:6] == ["GNU", "GENERAL", "PUBLIC", "LICENSE", "Version", "2,"]


def test_no_source_is_there_twice(rows):
    for column in ("path", "source_sha256", "sha256"):
        assert len({row[column] for row in rows}) == len(rows)


def test_classes_have_enough_pictures(rows):
    count = Counter(tuple(row["file"].split("/")[:2]) for row in rows)
    assert {name for _, name in count} == set(THINGS)
    assert len(THINGS) >= 6
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    for name in THINGS:
        train, test = count["train", name], count["test", name]
        assert train >= 15
        assert test >= 8
        assert f"| {name} | {train} | {test} |" in readme


def test_no_training_picture_looks_like_a_test_picture():
    parts = {}
    for split in ("train", "test"):
        images = datasets.load("things", split).images.mean(axis=-1)
        small = images.reshape(-1, 32, 7, 32, 7).mean(axis=(2, 4))
        parts[split] = small
    train, test = (
        (part - part.mean(axis=(1, 2), keepdims=True))
        / part.std(axis=(1, 2), keepdims=True)
        for part in (parts["train"], parts["test"])
    )
    for seen in (train, train[:, :, ::-1]):  # and mirrored
        alike = np.einsum("nij,mij->nm", seen, test) / 32**2
        assert alike.max() < 0.9
        assert np.corrcoef(seen[3].ravel(), test[5].ravel())[
            0, 1
        ] == pytest.approx(alike[3, 5])


# --- the functions -----------------------------------------------------------


@pytest.mark.parametrize(("split", "count"), [("train", 160), ("test", 61)])
def test_things_are_loaded(split, count, capsys):
    part = datasets.load("things", split)
    assert part.images.shape == (count, 224, 224, 3)
    assert part.images.dtype == np.uint8
    assert part.class_names == THINGS
    chosen = [t for t in datasets.list_things() if t.split == split]
    for i in (0, count // 2, count - 1):
        assert THINGS[part.labels[i]] == chosen[i].class_name
        with Image.open(chosen[i].path) as picture:
            np.testing.assert_array_equal(part.images[i], picture)
    # No larger set: no download is tried, and nothing is said.
    whole = datasets.load("things", split, full=True)
    np.testing.assert_array_equal(whole.images, part.images)
    assert capsys.readouterr().out == ""


def test_things_are_colour_photographs():
    for split in ("train", "test"):
        images = datasets.load("things", split).images
        spread = images.std(axis=(1, 2)).mean(axis=-1)
        assert spread.min() > 10
        grey = (images.max(axis=-1) - images.min(axis=-1) < 8).all(axis=(1, 2))
        assert not grey.any()


def test_the_folder_is_for_keras():
    data = keras.utils.image_dataset_from_directory(
        datasets.things_folder(),
        image_size=(224, 224),
        batch_size=160,
        shuffle=False,
        verbose=False,
    )
    assert tuple(data.class_names) == THINGS
    ((images, labels),) = data.as_numpy_iterator()
    part = datasets.load("things")
    np.testing.assert_array_equal(labels, part.labels)
    # Keras reads a JPEG's colours a bit differently.
    assert np.abs(images - part.images).mean() < 2


def test_the_folder_is_for_the_course():
    train, val = train_val_from_directory(
        datasets.things_folder(),
        validation_folder=datasets.things_folder("test"),
        image_size=(32, 32),
    )
    assert (len(train.file_paths), len(val.file_paths)) == (160, 61)
    assert tuple(train.class_names) == THINGS


def test_imagenet_names():
    path = FOLDER.parent / "imagenet" / "class_names.txt"
    lines = path.read_text(encoding="utf-8").splitlines()
    known = {line.partition(" ")[2] for line in lines}
    assert len(known) == 1000
    named = [t for t in datasets.list_things() if t.imagenet]
    assert len(named) == 79
    assert {name for t in named for name in t.imagenet} <= known
    shows = {t.shows: t.imagenet for t in named}
    assert shows["goldfish"] == ("goldfish",)
    assert shows["ginger kitten"] == ("tabby", "tiger cat", "Egyptian cat")
    assert {t.class_name for t in named} == set(THINGS) - {"flower"}


def test_unknown_split():
    for use in (datasets.things_folder, lambda s: datasets.load("things", s)):
        with pytest.raises(ValueError, match='split must be "train" or "test"'):
            use("validation")


# --- the script --------------------------------------------------------------


def deb(path, files):
    """Write a Debian package of these files."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w:xz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(f"./{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    content = b"!<arch>\n"
    for name, part in (
        (b"debian-binary", b"2.0\n"),
        (b"control.tar.xz", b"odd"),
        (b"data.tar.xz", tar.getvalue()),
    ):
        size = str(len(part)).encode()
        content += name.ljust(48) + size.ljust(10) + b"`\n"
        content += part + b"\n" * (len(part) % 2)
    path.write_bytes(content)
    return path


def rcc(plain, packed):
    """Write a Qt resource file of a/b.txt and a/c.txt, the second packed."""
    names = b""
    places = []
    for name in ("a", "b.txt", "c.txt"):
        places.append(len(names))
        names += struct.pack(">HI", len(name), 0) + name.encode("utf-16-be")
    packed = struct.pack(">I", len(packed)) + zlib.compress(packed)
    data = struct.pack(">I", len(plain)) + plain
    second = len(data)
    data += struct.pack(">I", len(packed)) + packed
    tree = struct.pack(">IHIIQ", 0, 2, 1, 1, 0)
    tree += struct.pack(">IHIIQ", places[0], 2, 2, 2, 0)
    tree += struct.pack(">IHHHIQ", places[1], 0, 0, 0, 0, 0)
    tree += struct.pack(">IHHHIQ", places[2], 1, 0, 0, second, 0)
    start = 20
    header = [2, start, start + len(tree), start + len(tree) + len(data)]
    return b"qres" + struct.pack(">4I", *header) + tree + data + names


def png(picture):
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def test_packages_are_unpacked(tmp_path):
    script = load_script()
    gcompris = deb(
        tmp_path / "g.deb",
        {"x/y.rcc": rcc(b"one", b"two" * 50), "x/z.txt": b"no"},
    )
    tuxpaint = deb(tmp_path / "t.deb", {"s/bird.png": b"p", "s/bird.txt": b""})
    assert script.read_sources(gcompris, tuxpaint) == {
        "a/b.txt": b"one",
        "a/c.txt": b"two" * 50,
        "s/bird.png": b"p",
    }


def test_cut_out_is_in_the_middle_of_a_plain_ground():
    script = load_script()
    picture = Image.new("RGBA", (90, 60), (255, 0, 0, 0))
    picture.paste((0, 0, 200, 255), (20, 10, 60, 30))  # 40×20
    made = np.array(script.cut_out(picture, (201, 214, 223)))
    assert made.shape == (224, 224, 3)
    blue = (made == (0, 0, 200)).all(axis=-1)
    rows, columns = np.nonzero(blue)
    assert (columns.min(), columns.max()) == (12, 211)  # 200 wide
    assert (rows.min(), rows.max()) == (62, 161)
    assert (made[~blue] == (201, 214, 223)).all()  # and no red


@pytest.mark.parametrize(("crop", "colour"), [(0, 10), (0.5, 20), (1, 30)])
@pytest.mark.parametrize("upright", [False, True])
def test_square_is_cut_where_it_should_be(crop, colour, upright):
    script = load_script()
    stripes = np.repeat(np.uint8([10, 20, 30]), 50)[None].repeat(50, axis=0)
    stripes = stripes.T if upright else stripes
    picture = Image.fromarray(stripes).convert("RGB")
    made = np.array(script.square(picture, crop))
    assert made.shape == (224, 224, 3)
    assert (made == colour).all()


def test_whole_photograph_lies_on_the_colour_of_its_border():
    script = load_script()
    pixels = np.full((40, 100, 3), (240, 230, 220), np.uint8)
    pixels[15:25, 30:70] = 0
    made = np.array(script.whole(Image.fromarray(pixels)))
    assert made.shape == (224, 224, 3)
    assert (made[:60] == (240, 230, 220)).all()
    assert (made[112, 112] == 0).all()


def test_source_of_another_hash_is_refused(tmp_path, rows):
    script = load_script()
    row = rows[0] | {"path": "s/bird.png"}
    with (tmp_path / "SOURCES.csv").open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    gcompris = deb(tmp_path / "g.deb", {})
    picture = png(Image.new("RGBA", (5, 5), "red"))
    tuxpaint = deb(tmp_path / "t.deb", {"s/bird.png": picture})
    with pytest.raises(ValueError, match=r"s/bird\.png must be the file of"):
        script.build(gcompris, tuxpaint, tmp_path)
