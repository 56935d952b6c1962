"""What the benchmarks share: contestants in turn, aims that can be missed."""

import statistics
import sys
import time

_missed = []


def interleaved(contestants, rounds, warm_up=1):
    """Median seconds of each contestant, run in turn after a warm-up.

    A slow moment of the machine hits all of them.
    """
    seconds = {name: [] for name in contestants}
    for run in range(warm_up + rounds):
        for name, function in contestants.items():
            start = time.perf_counter()
            function()
            if run >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}


def aim(what, value, *, at_most=None, at_least=None):
    """Compare a figure with its aim, if it has one; remember if it misses it.

    Returns:
        str, the aim in words for the figure's row; "" if there is none.
    """
    if at_most is None and at_least is None:
        return ""
    met = value >= at_least if at_most is None else value <= at_most
    words = f"at least {at_least}" if at_most is None else f"at most {at_most}"
    if not met:
        _missed.append(f"{what}: {value:.3g}, aim {words}")
    return f"   (aim: {words})"


def finish():
    """End the program with an error that names every aim missed."""
    if _missed:
        sys.exit("\nMissed:\n  " + "\n  ".join(_missed))
