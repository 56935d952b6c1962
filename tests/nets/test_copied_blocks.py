"""The blocks of nets/ run when they are copied alone: all but Inception's."""

from nets import copied


def test_two_backends_at_least_are_compared():
    assert "jax" in copied.OTHERS


class TestBlocks(copied.Blocks):
    files = tuple(file for file in copied.FILES if "inception" not in file)
