import sys

import matplotlib

from cnn_course.detection.train import main

matplotlib.use("agg")  # figures go to files
sys.exit(main())
