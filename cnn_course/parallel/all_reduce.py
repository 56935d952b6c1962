"""What data parallelism costs: numbers that devices send, seconds a step.

Patarasuk & Yuan 2009, Bandwidth optimal all-reduce algorithms for clusters of
workstations, https://doi.org/10.1016/j.jpdc.2008.09.002.
"""

import numpy as np


def ring_turns(gradients):
    """Sum arrays that lie on different devices, each talking to the next only.

    Each array is cut into as many parts as there are devices. In N - 1 turns
    the parts go around the ring and grow into sums, one whole sum on each
    device; in another N - 1 turns the sums go around.

    Args:
        gradients: list of arrays (n,), device i's at place i.

    Yields:
        list of list of arrays, the parts on each device: at first, then after
        each turn.
    """
    devices = len(gradients)
    parts = [np.array_split(np.array(g), devices) for g in gradients]
    yield [list(mine) for mine in parts]
    for turn in range(2 * (devices - 1)):
        before = [list(mine) for mine in parts]
        for i in range(devices):
            k = (i - turn) % devices  # at first its own part, then what came in
            neighbour = parts[(i + 1) % devices]
            if turn < devices - 1:
                neighbour[k] = neighbour[k] + before[i][k]
            else:
                neighbour[k] = before[i][k]
        yield [list(mine) for mine in parts]


def ring_all_reduce(gradients):
    """Let a ring sum arrays; count what each device sends.

    Args:
        gradients: list of arrays (n,), device i's at place i.

    Returns:
        (sums, sent): list of arrays (n,), what each device has in the end;
        list of int, how many numbers each has sent.
    """
    devices, sent = len(gradients), [0] * len(gradients)
    for turn, parts in enumerate(ring_turns(gradients)):
        for i in range(devices):
            if turn < 2 * (devices - 1):  # it will send this one next
                sent[i] += parts[i][(i - turn) % devices].size
    return [np.concatenate(mine) for mine in parts], sent


def ring_bytes(parameters, devices, *, bytes_each=4):
    """Count what each device sends in one ring all-reduce.

    Args:
        parameters: int, trained weights.
        devices: int >= 1.
        bytes_each: int, of one number of the gradient; 4 for float32.

    Returns:
        float, bytes: nearly twice the gradient, however many devices.
    """
    return 2 * (devices - 1) / devices * bytes_each * parameters


def step_seconds(compute, parameters, devices, *, gigabits, latency=20e-6):
    """Tell how long a step lasts if devices first compute, then talk.

    Frameworks send the last layers' gradients while they compute the first
    ones': so this is the longest that it should be, and the larger of the two
    terms is the shortest.

    Args:
        compute: float, seconds that one device needs for its share.
        parameters: int, trained weights, each sent as float32.
        devices: int >= 1.
        gigabits: float, speed of each device's link, in gigabits a second.
        latency: float, seconds that an empty message is on its way.

    Returns:
        float, seconds.
    """
    bits = 8 * ring_bytes(parameters, devices)
    return compute + bits / (gigabits * 1e9) + 2 * (devices - 1) * latency
