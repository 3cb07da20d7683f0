# `make demo` and `make test` set up all they need; see README.md.
.PHONY: demo test lint bench setup weights verdicts clean lock train-setup extras-setup docs

VENV   ?= .venv
PYTHON ?= python3
BIN     = $(VENV)/bin
DESIGN ?= gate_network
BENCH  ?=

demo: weights
	@mkdir -p runs/demo
	$(BIN)/mevagent build testbenches/$(DESIGN)/spec.md --tb testbenches/$(DESIGN)/tb_$(DESIGN).py -o runs/demo/$(DESIGN).v

test: weights
	$(BIN)/python -m pytest

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

verdicts: weights
	$(BIN)/python scripts/verdicts.py --max-seconds 120

# Every ratio of speed, measured beside what it is compared with.
bench: setup
	$(BIN)/python -m benchmarks $(BENCH)

setup:
	@PYTHON="$(PYTHON)" sh scripts/setup.sh "$(VENV)"

# What training and the transformers engine need; without it their tests are skipped.
train-setup: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-train.txt

# All that the tests of every extra need; a browser, for those of the report, comes from the system.
extras-setup: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-extras.txt

# The documentation as a site: build/site/index.html.
docs: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-docs.txt
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --quiet --strict

weights: setup
	@$(BIN)/mevagent models pull

lock: setup
	sh scripts/lock.sh "$(VENV)"

clean:
	rm -rf "$(VENV)" .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
