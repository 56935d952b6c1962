"""Small files in the public sets' own formats, written here."""

import gzip
import os
import pickle
import struct

import numpy as np
import pytest

from cnn_course import datasets
from cnn_course.datasets.public_files import read_idx

PARTS = {"train": ("train", 20), "test": ("t10k", 12)}


def idx(array):
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def numbered(count, *shape):
    """Pictures that are all different, and labels 0 ... 9."""
    rng = np.random.default_rng(count)
    labels = (np.arange(count) % 10).astype(np.uint8)
    return rng.integers(0, 256, (count, *shape), np.uint8), labels


@pytest.fixture
def mnist(tmp_path):
    """A folder like MNIST's; its test set is gzipped."""
    for part, count in PARTS.values():
        images, labels = numbered(count, 28, 28)
        for what, array in (("images-idx3", images), ("labels-idx1", labels)):
            content, name = idx(array), f"{part}-{what}-ubyte"
            if part == "t10k":
                content, name = gzip.compress(content), f"{name}.gz"
            (tmp_path / name).write_bytes(content)
    return tmp_path


def write_cifar10(folder, binary):
    images, labels = numbered(18, 3, 32, 32)
    folder.mkdir()
    names = [*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"]
    for i, name in enumerate(names):
        some = slice(3 * i, 3 * i + 3)
        rows, classes = images[some].reshape(3, -1), labels[some]
        if binary:
            content = np.hstack([classes[:, None], rows]).tobytes()
            name += ".bin"
        else:
            batch = {b"data": rows, b"labels": classes.tolist()}
            content = pickle.dumps(batch, protocol=4)
        (folder / name).write_bytes(content)
    images = np.moveaxis(images, 1, -1)
    return {
        "train": (images[:15], labels[:15]),
        "test": (images[15:], labels[15:]),
    }


@pytest.mark.parametrize("name", ["digits", "mnist_5k", "fashion_mnist"])
@pytest.mark.parametrize("split", PARTS)
def test_idx_files(name, split, mnist, capsys):
    part = datasets.load(name, split, folder=mnist)
    images, labels = numbered(PARTS[split][1], 28, 28)
    np.testing.assert_array_equal(part.images, images[..., None])
    np.testing.assert_array_equal(part.labels, labels)
    assert part.images.dtype == np.uint8
    assert part.labels.dtype == int
    part.images[0] = 0  # as those of the other sets, they may be changed
    assert (part.class_names == tuple("0123456789")) == (
        name != "fashion_mnist"
    )
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        # What the unpackers of some systems make of the names and files.
        ("train-images-idx3-ubyte", "train-images.idx3-ubyte", bytes),
        ("train-images-idx3-ubyte", "train-images.idx3-ubyte.gz",
         gzip.compress),
        ("t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte", bytes),
        ("t10k-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz",
         gzip.decompress),
    ],
)  # fmt: skip
def test_other_names_and_other_packing(old, new, change, mnist):
    content = (mnist / old).read_bytes()
    (mnist / old).unlink()
    (mnist / new).write_bytes(change(content))
    for split, (_, count) in PARTS.items():
        images = datasets.load("digits", split, folder=str(mnist)).images
        np.testing.assert_array_equal(
            images[..., 0], numbered(count, 28, 28)[0]
        )


@pytest.mark.parametrize("binary", [False, True])
@pytest.mark.parametrize("above", [False, True])
def test_cifar10(binary, above, tmp_path):
    folder = tmp_path / f"cifar-10-batches-{'bin' if binary else 'py'}"
    expected = write_cifar10(folder, binary)
    for split, (images, labels) in expected.items():
        found = datasets.load(
            "cifar10", split, folder=tmp_path if above else folder
        )
        np.testing.assert_array_equal(found.images, images)
        np.testing.assert_array_equal(found.labels, labels)
        assert found.class_names[9] == "lorry"


