"""Fine-tune a trained network on a folder of pictures, in one command.

    python -m cnn_course.finetune FOLDER --out model.keras

command.py has `main`; options.py reads its arguments, job.py prepares pictures
and network, recipe.py trains, unfinished.py keeps what a killed run has done,
report.py writes the results. Read recipe.py first. Killed at any moment and
started again, it ends with the model that it would have had, bit for bit.
"""

from cnn_course.finetune.command import main

__all__ = ["main"]
