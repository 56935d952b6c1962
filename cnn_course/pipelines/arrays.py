"""Arrays in memory as batches that `fit` reads without pauses.

While tf.data feeds `fit`, a thread of it tunes its buffers, then sleeps: 10 ms,
20 ms, 40 ms and so on, up to a minute. Told to stop at the end of an epoch, it
sometimes misses the call, and the epoch lasts until it wakes: up to twice as
long. (TensorFlow 2.21 wakes it before setting the flag that it then looks at.)
Arrays leave nothing to tune, so these batches turn the tuning off, by an
option of the dataset: `tf.data.Options().autotune.enabled = False`.
"""

import numpy as np

from cnn_course.geometry import whole_number


def untuned(data):
    """Turn tf.data's tuning off for a dataset.

    Args:
        data: tf.data.Dataset.

    Returns:
        tf.data.Dataset of the same elements.
    """
    import tensorflow as tf

    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)


def _tensor(array):
    """An array as a tensor, as Keras makes it: floats in Keras's own type."""
    import keras
    import tensorflow as tf

    tensor = tf.convert_to_tensor(array)
    is_float = tensor.dtype.is_floating
    return tf.cast(tensor, keras.config.floatx()) if is_float else tensor


def batches(*arrays, batch_size=32, shuffle=True, seed=None):
    """Cut arrays into batches, in a new order every epoch.

    `model.fit(batches(x, y), shuffle=False)` does what `model.fit(x, y)` does;
    shuffle=False tells Keras that the order is settled here.

    Args:
        *arrays: arrays or lists (n, ...), or dicts and tuples of arrays, such
            as pictures, labels and sample weights.
        batch_size: int >= 1; the last batch has what is left.
        shuffle: bool, draw a new order for every epoch.
        seed: int, decides the orders; None: keras.utils.set_random_seed does.

    Returns:
        tf.data.Dataset of tuples, one part an array; of the parts themselves
        if there is only one.

    Raises:
        ValueError: no array is given, the lengths differ, or batch_size is no
            int >= 1.
    """
    import tensorflow as tf

    batch_size = whole_number("batch_size", batch_size, 1)
    # To tf.nest a list is no array, but many things.
    arrays = [np.asarray(a) if isinstance(a, list) else a for a in arrays]
    parts = tf.nest.map_structure(_tensor, tuple(arrays))
    lengths = {len(part) for part in tf.nest.flatten(parts)}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(
            "arrays must have the same length, at least 1; got "
            f"{sorted(lengths) or 'none'}."
        )
    (n,) = lengths
    rows = tf.data.Dataset.range(n)
    if shuffle:
        rows = rows.shuffle(n, seed=seed)

    def take(chosen):
        taken = tf.nest.map_structure(lambda a: tf.gather(a, chosen), parts)
        return taken if len(taken) > 1 else taken[0]

    return untuned(rows.batch(batch_size).map(take).prefetch(2))
