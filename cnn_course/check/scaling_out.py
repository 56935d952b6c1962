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
        (
            lambda gradients, sizes: gradients.sum(axis=0) / sizes.sum(),
            "each row is a mean over its share: multiply it by the share's "
            "size before you add.",
        ),
        (
            lambda gradients, sizes: sizes[::-1] @ gradients / sizes.sum(),
            "each row goes with its own size: the first with the first.",
        ),
        (
            lambda gradients, sizes: gradients[sizes.argmax()],
            "that is one device's gradient; all of them count.",
        ),
    ),
    hint="how much would each *picture* count in the whole batch's mean, and "
    "so how much must a device's row count?",
)


class _Gradient:
    """The mean gradient of squared errors, of as many as a device can hold."""

    def __init__(self, at_most):
        self.at_most = at_most

    def __call__(self, weights, images, labels):
        if len(images) > self.at_most:
            raise MemoryError(
                f"a device can hold {self.at_most} pictures; got {len(images)}."
            )
        errors = np.asarray(images) @ weights - labels
        return 2 * np.asarray(images).T @ errors / len(images)

    def __repr__(self):
        return f"the gradient of at most {self.at_most} pictures"


def _shares(weights, gradient, images, labels, devices):
    """Each device's gradient, and how many pictures it has seen."""
    parts = np.array_split(images, devices), np.array_split(labels, devices)
    pairs = list(zip(*parts, strict=True))
    gradients = [gradient(weights, *pair) for pair in pairs]
    return np.array(gradients), np.array([len(part) for part, _ in pairs])


def _step(weights, gradient, images, labels, devices, rate, join=_of_shares):
    shares = _shares(weights, gradient, images, labels, devices)
    return weights - rate * join(*shares)


def _one_after_the_other(weights, gradient, images, labels, devices, rate):
    parts = np.array_split(images, devices), np.array_split(labels, devices)
    for pair in zip(*parts, strict=True):
        weights = weights - rate * gradient(weights, *pair)
    return weights


def _without_the_rest(weights, gradient, images, labels, devices, rate):
    whole = len(images) // devices * devices
    return _step(
        weights, gradient, images[:whole], labels[:whole], devices, rate
    )


def _join(join):
    """A wrong answer that puts the shares' gradients together otherwise."""
    return lambda *given: _step(*given, join=join)


def _training_case(seed, pictures, devices, rate):
    rng = np.random.default_rng(seed)
    images = rng.integers(-3, 4, (pictures, 3)).astype(float)
    labels = rng.integers(-3, 4, pictures).astype(float)
    weights = rng.integers(-2, 3, 3) / 2
    gradient = _Gradient(-(-pictures // devices))
    return weights, gradient, images, labels, devices, rate


parallel_step = FunctionExercise(
    "parallel_step",
    right=_step,
    cases=(
        _training_case(0, 8, 2, 0.125),
        _training_case(1, 7, 2, 0.25),
        _training_case(2, 8, 3, 0.5),
        _training_case(3, 5, 1, 0.125),
    ),
    mistakes=(
        (
            _join(lambda gradients, sizes: gradients.mean(axis=0)),
            "right for equal shares only: a device with more pictures must "
            "count more (exercise 1).",
        ),
        (
            _join(lambda gradients, sizes: gradients.sum(axis=0)),
            "that adds the gradients, as if the rate were larger; the batch's "
            "is a mean over its pictures.",
        ),
        (
            _join(lambda gradients, sizes: sizes @ gradients),
            "now divide by the number of pictures in all.",
        ),
        (
            _join(lambda gradients, sizes: gradients[0]),
            "that is the first device's step; the others' gradients must come "
            "in before anybody moves.",
        ),
        (
            _join(lambda gradients, sizes: gradients[-1]),
            "that is the last device's step; the others' gradients must come "
            "in before anybody moves.",
        ),
        (
            _join(
                lambda gradients, sizes: -_of_shares(gradients, sizes),
            ),
            "that goes up the loss: move against the gradient.",
        ),
        (
            lambda weights, gradient, images, labels, devices, rate: _step(
                weights, gradient, images, labels, devices, 1
            ),
            "the rate is missing.",
        ),
        (
            lambda weights, gradient, images, labels, devices, rate: _step(
                weights, gradient, images, labels, devices, rate * devices
            ),
            "`rate` is for the whole batch already.",
        ),
        (
            lambda weights, gradient, images, labels, devices, rate: _step(
                weights, gradient, images, labels, devices, rate / devices
            ),
            "the mean over the pictures is all: do not divide by the number "
            "of devices, too.",
        ),
        (
            _one_after_the_other,
            "that is a step for each share, one after the other. All devices "
            "compute from the same weights, and then move once.",
        ),
        (
            _without_the_rest,
            "some pictures are left over where the shares are unequal: all of "
            "them count. See np.array_split.",
        ),
        (
            lambda weights, gradient, images, labels, devices, rate: (
                weights - rate * gradient(weights, images, labels)
            ),
            "that is one device with the whole batch, which it cannot hold: "
            "cut the batch into `devices` shares.",
        ),
        (
            lambda *given: given[0] - _step(*given),
            "that is the step; the weights after it are asked for.",
        ),
        (
            lambda *given: _of_shares(*_shares(*given[:5])),
            "that is the batch's gradient; the weights after the step are "
            "asked for.",
        ),
    ),
    hint="three parts: each device gets its share of the pictures *and* of the "
    "labels; each computes its gradient from the same weights; all of them "
    "move by what the batch's gradient asks for.",
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
            "that is half of it. The sums are half of the turns, then they go "
            "around, too; and a number of float32 has 4 bytes, not 2.",
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
        (
            lambda parameters, devices: (
                2 * (devices - 1) * -(-parameters // devices) * 4 / 1e6
            ),
            "that rounds each part up to whole numbers; take the plain "
            "quotient here.",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) * (parameters // devices) * 4 / 1e6
            ),
            "that rounds each part down to whole numbers; take the plain "
            "quotient here.",
        ),
        (
            lambda parameters, devices: 2 * 4 * parameters / devices / 1e6,
            "a part has 1/N of the numbers; how many parts does a device send "
            "until it has all sums?",
        ),
        (
            lambda parameters, devices: (
                2 * (devices - 1) / devices * 4 * parameters / 1e3
            ),
            "that is in kilobytes; a megabyte has a million bytes.",
        ),
    ),
    hint="which share of the gradient does a device send in all turns "
    "together, and how many bytes has a number?",
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
        (
            lambda rate, batch, devices: rate * batch / devices,
            "how many times as large does the batch become? The rate, too.",
        ),
        (
            lambda rate, batch, devices: rate + devices,
            "k *times* the rate, not k more.",
        ),
        (
            lambda rate, batch, devices: rate**devices,
            "k *times* the rate, not its k-th power.",
        ),
        (
            lambda rate, batch, devices: rate * 2**devices,
            "each device adds a batch; it does not double it.",
        ),
    ),
    hint="with `devices` batches at once, one step stands for how many of the "
    "old ones?",
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
        (30, "30 devices are as fast as 22.5: 1.8 hours. Fewer will do."),
        (
            32,
            "that is 8 divided by 0.25. What is lost is 25 %; what counts is "
            "the 75 % that are left.",
        ),
        (9, "9 devices are as fast as 6.75: 5.9 hours. That is more than 5."),
    ),
    hint="N devices at 75 % are as fast as how many that lose nothing? And how "
    "many of those would it take?",
)
