"""Write files as PyTorch did before version 1.6, without PyTorch."""

import pickle
import struct
import sys
from collections import OrderedDict
from types import ModuleType
from typing import NamedTuple
from unittest import mock

import numpy as np

MAGIC, VERSION = 0x1950A86A20F9469CFC6C, 1001
STORAGES = {
    "bool": "BoolStorage",
    "uint8": "ByteStorage",
    "int8": "CharStorage",
    "int16": "ShortStorage",
    "int32": "IntStorage",
    "int64": "LongStorage",
    "float16": "HalfStorage",
    "float32": "FloatStorage",
    "float64": "DoubleStorage",
}


def named(name, module):
    """A function that a pickle will know by its name alone."""

    def function():
        raise AssertionError("never called")

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    return function


TORCH = {name: ModuleType(name) for name in ("torch", "torch._utils")}
REBUILD = named("_rebuild_tensor_v2", "torch._utils")
TORCH["torch._utils"]._rebuild_tensor_v2 = REBUILD
for _name in STORAGES.values():
    setattr(TORCH["torch"], _name, named(_name, "torch"))


class Storage(NamedTuple):
    key: str
    numbers: np.ndarray


class Tensor:
    """A view of a storage: offset, shape and strides count numbers."""

    def __init__(self, storage, offset, shape, strides):
        self.storage = storage
        self.view = offset, shape, strides

    def __reduce__(self):
        return REBUILD, (self.storage, *self.view, False, OrderedDict())


class Pickler(pickle.Pickler):
    def persistent_id(self, it):
        if not isinstance(it, Storage):
            return None
        kind = getattr(TORCH["torch"], STORAGES[it.numbers.dtype.name])
        return "storage", kind, it.key, "cpu", it.numbers.size, None


def save(path, content, storages, little_endian=True, magic=MAGIC):
    """Write content, whose tensors lie in the storages, into a file."""
    with open(path, "wb") as file, mock.patch.dict(sys.modules, TORCH):
        for part in (magic, VERSION, {"little_endian": little_endian}):
            Pickler(file, 2).dump(part)
        Pickler(file, 2).dump(content)
        Pickler(file, 2).dump([storage.key for storage in storages])
        for storage in storages:
            file.write(struct.pack("<q", storage.numbers.size))
            file.write(storage.numbers.tobytes())


def save_arrays(path, arrays):
    """Write a dictionary of arrays, each in a storage of its own."""
    content, storages = OrderedDict(), []
    for number, (name, array) in enumerate(arrays.items()):
        storages.append(Storage(str(number), np.ravel(array)))
        strides = tuple(
            int(np.prod(array.shape[i + 1 :])) for i in range(array.ndim)
        )
        content[name] = Tensor(storages[-1], 0, array.shape, strides)
    save(path, content, storages)
