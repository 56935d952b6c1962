"""The exercises of notebook 14, a data pipeline."""

from cnn_course.check.judge import FunctionExercise, ValueExercise

expected_overlap = FunctionExercise(
    "expected_overlap",
    right=lambda files, validation_split: (
        files * validation_split * (1 - validation_split)
    ),
    cases=((1020, 0.2), (1000, 0.5), (400, 0.1), (90, 0.3)),
    mistakes=(
        (
            lambda files, validation_split: files * validation_split,
            "that is the whole validation set; only a part of it is in the "
            "training set as well.",
        ),
        (
            lambda files, validation_split: files * (1 - validation_split),
            "that is the whole training set; how many of the validation files "
            "are in it?",
        ),
        (
            lambda files, validation_split: files * validation_split**2,
            "those are in both validation sets; ask for one validation and one "
            "training set.",
        ),
        (
            lambda files, validation_split: (
                validation_split * (1 - validation_split)
            ),
            "that is the share; multiply it by the number of files.",
        ),
        (
            lambda files, validation_split: files * validation_split * 0.8,
            "the 0.8 is right for a split of a fifth only; it depends on the "
            "split.",
        ),
        (
            lambda files, validation_split: round(
                files * validation_split * (1 - validation_split)
            ),
            "right, but rounded: an expected number need not be a whole one.",
        ),
        (
            lambda files, validation_split: 1 - validation_split,
            "that is the share of the validation set; how many files is it?",
        ),
    ),
    hint="files · split are for validation, and of each of them the chance to "
    "be in the training set too is 1 − split.",
)

_PIXELS = 224 * 224
cache_megabytes = ValueExercise(
    "cache_megabytes",
    right=5000 * _PIXELS * 3 * 4 / 1e6,
    mistakes=(
        (5000 * _PIXELS * 3 / 1e6, "a float32 takes 4 bytes."),
        (5000 * _PIXELS * 4 / 1e6, "a colour picture has 3 channels."),
        (
            5000 * _PIXELS * 3 * 4 / 2**20,
            "those are mebibytes, of 2²⁰ bytes; megabytes have 10⁶.",
        ),
        (5000 * _PIXELS * 3 * 4, "those are bytes; a megabyte has 10⁶."),
        (
            5000 * _PIXELS * 3 * 4 / 1e9,
            "those are gigabytes; a megabyte has 10⁶ bytes.",
        ),
        (
            5000 * 4000 * 3000 * 3 * 4 / 1e6,
            "the pictures are resized before they are kept.",
        ),
        (5000 * 2, "that is what the files take on the disk, compressed."),
        (
            5000 * _PIXELS * 3 * 32 / 1e6,
            "32 are the bits; a float32 takes 4 bytes.",
        ),
        (_PIXELS * 3 * 4 / 1e6, "that is one picture; there are 5 000."),
        (3010, "right, but rounded: write the calculation, not its result."),
        (3011, "right, but rounded: write the calculation, not its result."),
    ),
    hint="pictures · height · width · channels · 4 bytes, after resizing.",
)

epoch_seconds = FunctionExercise(
    "epoch_seconds",
    right=lambda batches, load, train: (
        load + (batches - 1) * max(load, train) + train
    ),
    cases=((8, 0.04, 0.04), (10, 3, 1), (10, 1, 3), (1, 2, 5), (100, 0.5, 2)),
    mistakes=(
        (
            lambda batches, load, train: batches * (load + train),
            "that is without prefetch: nothing overlaps.",
        ),
        (
            lambda batches, load, train: batches * max(load, train),
            "nearly: while the first batch loads nothing can train, and while "
            "the last one trains nothing is left to load.",
        ),
        (
            lambda batches, load, train: load + batches * train,
            "right if training takes longer; when loading does, the network "
            "waits for each batch.",
        ),
        (
            lambda batches, load, train: batches * load + train,
            "right if loading takes longer; when training does, the batches "
            "wait for the network.",
        ),
        (
            lambda batches, load, train: (
                load + batches * max(load, train) + train
            ),
            "of the batches one is counted twice: between the first loading "
            "and the last training there are batches − 1 steps.",
        ),
        (
            lambda batches, load, train: load + batches * max(load, train),
            "right if training takes longer; when loading does, one batch too "
            "many is loaded.",
        ),
        (
            lambda batches, load, train: batches * max(load, train) + train,
            "right if loading takes longer; when training does, one batch too "
            "many is trained on.",
        ),
        (
            lambda batches, load, train: max(load, train),
            "that is the time for one more batch; there are several.",
        ),
    ),
    hint="the first batch loads alone, the last one trains alone, and between "
    "them lie batches − 1 steps, each as long as the slower of the two.",
)

class_weights = FunctionExercise(
    "class_weights",
    right=lambda counts: [
        sum(counts) / (len(counts) * count) for count in counts
    ],
    cases=(([50, 20, 7],), ([10, 10],), ([1, 3],), ([5, 80, 20, 15],)),
    mistakes=(
        (
            lambda counts: [sum(counts) / count for count in counts],
            "the ratios are right; divide by the number of classes too, or the "
            "weights of all pictures sum to too much.",
        ),
        (
            lambda counts: [1 / count for count in counts],
            "the ratios are right, but then each class counts 1 in all; scale "
            "so that the pictures' weights sum to their number.",
        ),
        (
            lambda counts: [max(counts) / count for count in counts],
            "the ratios are right, but the weights of all pictures must sum to "
            "the number of pictures.",
        ),
        (
            lambda counts: [count / sum(counts) for count in counts],
            "that gives the large classes more weight still; the rarer a "
            "class, the heavier must each of its pictures be.",
        ),
        (
            lambda counts: [1 - count / sum(counts) for count in counts],
            "rare classes weigh more, but not enough: weight · pictures must "
            "be the same for all classes.",
        ),
        (
            lambda counts: [sum(counts) / len(counts)] * len(counts),
            "that is what each class must count in all; share it among its "
            "pictures.",
        ),
    ),
    hint="each class must count n / k in all; divide that by its pictures. "
    "Return a list, one weight a class.",
)
