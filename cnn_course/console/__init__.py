"""What a notebook or a terminal prints while the course's code runs.

quiet.py loads TensorFlow without its start-up messages; import it first.
onednn.py keeps TensorFlow from fast convolutions that compute wrong here.
progress.py has bars for loops and for `fit`, which vanish when they are done.
arguments.py is what the commands share.
"""
