"""A learning rate for short trainings: up along a line, down along another."""

import keras
from keras import ops

from cnn_course.geometry import whole_number


@keras.saving.register_keras_serializable("cnn_course")
class SlantedTriangle(keras.optimizers.schedules.LearningRateSchedule):
    """Rise to the peak in a few steps, then fall to 0 until the last one.

    Source: Howard and Ruder 2018, https://arxiv.org/abs/1801.06146, sec. 3.2.
    Differs: both lines end at 0; theirs at a 32nd of the peak.

    Args:
        peak: number > 0, the highest rate.
        steps: int >= 1, batches of the whole training; 0 beyond.
        rise: number between 0 and 1, the part of the steps that go up.

    Raises:
        ValueError: an argument is out of range.
    """

    def __init__(self, peak, steps, rise=0.1):
        super().__init__()
        if not peak > 0:
            raise ValueError(f"peak must be > 0; got {peak!r}.")
        if not 0 < rise < 1:
            raise ValueError(f"rise must be between 0 and 1; got {rise!r}.")
        self.steps = whole_number("steps", steps, 1)
        self.peak, self.rise = peak, rise

    def __call__(self, step):
        """Return the rate of a step, of which the first has number 0."""
        # The middle of the step: else the first one would learn nothing.
        done = (ops.cast(step, "float32") + 0.5) / self.steps
        up, down = done / self.rise, (1 - done) / (1 - self.rise)
        return self.peak * ops.maximum(ops.minimum(up, down), 0.0)

    def get_config(self):
        """Return the arguments, for a saved optimizer."""
        return {"peak": self.peak, "steps": self.steps, "rise": self.rise}
