"""Fine-tune a trained network on a folder of pictures; name new pictures.

    python -m cnn_course.finetune FOLDER --out model.keras

command.py has `main`; options.py reads its arguments, job.py prepares pictures
and network, recipe.py trains (read it first), best.py keeps the best epoch,
unfinished.py lets a killed run end with the model that it would have had, bit
for bit, report.py writes the results, predict.py names new pictures (finetune
predict model.keras FOLDER).
"""

from cnn_course.finetune.command import main

__all__ = ["main"]