TEN = np.zeros(10, np.uint8)
SPOILT = {  # what is wrong -> (file, what its content becomes, what is said)
    "labels for pictures": (
        "images-idx3",
        lambda content: idx(TEN),
        r"images-idx3-ubyte must be an IDX file of pictures, with 00 00 08 03 "
        r"as its first bytes; it begins with '00 00 08 01'",
    ),
    "pictures for labels": (
        "labels-idx1",
        lambda content: idx(np.zeros((2, 2, 2), np.uint8)),
        "an IDX file of labels, with 00 00 08 01",
    ),
    "a page": (
        "images-idx3",
        lambda content: b"<html>not found</html>",
        "it begins with '3c 68 74 6d'",
    ),
    "empty": ("labels-idx1", lambda content: b"", "begins with ''"),
    "a header alone": (
        "images-idx3",
        lambda content: content[:9],
        "must be an IDX file of pictures",
    ),
    "cut": (
        "images-idx3",
        lambda content: content[:-5],
        "must have 15696 bytes, as its header says, 20 x 28 x 28; it has 15691",
    ),
    "too long": ("labels-idx1", lambda c: c + b"\0", "28 bytes.*it has 29"),
    "a gzip file cut": (
        "images-idx3",
        lambda content: gzip.compress(content)[:-300],
        "images-idx3-ubyte must be a whole gzip file",
    ),
    "a gzip file damaged": (
        "images-idx3",
        lambda content: gzip.compress(content)[:12] + b"\xff" * 40,
        "must be a whole gzip file",
    ),
    "fewer labels": (
        "labels-idx1",
        lambda content: idx(TEN),
        "train has 20 pictures and 10 labels",
    ),
    "letters": (
        "labels-idx1",
        lambda content: idx(np.arange(7, 27, dtype=np.uint8)),
        "MNIST has labels 0 to 9; in .* train has 26: it is another set",
    ),
}


@pytest.mark.parametrize("wrong", SPOILT)
def test_what_is_wrong_with_an_idx_file(wrong, mnist):
    file, change, said = SPOILT[wrong]
    path = mnist / f"train-{file}-ubyte"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(ValueError, match=said) as caught:
        datasets.load("mnist_5k", folder=mnist)
    assert str(mnist) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing(mnist, tmp_path):
    (mnist / "train-labels-idx1-ubyte").unlink()
    with pytest.raises(
        FileNotFoundError,
        match=r"train-labels-idx1-ubyte or .*; it has t10k-images",
    ):
        datasets.load("digits", folder=mnist)
    empty = tmp_path / "empty"
    empty.mkdir()
    for name in ("digits", "fashion_mnist", "cifar10"):
        with pytest.raises(FileNotFoundError, match="it has nothing"):
            datasets.load(name, folder=empty)
        with pytest.raises(FileNotFoundError, match="none is none"):
            datasets.load(name, folder=tmp_path / "none")


class Program:
    def __reduce__(self):
        return os.mkdir, ("ran",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (pickle.dumps(Program()), f"asks for {os.mkdir.__module__}.mkdir"),
        (b"cut", "must be a batch of CIFAR-10"),
        (pickle.dumps({b"data": [1]}), "must be a batch of CIFAR-10"),
        (
            pickle.dumps(
                {b"data": np.zeros((2, 9), np.uint8), b"labels": [1, 2]},
                protocol=4,
            ),
            r"3072 uint8 numbers for each of its 2 labels; it has uint8 \(2, 9",
        ),
    ],
)
def test_what_is_wrong_with_a_pickle(content, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_cifar10(tmp_path / "c", binary=False)
    (tmp_path / "c" / "data_batch_3").write_bytes(content)
    with pytest.raises(ValueError, match=said) as caught:
        datasets.load("cifar10", folder=tmp_path / "c")
    assert "data_batch_3" in str(caught.value)
    assert not (tmp_path / "ran").exists()


def test_a_binary_batch_that_is_cut(tmp_path):
    write_cifar10(tmp_path / "c", binary=True)
    path = tmp_path / "c" / "test_batch.bin"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="3073 bytes a picture; it has 9218"):
        datasets.load("cifar10", "test", folder=tmp_path / "c")


def test_sets_without_public_files(mnist):
    with pytest.raises(ValueError, match="'things' is bundled"):
        datasets.load("things", folder=mnist)
    with pytest.raises(ValueError, match="full may not be False"):
        datasets.load("digits", full=False, folder=mnist)
    with pytest.raises(ValueError, match="split must be"):
        datasets.load("digits", "val", folder=mnist)


def test_idx_of_any_shape(tmp_path):
    rng = np.random.default_rng(0)
    for shape in ((0, 28, 28), (3, 1, 5), (7,)):
        array = rng.integers(0, 256, shape, np.uint8)
        (tmp_path / "a").write_bytes(idx(array))
        np.testing.assert_array_equal(
            read_idx(tmp_path / "a", len(shape)), array
        )
