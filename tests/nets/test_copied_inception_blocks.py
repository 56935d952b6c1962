"""The blocks of nets/ run when they are copied alone: Inception's, half."""

from nets import copied


class TestBlocks(copied.Blocks):
    files = tuple(file for file in copied.FILES if "inception" in file)
