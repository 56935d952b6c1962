"""The exercises of notebook 27, scaling out."""

import numpy as np

from cnn_course.check.judge import FunctionExercise, ValueExercise


def _of_shares(gradients, sizes):
    return np.average(gradients, axis=0, weights=sizes)


batch_gradient = FunctionExercise(
    "batch_gradient",
    right=_of_shares,
    cases=(
        (np.array([[1.0, 0.0, 2.0], [4.0, 3.0, -1.0]]), np.array([2, 1])),
        (np.array([[1.0, 0.0], [4.0, 3.0]]), np.array([3, 1])),
        (np.array([[1.0, 2.0, -1.0], [3.0, 0.0, 1.0]]), np.array([4, 4])),
        (np.array([[2.0], [5.0], [-1.0]]), np.array([5, 5, 2])),
        (np.array([[0.5, 0.25]]), np.array([7])),
    ),
    mistakes=(
        (
            lambda gradients, sizes: gradients.mean(axis=0),
            "a device with more pictures must count more; this is right only "
            "for equal shares.",
        ),
        (
            lambda gradients, sizes: gradients.sum(axis=0),
            "that is the sum; the batch's gradient is a mean over its "
            "pictures.",
        ),
        (
            lambda gradients, sizes: sizes @ gradients,
            "now divide by the number of pictures in all.",
        ),
        (
            lambda gradients, sizes: sizes @ gradients / len(sizes),
            "divide by the number of pictures, not of devices.",
        ),
        (
            lambda gradients, sizes: _of_shares(gradients, sizes) / len(sizes),
            "the mean over the pictures is all: do not divide by the number "
            "of devices, too.",
        ),
        (
            lambda gradients, sizes: (
                (gradients * sizes).sum(axis=0) / sizes.sum()
            ),
            "sizes must multiply the rows: `sizes[:, None] * gradients`, or "
            "`sizes @ gradients`.",
        ),
        (
            lambda gradients, sizes: gradients @ sizes / sizes.sum(),
            "sizes must multiply the rows: `sizes @ gradients`.",
        ),
        (
            lambda gradients, sizes: (gradients.T / sizes).T.sum(axis=0),
            "each device has divided by its own share already: multiply by "
            "it, add, and divide by the whole batch.",
        ),
    ),
    hint="multiply each device's mean by its number of pictures, add, and "
    "divide by the number of all.",
)

ring_megabytes = FunctionExercise(
    "ring_megabytes",
    right=lambda parameters, devices: (
        2 * (devices - 1) / devices * 4 * parameters / 1e6
    ),
    cases=((25_583_592, 2), (25_583_592, 8), (1_000_000, 1), (61_706, 5)),
    mistakes=(
        (
            lambda parameters, devices: 4 * parameters / 1e6,
            "that is the gradient once, which is right for two devices only.",
        ),
        (
            lambda parameters, devices: (devices - 1) * 4 * parameters / 1e6,
            "that is sending all of it to everybody; in a ring nobody does.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) // devices * 4 * parameters / 1e6
            ),
            "2 · (N − 1) / N is no whole number: / in place of //.",
        ),
        (
            lambda parameters, devices: 2 * 4 * parameters / 1e6,
            "a device sends all parts but one, twice: times (N − 1) / N.",
        ),
        (
            lambda parameters, devices: (
                (devices - 1) / devices * 4 * parameters / 1e6
            ),
            "that is the first half, the sums; then they go around, too.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) / devices * parameters / 1e6
            ),
            "that is how many million numbers; each has 4 bytes.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) / devices * 4 * parameters
            ),
            "that is in bytes; a megabyte has a million.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) / devices * 4 * parameters / 2**20
            ),
            "a megabyte is taken as 10⁶ bytes here, not 2²⁰.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) * 4 * parameters / 1e6
            ),
            "that is what all devices send together; what does one?",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) / devices * 32 * parameters / 1e6
            ),
            "float32 has 32 bits, which are 4 bytes.",
        ),
    ),
    hint="2 · (N − 1) / N of the gradient, each number with 4 bytes.",
)

scaled_rate = FunctionExercise(
    "scaled_rate",
    right=lambda rate, batch, devices: rate * devices,
    cases=((0.1, 32, 8), (0.01, 256, 1), (0.05, 64, 4), (0.4, 16, 2)),
    mistakes=(
        (
            lambda rate, batch, devices: rate / devices,
            "fewer steps must go further each: the rate grows.",
        ),
        (
            lambda rate, batch, devices: rate * np.sqrt(devices),
            "that is another rule (for Adam, some use the root); the linear "
            "one is asked for.",
        ),
        (
            lambda rate, batch, devices: rate * batch * devices,
            "as many *times* as the batch has grown, not times the batch.",
        ),
        (
            lambda rate, batch, devices: rate * batch,
            "the batch's size does not matter, only how many times as large "
            "it becomes.",
        ),
        (
            lambda rate, batch, devices: 0.1 * batch * devices / 256,
            "that is the paper's rate for ResNet-50 on ImageNet; here, start "
            "from `rate`.",
        ),
        (
            lambda rate, batch, devices: rate * devices / batch,
            "the batch grows from `batch` to `devices * batch`: what is the "
            "quotient?",
        ),
        (
            lambda rate, batch, devices: rate,
            "with the same rate the larger batch makes fewer steps, and gets "
            "less far.",
        ),
    ),
    hint="the batch becomes `devices` times as large, and so does the rate.",
)

devices_needed = ValueExercise(
    "devices_needed",
    right=11,
    mistakes=(
        (8, "8 would do if talking took no time: 40 / 8 hours. With it?"),
        (10, "10 devices are as fast as 7.5: 5.3 hours. That is more than 5."),
        (40 / 3.75, "there is no part of a device: one more, then."),
        (10.7, "there is no part of a device: one more, then."),
        (10.67, "there is no part of a device: one more, then."),
        (6, "talking makes it slower: more devices are needed, not fewer."),
        (12, "12 devices are as fast as 9. One fewer will do, too."),
        (40, "40 devices are as fast as 30: 1.3 hours. Fewer will do."),
    ),
    hint="N devices at 75 % are as fast as 0.75 · N: 40 / (0.75 · N) must be "
    "at most 5.",
)
