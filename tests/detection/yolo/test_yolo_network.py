import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
from fresh_process import environment

from cnn_course.detection import yolo


def test_size_and_weight_count():
    model = yolo.yolo()
    assert model.output_shape == (None, 12, 12, 14)
    unit = lambda c, k: 9 * c * k + 4 * k  # noqa: E731
    expected = unit(3, 16) + unit(16, 32) + unit(32, 64)
    expected += 4 * unit(32, 32) + 2 * unit(64, 64)
    expected += 2 * unit(64, 64) + 65 * (4 + 10)
    assert model.count_params() == expected == 210_686
    assert model.count_params() <= 250_000
    odd = yolo.yolo((97, 120, 3), classes=3)
    assert odd.output_shape == (None, 13, 15, 7)


def test_heads_say_what_the_encoders_write():
    x = np.random.default_rng(0).normal(size=(2, 4, 5, 8)).astype("float32")
    inputs = keras.Input((4, 5, 8))
    anchors = [(1, 2), (3, 1)]
    head = keras.Model(inputs, yolo.grid_head(inputs, 3, anchors))
    said = np.array(head(5 * x)).reshape(2, 4, 5, 2, 8)
    assert np.delete(said, [3, 4], axis=-1).min() >= 0
    assert np.delete(said, [3, 4], axis=-1).max() <= 1
    # Without a word from the network, each size is the anchor's.
    for layer in head.layers:
        if layer.name.startswith("grid_size") and layer.weights:
            layer.kernel.assign(0 * layer.kernel)
    said = np.array(head(x)).reshape(2, 4, 5, 2, 8)
    np.testing.assert_allclose(said[0, 0, 0, :, 3:5], anchors, rtol=1e-6)
    free = np.array(keras.Model(inputs, yolo.free_head(inputs, 3))(5 * x))
    assert free.shape == (2, 4, 5, 7)
    assert free.min() >= 0
    assert free[..., 4:].max() <= 1


def test_kept_as_notebook_20_says_it_needs_keras_alone(tmp_path, monkeypatch):
    """Its own line, run on a network that was compiled with our loss."""
    notebooks = Path(__file__).resolve().parents[3] / "notebooks"
    text = (notebooks / "20_yolo.ipynb").read_text(encoding="utf-8")
    lines = [
        line.strip()
        for cell in json.loads(text)["cells"]
        for line in cell["source"]
    ]
    (line,) = [
        line for line in lines if line.endswith('save("detector.keras")')
    ]
    detector = yolo.yolo((32, 40, 3), classes=2)
    detector.compile("adam", loss=yolo.free_loss)
    x = np.random.default_rng(0).integers(0, 256, (2, 32, 40, 3))
    monkeypatch.chdir(tmp_path)
    exec(line, {"keras": keras, "detector": detector})
    np.save("x.npy", x)
    code = (
        "import sys, keras, numpy\n"
        "model = keras.models.load_model('detector.keras')\n"
        "said = model.predict(numpy.load('x.npy'), verbose=0)\n"
        "numpy.save('said.npy', said)\n"
        "assert 'cnn_course' not in sys.modules\n"
    )
    command = [sys.executable, "-c", code]
    subprocess.run(command, check=True, env=environment(), cwd=tmp_path)
    np.testing.assert_allclose(
        np.load("said.npy"), detector.predict(x, verbose=0), atol=1e-6
    )
