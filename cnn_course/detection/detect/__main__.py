import sys

import matplotlib

from cnn_course.detection.detect.command import main

matplotlib.use("agg")  # figures go to files
sys.exit(main())
