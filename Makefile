# Everything runs in a virtual environment of its own; the system's Python is left alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests wait for servers most of the time, so there are more processes than cores.
PARALLEL := -n 4 --dist worksteal
TYPING := tests/typing/loose.py tests/typing/exact.py tests/typing/refusals.py tests/typing/relations.py tests/typing/features.py
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check bench bench-peers bench-instructions docs-performance fuzz format clean
.NOTPARALLEL:
.DELETE_ON_ERROR:

help:  ## Say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile

demo: $(VENV)/.demo  ## Run the demo against a real MongoDB
	$(BIN)/python examples/demo.py

test: $(VENV)/.test  ## Run the tests against a real MongoDB
	$(BIN)/python -m pytest $(PARALLEL) $(ARGS)

check: $(VENV)/.dev  ## Lint, check the formatting and the types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy $(TYPING)
	$(BIN)/pyright
	$(BIN)/python tests/typing/refusals.py

bench: $(VENV)/.bench  ## Measure against raw PyMongo
	$(BIN)/python -m benchmarks --results benchmarks/results $(ARGS)

bench-peers: $(VENV)/.bench  ## Measure other mappers, in environments of their own
	$(BIN)/python -m benchmarks.peers --results benchmarks/results $(ARGS)

bench-instructions: $(VENV)/.bench  ## Count instructions, and compare them with those committed
	$(BIN)/python -m benchmarks.instructions $(ARGS)

docs-performance: $(VENV)/.bench  ## Put what was measured last into docs/performance.md
	$(BIN)/python -m benchmarks.chapter

fuzz: $(VENV)/.test  ## Feed damaged documents to the accelerator, under sanitizers
	$(BIN)/python -m tests.mapper.fuzz $(ARGS)

format: $(VENV)/.dev  ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:  ## Remove what the other targets made
	rm -rf $(VENV) .cache .coverage .hypothesis build dist *.egg-info mapper/*.so
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.made:
	@.ci/venv $(PYTHON) $(VENV)
	@touch $@

# One environment for all extras; each is installed once and again after a change.
$(VENV)/.demo $(VENV)/.test $(VENV)/.bench $(VENV)/.dev: $(VENV)/.%: $(VENV)/.made setup.cfg pyproject.toml setup.py mapper/_bson.c
	@echo "Installing the extra '$*' into $(VENV), this may take a minute ..."
	@$(BIN)/python -m pip install --quiet --editable '.[$*]'
	@.ci/libraries $(VENV)
	@touch $@
