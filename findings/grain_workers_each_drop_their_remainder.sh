#!/usr/bin/env bash
# grain 0.2.18, DataLoader(worker_count=N) with Batch(drop_remainder=True): each
# worker process has every Nth record, makes its own batches and drops its own
# rest. An epoch so loses up to N * (batch - 1) records instead of batch - 1,
# and with a small data set, or a small share of one on each host, all of them:
# no batch, no error, and a training that ends at once. More workers, which are
# there for speed, change the number of steps and which records share a batch.
#
# A good guess: 100 records in batches of 16: 6 batches, 4 records dropped,
# whatever the number of workers.
# Seen: 0 workers 6 batches, 4 workers 4 (36 records dropped), 7 workers none.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    grain==0.2.18 numpy==2.4.6
cat > "$folder/rest.py" <<'PYTHON'
import sys

import grain
from absl import flags


def batches(workers):
    sampler = grain.samplers.IndexSampler(
        100,
        shard_options=grain.sharding.NoSharding(),
        num_epochs=1,
        shuffle=True,
        seed=0,
    )
    loader = grain.DataLoader(
        data_source=range(100),
        sampler=sampler,
        operations=[grain.transforms.Batch(16, drop_remainder=True)],
        worker_count=workers,
    )
    return [len(batch) for batch in loader]


if __name__ == "__main__":
    flags.FLAGS(sys.argv)  # grain's worker processes want it
    counts = {workers: len(batches(workers)) for workers in (0, 4, 7)}
    print("workers and batches:", counts)
    assert counts == {0: 6, 4: 4, 7: 0}
PYTHON
"$folder/env/bin/python" "$folder/rest.py"
