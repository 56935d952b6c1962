"""Every figure of the course, readable in grey; start in pictures.py.

pictures.py shows pictures, frames and boxes, charts.py curves and bars,
number_grids.py matrices, windows.py what a kernel covers, channels.py volumes,
diagrams.py models, source_code.py code; style.py has the colours. explore/ has
figures with sliders. The functions draw and return nothing, so that a cell may
end with one; to add to a figure, take it from `plt.gcf()`.
"""

from cnn_course.plots.channels import volume_convolution, volumes
from cnn_course.plots.charts import bars, confusion_matrix, curves, heatmap
from cnn_course.plots.diagrams import block_diagram
from cnn_course.plots.number_grids import equation, sliding_window
from cnn_course.plots.pictures import boxes, frame, images
from cnn_course.plots.source_code import source
from cnn_course.plots.style import set_style
from cnn_course.plots.windows import receptive_fields, windows_along_a_side

__all__ = [
    "bars",
    "block_diagram",
    "boxes",
    "confusion_matrix",
    "curves",
    "equation",
    "frame",
    "heatmap",
    "images",
    "receptive_fields",
    "set_style",
    "sliding_window",
    "source",
    "volume_convolution",
    "volumes",
    "windows_along_a_side",
]
