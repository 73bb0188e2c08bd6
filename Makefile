# The menu. `make demo` and `make test` need Python 3.11 or later and this file, nothing else:
# each makes what it needs under .venv and writes nothing outside the working copy.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check

# The first Python that is new enough and can make an environment. Name another with `make test PYTHON=python3.12`.
FITTING := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c '$(FITTING)' 2>/dev/null && echo $$name && break; done)

# What a target needs: the package, and the files of requirements/ by their names.
package := $(VENV)/.made-package
needs = $(patsubst %,$(VENV)/.made-%,$(1))

.PHONY: help demo test lint types docs bench load faults soak fuzz matrix wheel coverage clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(package) $(call needs,demo) ## serve the demonstration site; CHECK=1 tries it and stops
	$(BIN)/python demo/serve.py $(if $(CHECK),--check) $(ARGS)

test: $(package) $(call needs,test browser demo) ## run the suite; ARGS="-k hsts" goes to pytest
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

lint: $(package) $(call needs,lint) ## style, imports and spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/typos
	find src demo tests -name '*.py' -exec $(BIN)/django-upgrade --target-version 4.2 --skip request_headers --check {} +

types: $(package) $(call needs,lint test browser) ## mypy, strict
	$(BIN)/python -m mypy

docs: $(package) $(call needs,docs) ## build the documentation into docs/_build/html
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs docs/_build/html

bench: $(package) $(call needs,bench demo test) ## measure what a request pays
	$(BIN)/python -m benchmarks $(ARGS)
	$(BIN)/python -m benchmarks.accounts
	$(BIN)/python -m benchmarks.collect
	$(BIN)/python -m benchmarks.grade
	$(BIN)/python -m benchmarks.grade_site
	$(BIN)/python -m benchmarks.uploads

load: $(package) $(call needs,test) ## 200 users for two minutes on PostgreSQL and Redis; ARGS="--seconds 30"
	$(BIN)/python -m benchmarks.load $(ARGS)

faults: $(package) $(call needs,test) ## kill what takes reports under load, twenty times for each sink
	$(BIN)/python -m benchmarks.faults $(ARGS)

soak: $(package) $(call needs,test) ## watch the memory of what takes reports for an hour
	$(BIN)/python -m benchmarks.soak $(ARGS)

fuzz: $(package) $(call needs,test) ## feed mutated reports and uploads to what reads them; takes half an hour
	$(BIN)/python -m benchmarks.fuzz.wire --own --log
	$(BIN)/python -m benchmarks.fuzz.uploads --seconds 1200 --log

matrix: $(package) ## run the suite on every Python and Django found; ARGS="--only 6.1"
	$(BIN)/python scripts/matrix.py $(ARGS)

wheel: $(package) ## build the wheel and run the suite against it, without src/
	$(BIN)/python scripts/wheel_test.py $(ARGS)

coverage: $(package) $(call needs,test browser demo) ## run the suite and list the lines it missed
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	$(BIN)/python -m coverage combine
	$(BIN)/python -m coverage report

clean: ## remove everything that these targets made
	rm -rf $(VENV) docs/_build .coverage .coverage.* .hypothesis .mypy_cache .ruff_cache .pytest_cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later with venv is needed, and none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(BIN); exit 1; }

$(VENV)/.made-%: requirements/%.txt requirements/constraints.txt | $(BIN)/python
	$(PIP) install --constraint requirements/constraints.txt --requirement $<
	@touch $@

$(package): pyproject.toml $(call needs,base build)
	$(PIP) install --no-build-isolation --no-deps --editable .
	@touch $@

.PRECIOUS: $(VENV)/.made-%
