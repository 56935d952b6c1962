"""Time loading 1 000 JPEGs beside Keras's loader and a loop: `make bench`.

Images a second in the first and in the later epochs, each variant in turn,
round after round; then an epoch of training that waits for the pictures.
Keras's loader with `.cache()` behind its shuffle is fast because it gives the
same batches in each epoch, so it is shown, but it is no rival.
"""

import contextlib
import io
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

import cnn_course.console.quiet
import keras
import tensorflow as tf
from cnn_course import datasets
from cnn_course.pipelines import train_val_from_directory
from timing import aim, finish

COUNT, BATCH = 1000, 32
FILE_SIDE, SIDE = 256, 160  # pictures are larger than networks want them
TRAINING = 800  # of the 1 000; a fifth is for validation
ROUNDS, LATER = 15, 3
EPOCHS = "first epoch", "later epochs"
LEAST = 0.95  # of the best rival's images a second


def write_pictures(folder):
    """Cut COUNT pieces out of the photographs, one class a photograph."""
    rng = np.random.default_rng(0)
    names = [n for n in datasets.photo_names() if datasets.photo(n).ndim == 3]
    for number in range(COUNT):
        name = names[number % len(names)]
        photo = datasets.photo(name)
        row, column = (rng.integers(n - FILE_SIDE) for n in photo.shape[:2])
        piece = photo[row : row + FILE_SIDE, column : column + FILE_SIDE]
        path = Path(folder, name, f"{number}.jpg")
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(piece).save(path, quality=90)


def keras_loader(folder):
    """Keras's own loader on the same share of the files."""
    with contextlib.redirect_stdout(io.StringIO()):  # it prints all the same
        return keras.utils.image_dataset_from_directory(
            folder,
            subset="training",
            validation_split=0.2,
            seed=0,
            image_size=(SIDE, SIDE),
            verbose=False,
        )


class PillowLoop:
    """What one writes without a library: a loop, a list, a batch."""

    def __init__(self, paths):
        self.paths = np.array(paths)

    def __iter__(self):
        order = np.random.default_rng().permutation(len(self.paths))
        for start in range(0, len(order), BATCH):
            pictures = []
            for path in self.paths[order[start : start + BATCH]]:
                with Image.open(path) as picture:
                    small = picture.resize((SIDE, SIDE))
                pictures.append(np.asarray(small, "float32"))
            yield np.stack(pictures), None


def variants(folder, cache_folder):
    """Name -> function that makes the loader anew, caches empty."""
    ours = {"image_size": (SIDE, SIDE), "batch_size": BATCH}
    number = iter(range(10**6))

    def make(**options):
        return train_val_from_directory(folder, **ours, **options)[0]

    return {
        "ours, as it comes": make,
        "ours, cache=False": lambda: make(cache=False),
        "ours, cache in files": lambda: make(
            cache=Path(cache_folder, str(next(number)))
        ),
        "Keras": lambda: keras_loader(folder),
        "Keras, prefetch": lambda: keras_loader(folder).prefetch(-1),
        "loop with Pillow": lambda: PillowLoop(keras_loader(folder).file_paths),
        "(Keras, cache: frozen)": lambda: keras_loader(folder).cache(),
        "(the same, prefetch)": lambda: (
            keras_loader(folder).cache().prefetch(-1)
        ),
    }


def images_a_second(dataset):
    """Run through a data set once."""
    count, start = 0, time.perf_counter()
    for images, _ in dataset:
        count += len(images)
    return count / (time.perf_counter() - start)


def loading(makers):
    """The best of first and later epochs: {name: (first, later)}.

    The best, because another program can only make a run slower; in another
    order in each round, because a run leaves memory and caches to the next.
    """
    first, later = ({name: [] for name in makers} for _ in range(2))
    rng = np.random.default_rng(0)
    for _ in range(ROUNDS):
        for name in rng.permutation(list(makers)):
            dataset = makers[name]()
            first[name].append(images_a_second(dataset))
            later[name] += [images_a_second(dataset) for _ in range(LATER)]
    return {name: (max(first[name]), max(later[name])) for name in makers}


def training(makers):
    """Images a second of a small network's training, later epochs."""
    model = keras.Sequential(
        [
            keras.layers.Rescaling(1 / 255),
            keras.layers.Conv2D(16, 3, strides=2, activation="relu"),
            keras.layers.Conv2D(32, 3, strides=2, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("sgd", "sparse_categorical_crossentropy")
    waiting = {}
    for name, make in makers.items():
        if "Pillow" in name:
            continue
        dataset = make()
        model.fit(dataset, shuffle=False, verbose=0)  # compiles, fills caches
        start = time.perf_counter()
        model.fit(dataset, shuffle=False, epochs=LATER, verbose=0)
        seconds = time.perf_counter() - start
        waiting[name] = LATER * TRAINING / seconds
    batch = next(iter(makers["Keras"]()))
    alone = tf.data.Dataset.from_tensors(batch).repeat(TRAINING // BATCH)
    model.fit(alone, shuffle=False, verbose=0)
    start = time.perf_counter()
    model.fit(alone, shuffle=False, epochs=LATER, verbose=0)
    seconds = time.perf_counter() - start
    waiting["(one batch again and again)"] = LATER * TRAINING / seconds
    return waiting


if __name__ == "__main__":
    print(f"tensorflow {tf.__version__}, {os.cpu_count()} cores;", end=" ")
    print(
        f"{COUNT} JPEGs of {FILE_SIDE}×{FILE_SIDE}, read as "
        f"{SIDE}×{SIDE}, batches of {BATCH}"
    )
    with tempfile.TemporaryDirectory() as temporary:
        pictures, cache = (Path(temporary, n) for n in ("pictures", "cache"))
        write_pictures(pictures)
        makers = variants(pictures, cache)
        print("\nimages a second           first epoch   later epochs")
        found = loading(makers)
        for name, (first, later) in found.items():
            print(f"  {name:<24} {first:>10,.0f} {later:>14,.0f}")
        rivals = [found[name] for name in list(makers)[3:6]]
        best = [max(speeds) for speeds in zip(*rivals, strict=True)]
        for name in list(makers)[:2]:
            print(f"  {name} to the best rival:")
            for which, a, b in zip(EPOCHS, found[name], best, strict=True):
                note = aim(f"{name}, {which}", a / b, at_least=LEAST)
                print(f"    {which} ×{a / b:.2f}{note}")
        print("\nimages a second, training")
        for name, speed in training(makers).items():
            print(f"  {name:<28} {speed:>10,.0f}")
    finish()
