# Earthwork. `make demo` shows it, `make test` tests it; both first set up .venv by themselves.
# Needs make, a POSIX shell (on Windows: the one that comes with Git) and Python 3.12 or later.
# Another interpreter: make demo PYTHON=/path/to/python

SHELL := /bin/sh
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
PYTHON ?=
JOBS ?= 2
STAMP := .venv/installed
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: help setup demo test check lint style types layers format lock bench clean

help:
	@echo "make demo    build a simulated case offline and end with the path of its brief"
	@echo "make test    all tests, with branch coverage"
	@echo "make check   style, types, layers, then the tests"
	@echo "make format  put the code into its format"
	@echo "make bench   the accuracy benchmarks (needs the measuring data; see docs)"
	@echo "make lock    resolve requirements.lock anew (needs uv)"
	@echo "make clean   remove what these make"

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@set -e; \
	enough='import sys; sys.exit(sys.version_info < (3, 12))'; \
	if ! $(BIN)/python -c "$$enough" 2>/dev/null; then \
	  found=; \
	  for candidate in "$(PYTHON)" python3.13 python3.12 python3 python \
	      "$$HOME"/.pyenv/versions/3.13*/bin/python "$$HOME"/.pyenv/versions/3.12*/bin/python; do \
	    if [ -n "$$candidate" ] && "$$candidate" -c "$$enough" 2>/dev/null; then \
	      found=$$candidate; break; \
	    fi; \
	  done; \
	  if [ -z "$$found" ]; then \
	    echo "Earthwork needs Python 3.12 or later, and none was found." >&2; \
	    echo "Install one, or say where it is: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; \
	    exit 1; \
	  fi; \
	  echo "setting up .venv with $$("$$found" --version)"; \
	  rm -rf .venv; \
	  "$$found" -m venv .venv; \
	fi
	@echo "installing what requirements.lock names"
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@echo "compiling the loops, once"
	@rm -rf .venv/first-siege
	@$(BIN)/earthwork simulate --chance 19 --side 300 -o .venv/first-siege >/dev/null 2>&1
	-@$(BIN)/earthwork align .venv/first-siege/images/date-1.tif .venv/first-siege/images/date-2.tif \
	  -o .venv/first-siege/aligned.tif >/dev/null 2>&1
	@rm -rf .venv/first-siege
	@touch $@

demo: setup
	@$(BIN)/earthwork demo

test: setup
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term --cov-fail-under=90

check: lint test

lint: style types layers

style: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

layers: setup
	$(BIN)/lint-imports

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# No address of an index is written into the lock: it installs from whichever one pip is set to.
lock:
	uv pip compile --universal --python-version 3.12 --generate-hashes --upgrade --no-header \
	  --no-emit-index-url --no-emit-find-links --group dev pyproject.toml \
	  --output-file requirements.lock

bench: setup
	@set -e; for benchmark in benchmarks/accuracy/*.py; do \
	  echo "== $$benchmark"; $(BIN)/python "$$benchmark"; done

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
	  .coverage .coverage.* build dist earthwork-demo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
