PYTHON ?= python3
BIN    := .venv/bin
# uv is taken when it is there; `make UV= ...` keeps to pip.
UV     ?= $(shell command -v uv 2>/dev/null)

.PHONY: help demo test postgres check format lint types walls dependencies laws pages bench errors pins clean
help:   ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## /make \1	/p' $(MAKEFILE_LIST)

ifneq ($(UV),)
.venv/.ready: pyproject.toml constraints.txt
	$(UV) venv --quiet --allow-existing --python '>=3.11' .venv
	$(UV) pip install --quiet --python $(BIN)/python --constraints constraints.txt --editable ".[web]" --group dev
	touch $@
else
.venv/.ready: pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "firstdose needs Python 3.11 or newer; name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip --constraint constraints.txt
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[web]" --group dev
	touch $@
endif

demo: .venv/.ready   ## the psoriasis plaque trial, from its protocol file to the report
	$(BIN)/firstdose demo

# A worker takes half of the tests, in their order, and from the other's end when it is done: what a file sets up is set up once.
PYTEST := $(BIN)/pytest -n 2 --dist worksteal

test: .venv/.ready   ## all tests but the laws of `make check`, those of capture on both databases; ARGS="tests/unit -k dose" for some
	$(PYTEST) $(or $(ARGS),--ignore=tests/architecture)
	$(if $(ARGS),,$(MAKE) --no-print-directory postgres)
postgres: .venv/.ready   ## the tests of capture on PostgreSQL; says so where none is installed
	PYTHON=$(BIN)/python bash tests/web/on_postgres.sh $(PYTEST) -q tests/web $(NO_DATABASE:%=--ignore=tests/web/%)
# They ask no database: once is enough.
NO_DATABASE := test_words.py test_serving.py capture/test_strict_fields.py capture/test_strict_fields_under_fire.py capture/test_body_map.py

check: format lint types walls dependencies laws security   ## the next seven; `make -k check` goes on after a failure
format: .venv/.ready   ## is every file formatted?
	$(BIN)/ruff format --check
lint: .venv/.ready   ## ruff, every rule but those pyproject.toml gives a reason against
	$(BIN)/ruff check
types: .venv/.ready   ## mypy
	$(BIN)/mypy --strict src/firstdose
walls: .venv/.ready   ## import contracts
	$(BIN)/lint-imports --no-logo
dependencies: .venv/.ready   ## used is declared, declared is used
	$(BIN)/deptry src
laws: .venv/.ready   ## own checkers: names, sizes, documentation, wheel
	$(BIN)/pytest -q tests/architecture
security: .venv/.ready   ## bandit over the package, pip-audit over what is installed
	$(BIN)/bandit -q --severity-level medium --skip B308,B314,B608,B703 --recursive src   # ruff judges these line by line, each with its reason
	$(BIN)/python .ci/audit.py

pages: .venv/.ready   ## write the parts of docs that follow from the package
	$(BIN)/python -m docs.pages

bench: .venv/.ready   ## ratios of speed and size, printed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/escalation.py
	$(BIN)/python benchmarks/speed_of_methods.py

errors: .venv/.ready   ## type I error and coverage of every estimator, by simulation; ARGS="--workers 2"
	$(BIN)/python benchmarks/type_one_error.py $(ARGS)

pins:   ## renew constraints.txt, taking nothing younger than seven days
	rm -rf build/pins
	$(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install --quiet --upgrade pip
	build/pins/bin/python -m pip install --quiet --uploaded-prior-to P7D --editable ".[web]" --group dev
	build/pins/bin/python -m pip freeze --all --exclude setuptools --exclude-editable > constraints.txt

clean:   ## remove the environment, caches and what was built
	rm -rf .venv build dist out .coverage htmlcov .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
