"""Blocks and networks of nets/ run when their file is copied alone."""

from nets import copied
from nets.copied import DEEP, FILES
from nets.examples import BLOCKS, NETS


def test_two_backends_at_least_are_compared():
    assert "jax" in copied.OTHERS


def test_every_example_is_of_a_file_that_is_there():
    assert {name.split(".")[0] for name in [*BLOCKS, *NETS]} <= set(FILES)


def test_every_deep_file_is_there():
    assert set(DEEP) <= set(FILES)


class TestBlocks(copied.Blocks):
    files = tuple(file for file in FILES if "inception" not in file)


class TestInceptionBlocks(copied.Blocks):
    files = tuple(file for file in FILES if "inception" in file)


class TestNetworks(copied.Networks):
    files = tuple(file for file in FILES if file not in DEEP)


class TestDeepNetworks(copied.Networks):
    files = tuple(file for file in FILES if file in DEEP)
