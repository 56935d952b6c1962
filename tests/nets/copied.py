"""Run copies of the files of nets/ in a folder where nothing else of ours is.

One process for each Keras backend that is installed, in which cnn_course cannot
be imported. TensorFlow runs all examples but those of LONGER,
the others every block and one network of each file: they compile for long.
"""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import catalogue
import numpy as np
from fresh_process import for_once
from nets.examples import BLOCKS, LONGER, NETS

FILES = [path.stem for path in catalogue.files()]
HERE = Path(__file__).resolve().parent
OTHERS = [name for name in ("jax", "torch") if importlib.util.find_spec(name)]
# The files whose networks take the longest: half of the time.
DEEP = ("densenet", "efficientnet", "inception_v3", "inception_v4")


def blocks(files):
    """The examples of the blocks of some files."""
    return [name for name in BLOCKS if name.split(".")[0] in files]


def block_functions(files):
    """The names of all blocks that some files define."""
    return {
        f"{path.stem}.{node.name}"
        for path in catalogue.files()
        for node, _ in catalogue.block_functions(path)
        if path.stem in files
    }


def networks(backend, files):
    """The examples of the networks of some files that a backend runs."""
    names = [
        name
        for name in NETS
        if name.split(".")[0] in files and name not in LONGER
    ]
    if backend == "tensorflow":
        return names
    first = {name.split(".")[0]: name for name in reversed(names)}
    return list(first.values())


class Copies:
    """A process in a folder with copies, for use in a `with` statement.

    It is started once, and runs examples as often as it is asked to: to load a
    backend takes seconds.
    """

    def __init__(self, backend, folder):
        for path in catalogue.files():
            shutil.copy(path, folder)
        self.backend, self.folder = backend, folder
        self.words = folder / "stderr.txt"
        with open(self.words, "w") as words:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "standalone.py"],
                cwd=folder,
                env=for_once(backend),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=words,
                text=True,
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate()  # closes its input, which ends it

    def run(self, names):
        """Run examples; return {name: output}."""
        print(*names, file=self.process.stdin, flush=True)
        written = self.process.stdout.readline().strip()
        assert written, self.words.read_text()[-3000:]
        return dict(np.load(self.folder / written))


def assert_agree(outputs, expected):
    """Compare what two backends computed, relative to the largest output."""
    for name, found in outputs.items():
        scale = np.abs(expected[name]).max()
        assert np.isfinite(expected[name]).all(), name
        assert scale > 0, name
        np.testing.assert_allclose(
            found / scale, expected[name] / scale, atol=1e-4, err_msg=name
        )


class _Examples:
    """What the tests of blocks and of networks share; `files` is theirs."""

    files = ()

    def test_backends_agree(self, by_tensorflow, by_another):
        assert_agree(by_another, by_tensorflow)


class Blocks(_Examples):
    """The tests of the blocks of some files."""

    def examples(self, backend):
        return blocks(self.files)

    def test_tensorflow_runs_every_block(self, by_tensorflow):
        assert set(by_tensorflow) == block_functions(self.files)

    def test_another_backend_runs_every_block(self, by_another):
        assert set(by_another) == block_functions(self.files)


class Networks(_Examples):
    """The tests of the networks of some files."""

    def examples(self, backend):
        return networks(backend, self.files)

    def test_tensorflow_runs_every_network(self, by_tensorflow):
        assert LONGER.issubset(NETS)
        ours = {name for name in NETS if name.split(".")[0] in self.files}
        assert set(by_tensorflow) == ours - LONGER

    def test_another_backend_runs_a_network_of_each_file(self, by_another):
        assert sorted(name.split(".")[0] for name in by_another) == [
            *self.files
        ]
