"""Train the course's small backbone anew: `make backbone`, some minutes.

It learns to tell 32×32 grey crops of photographs apart that scikit-image,
scikit-learn and Matplotlib carry, none of them one of `datasets.SURFACES`:
what it has seen there serves notebooks 14 to 16. The weights differ in their
last digits from machine to machine, so `make data` leaves them alone.
"""

import math
import sys
from importlib import resources
from pathlib import Path

import cnn_course.console.quiet
import keras
import numpy as np
from cnn_course.datasets import random_crops, stretch_contrast
from cnn_course.console.progress import fit_bar
from cnn_course.transfer import course_backbone
from PIL import Image

SOURCES = {
    "skimage.data": (
        "astronaut.png", "camera.png", "cell.png", "coins.png", "grass.png",
        "hubble_deep_field.jpg", "moon.png", "motorcycle_left.png",
        "page.png", "retina.jpg", "rocket.jpg", "text.png",
    ),
    "sklearn.datasets.images": ("flower.jpg",),
    "matplotlib": ("mpl-data/sample_data/grace_hopper.jpg",),
}  # fmt: skip
PER_CLASS, HELD_OUT = 1400, 100
SCALES = (1, 0.75, 0.5)  # pictures are also seen from further away
EPOCHS, BATCH = 10, 64


def source_crops(seed=0):
    """Crops of every source, ((images, labels) to train, the same to test)."""
    rng = np.random.default_rng(seed)
    names = [(package, n) for package in SOURCES for n in SOURCES[package]]
    train, test = [], []
    for package, name in names:
        with Image.open(resources.files(package) / name) as picture:
            picture = picture.convert("L")
        crops = []
        for scale in SCALES:
            size = [math.ceil(scale * side) for side in picture.size]
            smaller = np.array(picture.resize(size, Image.Resampling.LANCZOS))
            crops.append(random_crops(smaller, PER_CLASS // 3, seed=rng))
        crops = np.concatenate(crops)
        rng.shuffle(crops)
        crops = stretch_contrast(crops)[..., None]
        train.append(crops[HELD_OUT:])
        test.append(crops[:HELD_OUT])
    return [
        (
            np.concatenate(part),
            np.repeat(np.arange(len(names)), [len(crops) for crops in part]),
        )
        for part in (train, test)
    ]


def pretrain(seed=0):
    """Train the backbone; returns it and its accuracy on held-out crops.

    Held-out crops may overlap crops trained on: the number says that the
    training has worked, no more. What counts is measured in notebook 16.
    """
    keras.utils.set_random_seed(seed)
    train, test = source_crops(seed)
    backbone = course_backbone(pretrained=False)
    classes = len(set(train[1]))
    model = keras.Sequential(
        [
            keras.layers.RandomFlip("horizontal"),
            backbone,
            keras.layers.Dropout(0.3),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )
    steps = EPOCHS * math.ceil(len(train[1]) / BATCH)
    model.compile(
        keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(3e-3, steps)
        ),
        "sparse_categorical_crossentropy",
        metrics=["accuracy"],
        steps_per_execution=8,
    )
    model.fit(
        *train,
        BATCH,
        EPOCHS,
        verbose=0,
        callbacks=[fit_bar("pre-training")],
    )
    return backbone, model.evaluate(*test, verbose=0)[1]


if __name__ == "__main__":
    backbone, accuracy = pretrain()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    path = folder / "weights" / "course_backbone.weights.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    backbone.save_weights(path)
    print(f"{accuracy:.1%} of the held-out crops are put in their photograph")
