import sys

import matplotlib.pyplot as plt

from cnn_course.finetune import main

plt.switch_backend("agg")  # figures go to files
sys.exit(main())
