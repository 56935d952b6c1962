#!/usr/bin/env bash
# Keras 3.15.1: a geometric layer asks for `bounding_box_format` and raises
# without one. RandomRotation then reads every box as xyxy and only converts
# its answer; RandomPerspective converts what it reads and answers in xyxy,
# also when it has left the picture as it was. With another format, and "xywh"
# (COCO) or "rel_xyxy" is what most have, the boxes are wrong without an error.
# RandomFlip, RandomTranslation, RandomZoom and RandomShear convert both ways.
# (Both can be used with "xyxy"; convert before and after.)
#
# A good guess: one box, one seed, five formats: the same box five times.
# Seen: the same five times from the other four layers; from these two, four
# other boxes, some wholly outside the object that they are for.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6
cat > "$folder/formats.py" <<'PYTHON'
import keras
import numpy as np
from keras.utils.bounding_boxes import convert_format

layers = {
    "RandomFlip": {"mode": "horizontal"},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": (-0.2, -0.1)},
    "RandomShear": {"x_factor": 0.1, "y_factor": 0.1},
    "RandomRotation": {"factor": 0.05},
    "RandomPerspective": {"factor": 1.0, "scale": 0.2},
}
formats = ["xyxy", "yxyx", "xywh", "center_xywh", "rel_xyxy"]
size = {"height": 40, "width": 80}
box = np.float32([[[20, 10, 30, 16]]])  # xyxy
disagree = {}
for name, arguments in layers.items():
    moved = {}
    for form in formats:
        layer = getattr(keras.layers, name)(
            **arguments, seed=1, bounding_box_format=form
        )
        boxes = convert_format(box, source="xyxy", target=form, **size)
        data = {
            "images": np.zeros((1, 40, 80, 3), "float32"),
            "bounding_boxes": {
                "boxes": np.asarray(boxes),
                "labels": np.ones((1, 1)),
            },
        }
        out = layer(data, training=True)["bounding_boxes"]["boxes"]
        moved[form] = np.asarray(
            convert_format(out, source=form, target="xyxy", **size)
        )
    disagree[name] = sum(
        not np.allclose(moved[form], moved["xyxy"], atol=0.01)
        for form in formats
    )
    if disagree[name]:
        for form in formats:
            print(name, form, moved[form].round().astype(int).tolist())
print("formats that disagree with xyxy:", disagree)
assert list(disagree.values()) == [0, 0, 0, 0, 4, 4]
PYTHON
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$folder/env/bin/python" \
    "$folder/formats.py"
