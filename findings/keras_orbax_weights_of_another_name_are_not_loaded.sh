#!/usr/bin/env bash
# Keras 3.15.1 with orbax-checkpoint 0.12.8: `model.load_weights(folder)` of an
# Orbax checkpoint assigns by path, "sequential/conv2d/kernel", and passes over
# every path that it does not find. Names are counted up within a process, so
# the same network built once more, for a second run, a cross-validation or an
# ensemble, is "sequential_1/conv2d_1/..." and gets nothing: no error, no
# warning, its random weights stay. From a `.weights.h5`, which goes by position
# in the model, the same network gets its weights.
#
# A good guess: the weights are loaded, or it raises as with other layers.
# Seen: all of 2 variables equal from .weights.h5, 0 of 2 from Orbax; 2 of 2
# after clear_session(), when the names are the first again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 orbax-checkpoint==0.12.8 jax==0.10.2 jaxlib==0.10.2 \
    numpy==2.4.6
cat > "$folder/names.py" <<'PYTHON'
import sys
from pathlib import Path

import keras
import numpy as np

folder = Path(sys.argv[1])
x, y = np.ones((8, 6, 6, 1)), np.ones((8, 4, 4, 2))


def network():
    layer = keras.layers.Conv2D(2, 3, bias_initializer="random_normal")
    model = keras.Sequential([keras.Input((6, 6, 1)), layer])
    model.compile("sgd", "mse")
    return model


def equal(model):
    pairs = zip(model.get_weights(), weights, strict=True)
    return sum(np.array_equal(a, b) for a, b in pairs)


trained = network()
saver = keras.callbacks.OrbaxCheckpoint(str(folder / "orbax"))
trained.fit(x, y, epochs=2, verbose=0, callbacks=[saver])
trained.save_weights(folder / "trained.weights.h5")
weights = trained.get_weights()
found = {}
for name in ("trained.weights.h5", "orbax", "orbax after clear_session"):
    if "clear" in name:
        keras.backend.clear_session()
    model = network()
    model.load_weights(str(folder / name.split()[0]))
    found[name] = equal(model)
print(found)
assert list(found.values()) == [2, 0, 2]
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" \
    "$folder/names.py" "$folder" 2> "$folder/log" || {
    cat "$folder/log"
    exit 1
}
