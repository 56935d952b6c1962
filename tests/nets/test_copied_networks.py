"""The networks of nets/ run when a file is copied alone: the quick half."""

from nets import copied
from nets.examples import BLOCKS, NETS


def test_every_example_is_of_a_file_that_is_there():
    assert {name.split(".")[0] for name in [*BLOCKS, *NETS]} <= set(
        copied.FILES
    )


class TestNetworks(copied.Networks):
    files = tuple(file for file in copied.FILES if file not in copied.DEEP)
