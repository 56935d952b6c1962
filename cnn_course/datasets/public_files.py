"""The public sets' own files, read from disk: IDX files, CIFAR-10's batches.

IDX is the format of MNIST and Fashion-MNIST: two zeros, a type (8 for uint8),
the number of sides, each side in four bytes, then one byte a number.
"""

import gzip
import math
import pickle
import zlib
from pathlib import Path

import numpy as np

_PARTS = {"train": "train", "test": "t10k"}  # its 10 000
_CIFAR10 = {
    "train": [f"data_batch_{i}" for i in range(1, 6)],
    "test": ["test_batch"],
}


def read_idx(path, sides):
    """Read an IDX file of bytes.

    Args:
        path: path of a file, gzipped or not, whatever its name says.
        sides: int, how many it must have: 3 for pictures, 1 for labels.

    Returns:
        uint8 array of so many dimensions.

    Raises:
        ValueError: the file is none, or not whole; the message names it.
    """
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            content = gzip.decompress(content)
        except (EOFError, OSError, zlib.error) as error:
            raise ValueError(
                f"{path} must be a whole gzip file ({error}): fetch it again."
            ) from None
    magic, start = bytes([0, 0, 8, sides]), 4 + 4 * sides
    if content[:4] != magic or len(content) < start:
        what = "pictures" if sides == 3 else "labels"
        raise ValueError(
            f"{path} must be an IDX file of {what}, with {magic.hex(' ')} as "
            f"its first bytes; it begins with {content[:4].hex(' ')!r}."
        )
    shape = np.frombuffer(content, ">u4", count=sides, offset=4).tolist()
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{path} must have {start + math.prod(shape)} bytes, as its header "
            f"says, {' x '.join(map(str, shape))}; it has {len(content)}: "
            "fetch it again."
        )
    numbers = np.frombuffer(content, np.uint8, offset=start)
    return numbers.reshape(shape).copy()  # one that may be changed


def read_mnist(folder, split):
    """Read MNIST or Fashion-MNIST from its IDX files.

    Args:
        folder: path; the files have their public names, with or without .gz.
        split: "train" or "test".

    Returns:
        (images, labels): uint8 arrays (n, height, width) and (n,).

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: it is none, or there are more pictures than labels.
    """
    arrays = []
    for what, sides in (("images", 3), ("labels", 1)):
        stem = f"{_PARTS[split]}-{what}"
        names = [f"{stem}{mark}idx{sides}-ubyte" for mark in "-."]
        names += [f"{name}.gz" for name in names]
        arrays.append(read_idx(_find(folder, names), sides))
    return arrays


def read_cifar10(folder, split):
    """Read CIFAR-10 from its batches, those for Python or the binary ones.

    Args:
        folder: path of the batches, or of what their archive unpacks to.
        split: "train" or "test".

    Returns:
        (images, labels): uint8 arrays (n, 32, 32, 3) and (n,).

    Raises:
        FileNotFoundError: a file is missing.
        ValueError: it is none, or not whole.
    """
    python, binary = "cifar-10-batches-py", "cifar-10-batches-bin"
    images, labels = [], []
    for name in _CIFAR10[split]:
        names = [name, f"{python}/{name}"]
        names += [f"{name}.bin", f"{binary}/{name}.bin"]
        path = _find(folder, names)
        read = _read_binary if path.suffix == ".bin" else _read_pickled
        rows, numbers = read(path)
        images.append(rows.reshape(-1, 3, 32, 32))
        labels.append(numbers)
    images = np.concatenate(images).transpose(0, 2, 3, 1)
    return np.ascontiguousarray(images), np.concatenate(labels)


def _find(folder, names):
    """The first of these files that is there."""
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"folder must be a folder; {folder} is none.")
    for name in names:
        if (path := Path(folder, name)).is_file():
            return path
    there = sorted(path.name for path in Path(folder).iterdir())
    raise FileNotFoundError(
        f"{folder} must have {' or '.join(names)}; it has "
        f"{', '.join(there[:8]) or 'nothing'}{', ...' * (len(there) > 8)}. "
        "Unpack .tar.gz and .zip first."
    )


def _read_binary(path):
    """Rows of 3072 bytes, each behind its label's."""
    content = np.frombuffer(path.read_bytes(), np.uint8)
    if not len(content) or len(content) % 3073:
        raise ValueError(
            f"{path} must have 3073 bytes a picture; it has {len(content)} in "
            "all: fetch it again."
        )
    rows = content.reshape(-1, 3073)
    return rows[:, 1:], rows[:, 0]


class _Arrays(pickle.Unpickler):
    """Reads arrays and nothing else: a pickle may run any program."""

    def find_class(self, module, name):
        known = {
            "_reconstruct": np.zeros(0).__reduce__()[0],
            "ndarray": np.ndarray,
            "dtype": np.dtype,
        }
        if module.split(".")[0] != "numpy" or name not in known:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return known[name]


def _read_pickled(path):
    try:
        with open(path, "rb") as file:
            batch = _Arrays(file, encoding="bytes").load()
        rows = np.asarray(batch[b"data"])
        labels = np.asarray(batch[b"labels"])
        whole = rows.dtype == np.uint8 and rows.shape == (len(labels), 3072)
    except Exception as error:  # a damaged pickle raises whatever it meets
        raise ValueError(
            f"{path} must be a batch of CIFAR-10, pickled ({error}): fetch it "
            "again."
        ) from None
    if not whole:
        raise ValueError(
            f"{path} must have 3072 uint8 numbers for each of its "
            f"{len(labels)} labels; it has {rows.dtype} {rows.shape}."
        )
    return rows, labels
