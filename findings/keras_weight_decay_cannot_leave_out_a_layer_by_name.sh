#!/usr/bin/env bash
# Keras 3.15.1, `optimizer.exclude_from_weight_decay(var_names=[...])`: the
# words are looked for in `variable.name`, which in Keras 3 is "gamma", "kernel"
# or "bias"; the layer's name is in `variable.path` alone. "bn", "norm",
# "batch_normalization" or "head", as in recipes from Keras 2 (there the name
# was "bn_1/gamma:0"), match nothing, nothing is said, and what was to be left
# out decays. (Give "gamma" and "beta", or the variables as `var_list`.)
#
# A good guess: the variables of the layer "bn_1" are left out.
# Seen: gradients of 0, 10 steps: gamma falls from 1 to 0.904 with ["bn"] as
# without any word, and stays 1 with ["gamma"].
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cat > "$folder/decay.py" <<'PYTHON'
import keras
import numpy as np

x = np.zeros((10, 8, 8, 3), "float32")
gammas = {}
for words in ([], ["bn"], ["gamma"]):
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Conv2D(4, 3, use_bias=False),
            keras.layers.BatchNormalization(name="bn_1"),
            keras.layers.GlobalAveragePooling2D(),
        ]
    )
    optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=words)
    model.compile(optimizer, "mse")
    model.fit(x, np.zeros((10, 4)), batch_size=1, verbose=0)  # gradients: 0
    gamma = model.get_layer("bn_1").gamma
    gammas[" ".join(words)] = round(float(gamma[0]), 3)
print(gammas)
assert gammas == {"": 0.904, "bn": 0.904, "gamma": 1.0}
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" "$folder/decay.py"
