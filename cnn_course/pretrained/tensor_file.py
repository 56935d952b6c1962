"""Read the tensors in a file of PyTorch's old format, without PyTorch.

Until version 1.5, `torch.save` wrote five pickles one after another (a magic
number, a version, how numbers are stored, the object, the storages' names) and
then the storages: a count, and the bare numbers. A pickle can name any function
for its reader to call, so a file from elsewhere could do anything; this reader
knows the three names that tensors need, and refuses every other.

Source: `_legacy_save` and `_legacy_load` in PyTorch's torch/serialization.py.
"""

import pickle
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import numpy as np

_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_DTYPES = {  # what PyTorch calls a storage: its numbers
    "BoolStorage": "?",
    "ByteStorage": "u1",
    "CharStorage": "i1",
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "IntStorage": "<i4",
    "LongStorage": "<i8",
    "ShortStorage": "<i2",
}


class _Storage(NamedTuple):
    key: str
    dtype: np.dtype
    count: int


class _Tensor(NamedTuple):
    """A tensor as the pickle has it: where its numbers lie in a storage."""

    storage: _Storage
    offset: int
    shape: tuple
    strides: tuple


def _tensor(storage, offset, shape, strides, *_):  # gradients are left out
    return _Tensor(storage, offset, shape, strides)


class _Tensors(pickle.Unpickler):
    """Builds dictionaries, tensors and what holds no code, nothing else."""

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in _DTYPES:
            return np.dtype(_DTYPES[name])
        raise ValueError(f"it asks for {module}.{name}")

    def persistent_load(self, pid):
        kind, dtype, key, _, count, _ = pid
        if kind != "storage" or not isinstance(dtype, np.dtype):
            raise ValueError(f"it has a {kind!r} where a storage belongs")
        return _Storage(key, dtype, count)


def _read_storage(file, storage):
    (count,) = np.frombuffer(file.read(8), "<i8")
    size = storage.count * storage.dtype.itemsize
    numbers = file.read(size)
    if count != storage.count or len(numbers) != size:
        raise ValueError(f"storage {storage.key} is cut off")
    return np.frombuffer(numbers, storage.dtype)


def _as_array(tensor, numbers):
    """The tensor's own numbers, in a new array."""
    last = tensor.offset + sum(
        (side - 1) * step
        for side, step in zip(tensor.shape, tensor.strides, strict=True)
    )
    if min(tensor.offset, *tensor.shape, *tensor.strides, 0) < 0 or (
        last >= len(numbers) and 0 not in tensor.shape
    ):
        raise ValueError("a tensor reaches beyond its storage")
    strides = [step * numbers.itemsize for step in tensor.strides]
    return np.lib.stride_tricks.as_strided(
        numbers[tensor.offset :], tensor.shape, strides
    ).copy()


def _read(file):
    if file.peek(2)[:2] == b"PK":
        raise ValueError("it is a zip archive, PyTorch's format since 1.6")
    magic, version, system, tensors, keys = (
        _Tensors(file).load() for _ in range(5)
    )
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError("it does not begin as such a file does")
    if not system["little_endian"]:
        raise ValueError("its numbers are stored with the high byte first")
    if not isinstance(tensors, dict) or not all(
        isinstance(tensor, _Tensor) for tensor in tensors.values()
    ):
        raise ValueError("it holds other things than tensors by name")
    storages = {t.storage.key: t.storage for t in tensors.values()}
    numbers = {key: _read_storage(file, storages[key]) for key in keys}
    if file.read(1):
        raise ValueError("more follows after its last storage")
    return {
        name: _as_array(tensor, numbers[tensor.storage.key])
        for name, tensor in tensors.items()
    }


def read_tensors(path):
    """Read a file of named tensors that PyTorch saved before version 1.6.

    Args:
        path: path of a file, usually `.pth` or `.pt`.

    Returns:
        dict, str -> NumPy array, in the file's order.

    Raises:
        ValueError: the file holds anything else, or is damaged.
        OSError: it cannot be opened.
    """
    with open(path, "rb") as file:
        try:
            return _read(file)
        except Exception as error:  # a damaged pickle raises of many kinds
            raise ValueError(
                f"{Path(path).name} must hold tensors by name and nothing "
                "else, in PyTorch's format from before version 1.6; "
                f"{error or 'it ends too early'}."
            ) from error
