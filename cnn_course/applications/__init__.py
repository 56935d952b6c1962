"""What convolutional networks are used for, one application a file.

faces/ tells people apart, style.py paints in a style, super_resolution.py
enlarges; explain.py shows where a network looked, adversarial.py fools it.
Start with the notebook of the same subject (23 to 26), then read its file.
Import the one that you need: `from cnn_course.applications import faces`.
"""
