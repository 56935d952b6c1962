# Two commands are enough: `make lab` opens the course, `make test` tests it.
# Each makes .venv first when it is missing or older than what it is made from.

PYTHON ?= python3
BIN := .venv/bin
NEWEST := .venv-newest
EXTRAS := .[lab,test]
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e
# Matplotlib's font cache belongs to the environment whose fonts it lists.
export MPLCONFIGDIR = $(CURDIR)/.venv/matplotlib
BUILD_FONT_CACHE := -c "import matplotlib.font_manager"

# Two workers, so one thread each for NumPy and for TensorFlow's operations:
# threads that wait for each other spin, a fifth of TensorFlow's time.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1
# No cell takes that long; a kernel that has died is not waited for longer.
PYTEST := -m pytest -q -n 2 --dist loadfile --nbval --nbval-current-env \
	--nbval-cell-timeout=900 tests

# JupyterLab refuses to run as root (in a container, say) unless it is told to.
ROOT_OK := $(if $(filter 0,$(shell id -u)),--allow-root)

.PHONY: lab test lint unit notebooks bench book data backbone test-browser test-newest clean

lab: .venv/.ready
	$(BIN)/jupyter lab --ip=127.0.0.1 $(ROOT_OK) --KernelManager.transport=ipc \
		--ServerApp.root_dir=. --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb

test: .venv/.ready lint
	$(ONE_THREAD) $(BIN)/python $(PYTEST) notebooks

lint: .venv/.ready
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .

unit: .venv/.ready
	$(ONE_THREAD) $(BIN)/python -m pytest -q -n 2 --dist loadfile tests

# Re-executes every notebook in place; `make notebooks ONLY=03` only some.
notebooks: .venv/.ready
	$(BIN)/python tools/execute_notebooks.py $(ONLY)

bench: .venv/.ready
	$(INSTALL) ".[bench]"
	@failed=0; for one in scratch nets pipelines detection sliding faces; do \
		$(BIN)/python benchmarks/bench_$$one.py || failed=1; \
	done; exit $$failed

# A site of all notebooks and blocks: book/build/site/index.html.
book: .venv/.ready
	$(INSTALL) ".[book]"
	rm -rf book/build
	$(BIN)/python tools/book.py
	$(BIN)/sphinx-build -q -W --keep-going -j 2 -c book book/build/source book/build/site
	$(BIN)/python tools/links.py book/build/site

# JupyterLab and the book in a browser; screenshots go to tests/browser/pictures.
test-browser: book
	$(INSTALL) ".[browser]"
	$(ONE_THREAD) $(BIN)/python -m pytest -q -n 2 --dist worksteal tests/browser

data: .venv/.ready
	$(BIN)/python data/build.py

# Trains data/weights anew, some minutes; its last digits differ by machine.
backbone: .venv/.ready
	$(BIN)/python data/pretrain.py

# The tests and Part I against the newest releases that pyproject.toml allows,
# unless what opens the course (and JAX) is as new in `make test` already: pip
# is asked first, without installing anything. Tools for tests do not count.
test-newest $(NEWEST)/.ready: export MPLCONFIGDIR = $(CURDIR)/$(NEWEST)/matplotlib
test-newest: .venv/.ready
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --dry-run \
		--ignore-installed --report .venv/newest.json -e "$(EXTRAS)"
	@$(BIN)/python tools/versions.py .venv/newest.json > .venv/newer
	@if [ -s .venv/newer ]; then \
		cat .venv/newer && rm -f $(NEWEST)/.ready && $(MAKE) $(NEWEST)/.ready && \
		$(ONE_THREAD) $(NEWEST)/bin/python $(PYTEST) notebooks/0[0-6]*; \
	else \
		echo "The newest releases are the ones that make test runs on."; \
	fi

clean:
	rm -rf .venv $(NEWEST) .pytest_cache .ruff_cache .hypothesis *.egg-info \
		book/build tests/browser/pictures

define check_python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=python3.12 lab"; exit 1; }
@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
	{ echo "$(PYTHON) cannot make virtual environments. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
endef

.venv/.ready: pyproject.toml constraints.txt tools/jupyterlab_overrides.json
	$(check_python)
	@[ ! -L .venv ] || { echo ".venv is a link, and what it leads to would be emptied: remove the link"; exit 1; }
	@echo "Setting up .venv (once; about two minutes and 3 GB) ..."
	$(PYTHON) -m venv --clear .venv
	$(INSTALL) "$(EXTRAS)"
	@mkdir -p .venv/share/jupyter/lab/settings
	@cp tools/jupyterlab_overrides.json .venv/share/jupyter/lab/settings/overrides.json
	$(BIN)/python $(BUILD_FONT_CACHE)
	@touch $@

$(NEWEST)/.ready: pyproject.toml
	$(check_python)
	$(PYTHON) -m venv --clear $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check -e "$(EXTRAS)"
	$(NEWEST)/bin/python $(BUILD_FONT_CACHE)
	@touch $@
