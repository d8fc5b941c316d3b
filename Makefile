# One command for each wish. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
STAMP := $(VENV)/.installed-$(shell cksum pyproject.toml | cut -d' ' -f1)

# PyTorch without CUDA is a fifth of the download. `make run CUDA=1` takes the build from the plain package
# index instead, which on Linux brings CUDA.
TORCH := torch==2.13.0
TORCH_INDEX ?= https://download.pytorch.org/whl/cpu
CUDA ?=
PIP := $(PY) -m pip --disable-pip-version-check

# Real ECGs for the tests that want them; those tests skip where there are none.
ifneq ($(wildcard ../shared/data/README.md),)
export ECGVIEWER_TEST_DATA ?= $(abspath ../shared/data)
endif

# The README's choice of what `make screenshots` draws.
PICTURES := 02-02_synthetic_lad_clear.png 05-05_synthetic_rca_sub_stemi.png 12-12_synthetic_missing_lead.png \
  layout-12x1.png dark-room.png

.PHONY: help run test lint bench fuzz package screenshots

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

run: $(STAMP)-run ## open the viewer on the demo library (ARGS="…" passes arguments on)
	$(PY) main.py $(ARGS)

test: $(STAMP)-dev ## every test, without a display
	$(PY) tests/run_all.py $(ARGS)

lint: $(STAMP)-dev ## ruff, mypy --strict and the import contracts
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy main.py inference ecgviewer training
	$(PY) -m mypy packaging/*.py
	$(VENV)/bin/lint-imports --no-cache

bench: $(STAMP)-dev ## measure speed, memory and start-up on this machine: a table and runs/bench.json
	$(PY) tests/bench/bench.py $(ARGS)

fuzz: $(STAMP)-dev ## thousands of damaged files of each format: a table and runs/fuzz.json (nightly)
	$(PY) -m tests.fuzz.fuzz $(ARGS)

package: $(STAMP)-dev ## build the one-folder program in dist/ and test a moved copy of it
	$(PY) packaging/build.py
	$(PY) packaging/smoke_test.py

screenshots: $(STAMP)-run ## draw the README's pictures into docs/images
	$(PY) main.py screenshots screenshots
	@mkdir -p docs/images
	cd screenshots && cp $(PICTURES) ../docs/images/

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed: set PYTHON=/path/to/python3.11 (found $$($(PYTHON) --version))."; exit 1; }
	$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "No virtual environment could be made: install the package python3-venv."; exit 1; }

# The stamp is written last, so an interrupted install is taken up again by the next call.
$(STAMP)-run: | $(PY)
	$(call install,.)
	@touch $@

$(STAMP)-dev: | $(PY)
	$(call install,.[train$(,)dev])
	@touch $(STAMP)-run $@

, := ,
define install
	@if ! $(PIP) show torch >/dev/null 2>&1 && [ -z "$(CUDA)" ] && [ "$$(uname -s)" = Linux ]; then \
	  $(PIP) install --quiet --no-deps --retries 0 --timeout 20 --index-url $(TORCH_INDEX) $(TORCH) \
	    || echo "$(TORCH_INDEX) was not reached: PyTorch comes from the plain package index."; \
	fi
	$(PIP) install --quiet --editable '$(1)'
endef
