import contextlib
import io
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from eager_fits import eagerly
from finetune_runs import COUNTS, run
from tensorflow.python.framework.config import disable_op_determinism

from cnn_course import datasets


@pytest.fixture(autouse=True, scope="module")
def around():
    keras.ops.ones(1)  # TensorFlow's first words are not ours
    yield
    disable_op_determinism()


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Three surfaces, not equally many of each."""
    folder = tmp_path_factory.mktemp("data") / "surfaces"
    crops = datasets.surfaces(per_class=16)
    chosen = [
        i
        for name, count in COUNTS.items()
        for i in np.flatnonzero(crops.labels == crops.class_names.index(name))[
            :count
        ]
    ]
    images, labels = crops.images[chosen], crops.labels[chosen]
    used = sorted(set(labels.tolist()))
    names = tuple(crops.class_names[i] for i in used)
    labels = np.searchsorted(used, labels)
    datasets.save_as_folder(
        datasets.LabelledImages(images, labels, names), folder
    )
    return folder


@pytest.fixture(scope="session")
def finished(folder, tmp_path_factory):
    """A run that nothing has interrupted.

    Has the attributes out (Path), printed (str) and class_weights (list, one
    for each call of `fit`).
    """
    out = tmp_path_factory.mktemp("finished") / "model.keras"
    fit, printed, class_weights = keras.Model.fit, io.StringIO(), []

    def spy(self, *args, **options):
        class_weights.append(options["class_weight"])
        return fit(self, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.Model, "fit", spy)
        with contextlib.redirect_stdout(printed), eagerly():
            assert run(folder, out) == 0
    printed = printed.getvalue()
    return SimpleNamespace(
        out=out, printed=printed, class_weights=class_weights
    )
