"""The networks of nets/ run when a file is copied alone: the deep half."""

from nets import copied


def test_every_deep_file_is_there():
    assert sorted(copied.DEEP) == [*TestNetworks.files]


class TestNetworks(copied.Networks):
    files = tuple(file for file in copied.FILES if file in copied.DEEP)
