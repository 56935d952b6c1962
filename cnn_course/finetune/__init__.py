"""Fine-tune a trained network on a folder of pictures; name new pictures.

    python -m cnn_course.finetune FOLDER --out model.keras

Read recipe.py first, which trains; best.py keeps the best epoch. command.py has
`main`, options.py its arguments; job.py prepares pictures and network,
report.py writes the results. predict.py is finetune predict model.keras FOLDER.
"""

from cnn_course.finetune.command import main

__all__ = ["main"]
