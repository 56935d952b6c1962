#!/usr/bin/env bash
# Keras 3.15.1 with orbax-checkpoint 0.12.8, callbacks.OrbaxCheckpoint: the step
# of a checkpoint is the number of the epoch, which each `fit` counts from 0,
# and Orbax passes over each step below the last in its folder. So a second
# `fit` into the folder, a fine-tuning of the model say, saves nothing as long
# as it is the shorter one: no error, no warning, and `load_weights` and
# `load_model` give what the first has left. (One that reaches the last step
# raises there. Use fit(initial_epoch=5, epochs=8) or a folder for each.)
#
# A good guess: as with ModelCheckpoint, the folder holds the last state.
# Seen: the weight is 1.0 after 5 epochs and 2.0 after 3 more, each of which
# calls the callback too; what is loaded is 1.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 orbax-checkpoint==0.12.8 jax==0.10.2 jaxlib==0.10.2 \
    numpy==2.4.6
cat > "$folder/more.py" <<'PYTHON'
import sys
from pathlib import Path

import keras
import numpy as np

place = str(Path(sys.argv[1], "checkpoints"))
x = np.ones((8, 1))
layer = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
model = keras.Sequential([keras.Input((1,)), layer])
model.compile(keras.optimizers.SGD(0.5), "mse")
weights = {}
for target, epochs in ((1, 5), (2, 3)):  # training, fine-tuning
    saver = keras.callbacks.OrbaxCheckpoint(place)
    model.fit(x, target * x, epochs=epochs, verbose=0, callbacks=[saver])
    weights[f"after fit {target}"] = float(layer.kernel[0, 0])
model.load_weights(place)
weights["loaded"] = float(layer.kernel[0, 0])
print(weights)
assert weights == {"after fit 1": 1.0, "after fit 2": 2.0, "loaded": 1.0}
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" \
    "$folder/more.py" "$folder" 2> "$folder/log" || {
    cat "$folder/log"
    exit 1
}
