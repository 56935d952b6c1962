import json
import subprocess
import sys

import pytest
from fresh_process import environment

HEAVY = {
    "IPython",
    "PIL",
    "keras",
    "matplotlib",
    "numpy",
    "scipy",
    "tensorflow",
}


def fresh(code, **options):
    """Run code in a fresh interpreter; return what it printed and stderr."""
    options |= {"capture_output": True, "text": True, "check": True}
    done = subprocess.run([sys.executable, "-c", code], **options)
    return done.stdout, done.stderr


def heavy_after(module):
    """The heavy packages that importing a module has loaded."""
    loaded, _ = fresh(
        f"import json, sys, {module}; print(json.dumps(list(sys.modules)))"
    )
    return HEAVY & {name.partition(".")[0] for name in json.loads(loaded)}


@pytest.mark.parametrize(
    ("module", "allowed"),
    [
        ("cnn_course", set()),
        ("cnn_course.geometry", set()),
        ("cnn_course.detection", {"numpy"}),
        ("cnn_course.scratch", {"numpy"}),
        ("cnn_course.filters", {"numpy"}),
        ("cnn_course.check", {"numpy"}),
        ("cnn_course.datasets", {"numpy", "PIL"}),
    ],
)
def test_import_pulls_in_only(module, allowed):
    assert heavy_after(module) == allowed


def test_heavy_imports_would_be_seen():
    assert heavy_after("matplotlib") >= {"matplotlib", "numpy"}


def test_import_takes_less_than_50_ms():
    code = (
        "import time; start = time.perf_counter(); import cnn_course; "
        "print(time.perf_counter() - start)"
    )
    assert min(float(fresh(code)[0]) for _ in range(3)) < 0.05


# --- console.quiet: one process loads TensorFlow with it, one without --------

# Every function of these classes, and where it stands in its file.
LIST_FUNCTIONS = """
tf.data.Dataset.__iter__, keras.Model.fit  # loaded, not lazy
for owner in (tf.data.Dataset, tf.Tensor, tf.Variable, tf.Module, keras.Model,
              keras.Layer, keras.Sequential, keras.callbacks.Callback):
    for name, value in sorted(vars(owner).items()):
        code = getattr(value, "__code__", None)
        if code is not None:
            print(owner.__name__, name, code.co_qualname, code.co_firstlineno)
"""
QUIET = f"""
import os, sys
import cnn_course.console.quiet
import keras
import tensorflow as tf

assert "tensorflow" in sys.modules
{LIST_FUNCTIONS}
print("--- works")
print(float(keras.ops.sum(keras.ops.ones(2))))
print(os.environ["TF_CPP_MIN_LOG_LEVEL"])
try:
    tf.matmul(tf.ones((2, 3)), tf.ones((2, 3)))
except tf.errors.InvalidArgumentError as error:
    print("caught", "Matrix size-incompatible" in str(error))
print("1 before the error", file=sys.stderr, flush=True)
os.write(2, b"2 straight to descriptor 2\\n")
tf.reshape(tf.ones(3), (2, 2))
"""


@pytest.fixture(scope="module")
def quiet():
    return subprocess.run(
        [sys.executable, "-c", QUIET],
        capture_output=True,
        text=True,
        env=environment("matplotlib"),
    )


def test_quiet_prints_nothing(quiet):
    # All that stands before our own first line would be TensorFlow's.
    assert quiet.stderr.startswith("1 before the error\n")


def test_quiet_leaves_a_tensorflow_that_works(quiet):
    _, _, printed = quiet.stdout.partition("--- works\n")
    assert printed.splitlines() == ["2.0", "3", "caught True"]


def test_quiet_gives_stderr_back(quiet):
    lines = quiet.stderr.splitlines()
    assert lines[1] == "2 straight to descriptor 2"
    assert lines[2] == "Traceback (most recent call last):"
    assert "InvalidArgumentError" in lines[-1]
    assert quiet.returncode == 1


def test_quiet_changes_nothing_in_tensorflow_or_keras(quiet):
    # A second import, without it, must have the same functions everywhere.
    code = f"import keras, tensorflow as tf\n{LIST_FUNCTIONS}"
    plain, _ = fresh(code, env=environment("matplotlib"))
    listed, _, _ = quiet.stdout.partition("--- works\n")
    assert plain == listed
    assert "DatasetV2 __iter__" in plain


def test_commands_load_tensorflow_after_their_options_alone():
    # Loaded earlier, it prints its start-up messages, and --help takes long.
    rooms = ("detection.detect", "detection.train", "finetune")
    names = [f"cnn_course.{room}.command" for room in rooms]
    code = (
        f"import sys, {', '.join(names)}\n"
        "assert 'tensorflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env=environment())
