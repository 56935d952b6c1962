import keras
import numpy as np
import pytest

from cnn_course.pipelines import SlantedTriangle


def test_rates_by_hand():
    rate = SlantedTriangle(0.8, steps=10, rise=0.2)
    rates = [float(rate(step)) for step in range(12)]
    up, down = [0.2, 0.6], [0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15, 0.05]
    np.testing.assert_allclose(rates, [*up, *down, 0, 0], atol=1e-6)


def test_a_saved_optimizer_goes_on_at_its_rate():
    optimizer = keras.optimizers.SGD(SlantedTriangle(1.0, 4, rise=0.5))
    config = keras.optimizers.serialize(optimizer)
    again = keras.optimizers.deserialize(config)
    optimizer.iterations.assign(3)
    again.iterations.assign(3)
    assert float(again.learning_rate) == float(optimizer.learning_rate) == 0.25


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"peak": 0}, "peak must be > 0; got 0"),
        ({"steps": 2.5}, "steps must be an int >= 1; got 2.5"),
        ({"rise": 1}, "rise must be between 0 and 1; got 1"),
    ],
)
def test_errors(options, message):
    with pytest.raises(ValueError, match=message):
        SlantedTriangle(**{"peak": 1.0, "steps": 10} | options)
