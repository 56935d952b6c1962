"""The blocks of nets/ run when they are copied alone: Inception's, half."""

from nets import copied

FILES = [file for file in copied.FILES if "inception" in file]


def examples(backend):
    return copied.blocks(FILES)


def test_tensorflow_runs_every_block(by_tensorflow):
    assert set(by_tensorflow) == copied.block_functions(FILES)


def test_another_backend_runs_every_block(by_another):
    assert set(by_another) == copied.block_functions(FILES)


def test_backends_agree(by_tensorflow, by_another):
    copied.assert_agree(by_another, by_tensorflow)
