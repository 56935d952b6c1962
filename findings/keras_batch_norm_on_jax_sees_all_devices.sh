#!/usr/bin/env bash
# Keras 3.15.1 on JAX 0.10.2: under keras.distribution.DataParallel, batch
# normalisation always takes mean and variance over the batch of all devices.
# `synchronized=False`, the default, is documented as "each replica uses its own
# local batch statistics"; `synchronized=True`, which names what happens, raises
# a ValueError here. A recipe tuned with 32 pictures a device (on TensorFlow's
# MirroredStrategy, say) so trains another network on eight devices: it
# normalises with 256. One program is compiled for the whole batch, and what
# looks like a mean over a shard is a mean over everything.
#
# A good guess: two devices, one with four zeros and one with four ones: each
# subtracts its own mean, all outputs are 0, and so is their mean square.
# Seen: mean square 0.996 (the outputs are -1 and 1), moving variance 0.25.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cat > "$folder/shards.py" <<'PYTHON'
import keras
import numpy as np

devices = keras.distribution.list_devices()
assert len(devices) == 2
keras.distribution.set_distribution(
    keras.distribution.DataParallel(devices=devices)
)
x = np.repeat(np.float32([0, 1]), 4)[:, None]  # a device each
norm = keras.layers.BatchNormalization(momentum=0.0, center=False, scale=False)
model = keras.Sequential([keras.Input((1,)), norm])
model.compile("sgd", "mse")
history = model.fit(x, 0 * x, batch_size=8, shuffle=False, verbose=0)
loss = round(history.history["loss"][0], 3)
variance = round(float(norm.moving_variance[0]), 3)
try:
    keras.layers.BatchNormalization(synchronized=True)
    refused = False
except ValueError:
    refused = True
print("mean square", loss, "moving variance", variance, "True:", refused)
assert (loss, variance, refused) == (0.996, 0.25, True)
PYTHON
export KERAS_BACKEND=jax JAX_PLATFORMS=cpu
export XLA_FLAGS=--xla_force_host_platform_device_count=2
"$folder/env/bin/python" "$folder/shards.py"
