"""Compare Keras's backends on every layer and op of our networks.

`python tools/backends.py` runs backend_cases.py on TensorFlow, JAX and PyTorch,
a process each, and writes what is equal and what is not to book/backends.md.
The yardstick is TensorFlow in float64: where two backends agree with each
other and not with it, it is TensorFlow that does something else.
"""

import os
import re
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "book" / "backends.md"
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
# How far two results may lie apart, relative to the largest number, and count
# as equal: some roundings of numbers of 24 bits, or of 8.
EQUAL = {"float32": 1e-5, "bfloat16": 0.05}
# What each difference is, and how our networks live with it.
WHY = {
    "AveragePooling2D": 'With `padding="same"`, where the two sides of the '
    "padding differ, PyTorch repeats the edge and counts it; the others leave "
    "it out. JAX sums large windows in bfloat16. Our blocks pad averages "
    "with stride 1 and odd windows only, which pad alike on both sides; "
    "`style.random_extractor` does so for pictures with even sides.",
    "Conv2D": "PyTorch refuses the gradient of a single 3×3 filter on 64×64 "
    "pixels in float32 on the CPU, and of what stops nothing is kept. JAX adds "
    "up the gradient of kernel and bias in bfloat16. Our 3×3 convolutions have "
    "more filters, and float32 weights.",
    "DepthwiseConv2D": "TensorFlow and JAX add up the kernel's gradient in "
    "bfloat16, where a sum of ones sticks at 256. Train ours in float32.",
    "ops.abs": "At 0, the derivative is 1 on JAX, 0 on the others. Ours take "
    "it of differences, which are seldom 0.",
    "ops.binary_crossentropy": "A probability that rounds to 1 in bfloat16 "
    "gives infinity on JAX. `yolo.class_loss` is for float32.",
    "ops.clip": "At a border, the derivative is a half on JAX and 1 on the "
    "others. Ours clip what has no gradient, or seldom lies on a border.",
    "ops.maximum": "Of two equal numbers, TensorFlow sends the gradient to the "
    "first, JAX and PyTorch half to each. Ours compare with constants that "
    "are met by chance only.",
    "ops.minimum": "As `ops.maximum`.",
    "ops.sqrt": "Of `maximum(x, 0)`, the gradient is NaN on JAX wherever x is "
    "negative: infinity times 0. Ours have a small number under the root.",
    "ops.top_k": "Of equal numbers, PyTorch takes other ones. Ours choose "
    "boxes by scores, which are seldom equal.",
}


def run(backend, *dtypes, environment=os.environ):
    """Compute all cases on a backend.

    Returns:
        dict, "case; data type; part" -> array of float64, or the words with
        which the backend refused, for the part "refused".
    """
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/results.npz"
        subprocess.run(
            [sys.executable, HERE / "backend_cases.py", path, *dtypes],
            env={**environment, "KERAS_BACKEND": backend},
            check=True,
        )
        return dict(np.load(path))


def name_of(case):
    """The layer or op of a case: "Conv2D(...) of ..." gives "Conv2D"."""
    return re.split(r"\(| of ", case)[0]


def distance(found, truth):
    """How far apart two arrays are, relative to the largest true number.

    Infinitely far if their shapes differ, or NaN and infinity are elsewhere.
    """
    if found.shape != truth.shape:
        return np.inf
    finite = np.isfinite(truth)
    if not np.array_equal(found[~finite], truth[~finite], equal_nan=True):
        return np.inf
    gap = np.abs(found[finite] - truth[finite]).max(initial=0)
    scale = np.abs(truth[finite]).max(initial=0)
    return float(np.nan_to_num(gap / (scale or 1), nan=np.inf))


def differences(found, truth, dtype):
    """Compare what a backend computed in a data type with the same in float64.

    Args:
        found: dict of `run`.
        truth: dict of `run`, with float64.
        dtype: str, "float32" or "bfloat16".

    Returns:
        dict, (case, "output" or "gradient") -> the distance of its most
        distant array; infinity for what the backend refused.
    """
    compared = {}
    for key, array in truth.items():
        case, precision, part = key.split("; ")
        if precision == "float64":
            result = found.get(f"{case}; {dtype}; {part}")
            apart = np.inf if result is None else distance(result, array)
            where = case, part.split()[0]
            compared[where] = max(apart, compared.get(where, 0))
    return compared


def apart(compared, dtype):
    """Only those of `differences` that do not count as equal."""
    return {where: far for where, far in compared.items() if far > EQUAL[dtype]}


def cell(found):
    """Distances of outputs and gradients, as the tables have them."""
    return ", ".join(f"{part} {far:.2g}" for part, far in found) or "="


def table(head, rows):
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(compared):
    """Write the page of the book.

    Args:
        compared: dict, (backend, data type) -> dict of `differences`.

    Returns:
        str, in Markdown.
    """
    results = next(iter(compared.values()))
    cases = sorted({case for case, _ in results})
    names = sorted({name_of(case) for case in cases}, key=str.lower)
    wrong = {which: apart(found, which[1]) for which, found in compared.items()}
    overview = []
    for name in names:
        row = [f"`{name}`", str(sum(name_of(case) == name for case in cases))]
        for found in wrong.values():
            worst = {}
            for (case, part), far in found.items():
                if name_of(case) == name:
                    worst[part] = max(far, worst.get(part, 0))
            row.append(cell(sorted(worst.items())))
        overview.append(row)
    each = [
        [f"`{case}`", BACKENDS[backend], dtype, cell([(part, far)])]
        for (backend, dtype), found in wrong.items()
        for (case, part), far in found.items()
    ]
    heads = [f"{BACKENDS[backend]}, {dtype}" for backend, dtype in compared]
    counts = [
        [head, str(len(wrong[key]))]
        for head, key in zip(heads, wrong, strict=True)
    ]
    differing = {name_of(case) for found in wrong.values() for case, _ in found}
    reasons = [[f"`{name}`", WHY[name]] for name in sorted(differing)]
    return f"""# What differs between the backends

The same numbers go through each layer and each op that our networks are built
of, on TensorFlow, JAX and PyTorch (CPU): on odd and even sides, with each kind
of padding, strides, dilation and groups; forward, and backward to inputs and
weights. The results are compared with TensorFlow's in float64. What is written
is the largest difference, relative to the largest number. `=` means at most
{EQUAL["float32"]:g} in float32 and {EQUAL["bfloat16"]:g} in bfloat16; inf means
that a number is infinite or NaN elsewhere, or that the backend refuses.

Written by `python tools/backends.py`, with
{", ".join(f"{one} {version(one)}" for one in ("keras", *BACKENDS))}.
{len(cases)} cases give {len(results)} outputs and gradients on each backend:

{table(["backend", "how many differ"], counts)}

## Each layer and op

"ties" are whole numbers, many of them equal or at a kink; "distinct" are not;
"ones" are for long sums.

{table(["layer or op", "cases", *heads], overview)}

## What differs, and what our networks do

{table(["layer or op", "what to know"], reasons)}

## Every difference

{table(["case", "backend", "data type", "how far"], each)}
"""


def main():
    """Compare all backends, and write the page."""
    truth = run("tensorflow", "float64")
    compared = {}
    for backend in BACKENDS:
        found = run(backend, *EQUAL)
        for dtype in EQUAL:
            compared[backend, dtype] = differences(found, truth, dtype)
    PAGE.write_text(page(compared), encoding="utf-8")
    print(f"{PAGE.name}: {PAGE.read_text().count(chr(10))} lines")


if __name__ == "__main__":
    main()
