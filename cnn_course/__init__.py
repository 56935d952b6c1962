"""Blocks, figures and checks for the convolutional-network course.

Importing the package is cheap: nothing heavy loads until a module needs it.
"""

__version__ = "0.1.0"
