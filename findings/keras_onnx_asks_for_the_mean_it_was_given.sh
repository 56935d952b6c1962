#!/usr/bin/env bash
# Keras 3.15.1 on TensorFlow 2.21.0 with tf2onnx 1.17.0: `export(format="onnx")`
# of a model with a Normalization layer writes, without a word, a file that has
# three inputs: the pictures, and the layer's mean and its variance, under the
# names of inner tensors. Given only the pictures, ONNX Runtime 1.32.0 refuses.
# The layer keeps both as plain tensors, not as weights, so that the exporter's
# function captures them as it captures an argument. All EfficientNets of
# keras.applications begin with such a layer.
#
# A good guess: one input, and the model's outputs.
# Seen: inputs 3 with a mean and a variance, 3 after adapt(), 1 with the same
# arithmetic by Rescaling, whose outputs are then the model's to 1e-6.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    tensorflow==2.21.0 keras==3.15.1 numpy==2.4.6 \
    tf2onnx==1.17.0 onnx==1.23.2 onnxruntime==1.32.0
cat > "$folder/inputs.py" <<'PYTHON'
import sys

import keras
import numpy as np
import onnxruntime
from keras import layers

pictures = np.random.default_rng(0).random((8, 6, 5, 2), dtype="float32")
mean, variance = np.array([0.4, 0.5]), np.array([0.2, 0.3])
adapted = layers.Normalization()
adapted.adapt(pictures)
first_layers = {
    "mean and variance": layers.Normalization(mean=mean, variance=variance),
    "adapt()": adapted,
    "Rescaling": layers.Rescaling(variance**-0.5, -mean * variance**-0.5),
}
path, found = sys.argv[1], {}
for name, first in first_layers.items():
    x = keras.Input((6, 5, 2))
    model = keras.Model(x, layers.Conv2D(3, 3)(first(x)))
    expected = np.asarray(model(pictures))
    model.export(path, format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(path)
    names = [one.name for one in session.get_inputs()]
    found[name] = len(names)
    if len(names) == 1:
        (outputs,) = session.run(None, {names[0]: pictures})
        assert np.allclose(outputs, expected, atol=1e-6)
print(found)
assert found == {"mean and variance": 3, "adapt()": 3, "Rescaling": 1}
PYTHON
TF_CPP_MIN_LOG_LEVEL=3 "$folder/env/bin/python" "$folder/inputs.py" \
    "$folder/model.onnx" 2> /dev/null
