"""Times of contestants that run in turn, so that a slow moment hits all."""

import statistics
import time


def interleaved(contestants, rounds, warm_up=1):
    """Median seconds of each contestant, run in turn after a warm-up."""
    seconds = {name: [] for name in contestants}
    for run in range(warm_up + rounds):
        for name, function in contestants.items():
            start = time.perf_counter()
            function()
            if run >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(times) for name, times in seconds.items()}
