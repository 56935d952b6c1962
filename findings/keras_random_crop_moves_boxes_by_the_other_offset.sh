#!/usr/bin/env bash
# Keras 3.15.1, layers.RandomCrop with boxes: the picture is cut at (top, left),
# but `top` is taken off the x of each box and `left` off its y. Nothing is
# raised and the boxes look like boxes; they lie elsewhere unless top and left
# happen to be equal. Nor does a box end at the window: an object to the right
# of it or below is handed on with a box outside the picture. (CenterCrop does
# both right.)
#
# A good guess: the layer takes the boxes, so each goes with its picture: a
# rectangle drawn into the picture still fills its box after the crop.
# Seen: in 1 of 20 crops, where top and left are equal, though all 20 windows
# hold the whole rectangle; boxes are up to 23 pixels off, in pictures of 30x50.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cat > "$folder/crop.py" <<'PYTHON'
import keras
import numpy as np

picture = np.zeros((40, 80, 1), "float32")
picture[15:21, 35:45] = 1  # in every window of 30x50
right, equal, off = 0, 0, 0
for seed in range(20):
    layer = keras.layers.RandomCrop(
        30, 50, seed=seed, bounding_box_format="xyxy"
    )
    boxes = {"boxes": np.float32([[35, 15, 45, 21]]), "labels": np.ones(1)}
    out = layer({"images": picture, "bounding_boxes": boxes}, training=True)
    rows, columns = np.nonzero(np.asarray(out["images"])[..., 0])
    drawn = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    distance = np.abs(np.asarray(out["bounding_boxes"]["boxes"])[0] - drawn)
    right += bool(distance.max() == 0)
    equal += bool(drawn[0] - 35 == drawn[1] - 15)  # left == top
    off = max(off, int(distance.max()))
print("right:", right, "of 20; left == top:", equal, "; pixels off:", off)
assert right == equal <= 2
assert off >= 15
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" "$folder/crop.py"
