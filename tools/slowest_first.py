"""How long the tests of a file take: the longest start first.

pytest-xdist gives whole files to its workers (`--dist loadfile`). A long file
that starts last keeps one of them busy while the others have nothing to do.
"""

import re
from functools import cache
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / "tests"
RUNS = re.compile(r"\*\*Runs:\*\* (\d+) s")  # `make notebooks` writes it
# Test files over 15 seconds, on one thread. Only their order matters.
SECONDS = {
    "check/test_check.py": 150,
    "parallel/test_supervisor.py": 100,
    "nets/test_export.py": 75,
    "nets/test_copied.py": 60,
    "detection/train/test_train.py": 60,
    "finetune/test_unfinished.py": 66,
    "nets/test_efficientnet.py": 55,
    "finetune/test_recipe.py": 45,
    "tools/test_backends.py": 45,
    "pretrained/test_official.py": 44,
    "nets/test_blocks.py": 44,
    "notebooks/test_notebook_25_full.py": 35,
    "notebooks/test_notes.py": 34,
    "detection/yolo/test_yolo_training.py": 32,
    "applications/test_faces.py": 31,
    "nets/test_inception_v4.py": 30,
    "parallel/test_group.py": 26,
    "detection/faster_rcnn/test_rcnn_model.py": 25,
    "test_transfer.py": 22,
    "notebooks/test_notebook_24_full.py": 21,
    "nets/test_resnet.py": 20,
    "nets/test_densenet.py": 19,
    "nets/test_vgg.py": 18,
    "test_measure.py": 17,
}


@cache
def seconds(path):
    """Look up how long a test file or a notebook takes.

    Args:
        path: Path, absolute.

    Returns:
        int, seconds; 0 for a quick test file.
    """
    if path.suffix == ".ipynb":
        found = RUNS.search(path.read_text(encoding="utf-8"))
        return int(found[1]) if found else 0
    inside = path.is_relative_to(TESTS)
    return SECONDS.get(path.relative_to(TESTS).as_posix(), 0) if inside else 0
