#!/usr/bin/env bash
# Keras 3.15.1, keras.utils.PyDataset(workers=2, use_multiprocessing=True) with
# a random generator of its own, as augmentation has: each worker process gets
# the generator as it is in the parent, and the parent's never moves on. So the
# workers draw the same numbers as each other and, as each epoch starts a new
# pool, the same numbers every epoch: with 30 epochs and 8 workers each draw
# serves up to 240 times. (Keras can seed its workers, but hands them None; that
# would be for np.random alone. Draw from default_rng((seed, epoch, index)).)
#
# A good guess: each batch has noise of its own, in each epoch, as without
# workers.
# Seen: 2 epochs of 6 batches: 12 different draws without workers, 3 to 6 with.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cat > "$folder/noise.py" <<'PYTHON'
import time

import keras
import numpy as np


class Noisy(keras.utils.PyDataset):
    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.random = np.random.default_rng(0)

    def __len__(self):
        return 6

    def __getitem__(self, index):
        time.sleep(0.2)  # so that both workers get some
        return (self.random.uniform(size=(1, 1)),)


model = keras.Sequential([keras.Input((1,)), keras.layers.Activation("linear")])
different = {}
for workers in (0, 2):
    dataset = Noisy(workers=workers, use_multiprocessing=workers > 0)
    epochs = [model.predict(dataset, verbose=0) for _ in range(2)]
    different[workers] = len(np.unique(np.concatenate(epochs)))
print("workers and different draws:", different)
assert different[0] == 12
assert different[2] <= 6
PYTHON
KERAS_BACKEND=numpy JAX_PLATFORMS=cpu "$folder/env/bin/python" \
    "$folder/noise.py"
