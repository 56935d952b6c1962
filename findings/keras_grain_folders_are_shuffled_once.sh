#!/usr/bin/env bash
# Keras 3.15.1 with grain 0.2.18: image_dataset_from_directory(format="grain",
# shuffle=True), the way without TensorFlow, puts the files in one order for
# good. `fit` starts the dataset anew for each epoch and gets the same pictures
# in the same batches each time; with format="tf" each epoch has an order of
# its own. Batch normalisation and CutMix so never see another mixture, and no
# output shows it. (The dataset is MapDataset.shuffle, whose order hangs on its
# seed alone, without `repeat`, which would reseed it.)
#
# A good guess: another order each epoch, as the words are the same for both.
# Seen: three epochs, one order with "grain".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 grain==0.2.18 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 \
    pillow==13.0.0
cat > "$folder/orders.py" <<'PYTHON'
import sys
from pathlib import Path

import keras
import numpy as np
from PIL import Image

folder = Path(sys.argv[1])
for number in range(24):
    place = folder / ("cat" if number % 2 else "dog")
    place.mkdir(parents=True, exist_ok=True)
    Image.new("L", (2, 2), number).save(place / f"{number}.png")
dataset = keras.utils.image_dataset_from_directory(
    folder, batch_size=4, image_size=(2, 2), color_mode="grayscale",
    shuffle=True, seed=1, verbose=False, format="grain",
)
orders = []
for _ in range(3):  # as `fit` does, once an epoch
    batches = [np.asarray(pictures) for pictures, _ in dataset]
    orders.append(np.concatenate(batches)[:, 0, 0, 0].astype(int).tolist())
print(*orders, sep="\n")
assert orders[0] != sorted(orders[0])
assert orders[0] == orders[1] == orders[2]
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" \
    "$folder/orders.py" "$folder/pictures"
