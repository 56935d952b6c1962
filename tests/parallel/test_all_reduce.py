import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnn_course.parallel.all_reduce import (
    ring_all_reduce,
    ring_bytes,
    step_seconds,
)

gradients = st.tuples(st.integers(1, 7), st.integers(0, 40)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(-99, 99))
)


@settings(deadline=None)
@given(gradients)
def test_everybody_has_the_sum(stack):
    before = stack.copy()
    sums, sent = ring_all_reduce(list(stack))
    assert len(sums) == len(sent) == len(stack)
    for one in sums:
        np.testing.assert_array_equal(one, before.sum(axis=0))
    np.testing.assert_array_equal(stack, before)


@settings(deadline=None)
@given(st.integers(1, 9), st.integers(1, 9))
def test_what_is_sent_is_what_the_formula_says(devices, part):
    n = devices * part
    _, sent = ring_all_reduce(list(np.ones((devices, n))))
    assert sent == [2 * (devices - 1) * part] * devices
    assert sent[0] * 4 == pytest.approx(ring_bytes(n, devices))


def test_a_step():
    assert step_seconds(0.5, 10**6, 1, gigabits=1) == 0.5
    # 2 devices send each number once: 32 million bits.
    two = step_seconds(0.5, 10**6, 2, gigabits=1, latency=0.001)
    assert two == pytest.approx(0.5 + 0.032 + 0.002)
    fast = step_seconds(0.5, 10**6, 2, gigabits=10, latency=0)
    assert fast == pytest.approx(0.5032)


def test_never_more_than_twice_the_gradient():
    sent = [ring_bytes(1000, devices) for devices in range(1, 100)]
    assert sent == sorted(sent)
    assert sent[0] == 0
    assert 7900 < sent[-1] < 8000
    assert ring_bytes(1000, 2, bytes_each=2) == 2000
