from things_to_explore import brighter, count, more_of_b, words

from cnn_course.plots import explore


def test_scaling():
    explore.draw_scaling(count, 2.0, 1.5, 448)
    said = words()
    for text in ("30.0 M parameters", "9.60 G multi", "× 6.00", "× 24.00"):
        assert text in said


def test_attack():
    explore.draw_attack(brighter, more_of_b, ["a", "b"], 0.1)
    assert "taken for a, 70%" in words()
    explore.draw_attack(brighter, more_of_b, ["a", "b"], 0.3)
    assert "taken for b, 90%" in words()


def test_devices():
    explore.draw_devices({"a": 25 * 10**6}, "a", 100, 10)
    # Eight: 2 · 7/8 · 25 million · 32 bits are 1.4 gigabits.
    said = words()
    assert f"8 devices are worth {8 * 100 / (100 + 140.28):.1f}" in said
    assert "a, 100 ms to compute, 10 Gbit/s" in said
