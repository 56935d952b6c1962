"""A figure that follows its sliders, and the sliders."""

import base64
import io

import ipywidgets
import matplotlib.pyplot as plt

WIDE, LONG = {"description_width": "9em"}, {"width": "28em"}


class Explorer:
    """A figure that follows its sliders.

    Jupyter shows the sliders. Where they do not run (on GitHub, in print) the
    same output holds the first figure as a picture.

    Args:
        draw: function of the controls' names that draws one figure with
            Matplotlib; what it raises as ValueError is shown in its place.
        **controls: ipywidgets with a value, by name.
    """

    def __init__(self, draw, **controls):
        self.draw = draw
        self.controls = controls
        self.still = self.png()
        self.picture = ipywidgets.Image(
            value=self.still,
            format="png",
            # Its own size: a box stretches what lies in it to its width.
            layout={"align_self": "flex-start", "max_width": "100%"},
        )
        self.widget = ipywidgets.VBox([*controls.values(), self.picture])
        for control in controls.values():
            control.observe(self._redraw, names="value")

    def png(self):
        """Draw the figure for the present values; return it as PNG bytes."""
        values = {name: c.value for name, c in self.controls.items()}
        before = set(plt.get_fignums())
        try:
            self.draw(**values)
        except ValueError as error:
            self._close(before)
            _, axis = plt.subplots(figsize=(7, 1))
            axis.text(0, 0.5, str(error), wrap=True, va="center")
            axis.axis("off")
        buffer = io.BytesIO()
        plt.gcf().savefig(buffer, format="png")
        self._close(before)
        return buffer.getvalue()

    @staticmethod
    def _close(before):
        """Close the figures made since, or Jupyter would show them, too."""
        for number in set(plt.get_fignums()) - before:
            plt.close(number)

    def _redraw(self, change):
        self.picture.value = self.png()

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = dict(self.widget._repr_mimebundle_())
        bundle["image/png"] = base64.b64encode(self.still).decode()
        values = ", ".join(f"{k}={c.value}" for k, c in self.controls.items())
        bundle["text/plain"] = f"<Explorer: {values}>"
        return bundle


def slider(low, high, value, words, step=1):
    """A slider over whole numbers that says what it moves."""
    return ipywidgets.IntSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=words,
        style=WIDE,
        layout=LONG,
    )


def fraction(value, words, *, step=0.05, low=0, high=1):
    """A slider over fractions."""
    return ipywidgets.FloatSlider(
        value=value,
        min=low,
        max=high,
        step=step,
        description=words,
        style=WIDE,
        layout=LONG,
    )


def choice(options, value, words):
    return ipywidgets.Dropdown(
        options=list(options), value=value, description=words, style=WIDE
    )
