"""The networks of nets/ run when a file is copied alone: the deep half."""

from nets import copied
from nets.examples import LONGER, NETS

FILES = [file for file in copied.FILES if file in copied.DEEP]


def examples(backend):
    return copied.networks(backend, FILES)


def test_tensorflow_runs_every_network(by_tensorflow):
    assert LONGER.issubset(NETS)
    expected = {name for name in NETS if name.split(".")[0] in FILES} - LONGER
    assert set(by_tensorflow) == expected


def test_another_backend_runs_a_network_of_each_file(by_another):
    assert sorted(name.split(".")[0] for name in by_another) == FILES
    assert sorted(copied.DEEP) == FILES


def test_backends_agree(by_tensorflow, by_another):
    copied.assert_agree(by_another, by_tensorflow)
