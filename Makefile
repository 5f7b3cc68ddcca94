# Throughline from a fresh clone: `make demo` shows what it does, `make test` that it holds.
# The first target that needs it builds .venv from requirements.lock; nothing else is to be installed.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
LRS := .venv-lrs
SPARK := .venv-spark
# Tests run in as many processes as there are cores, up to four: each takes a gigabyte or two.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()))')
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
THROUGHLINE_HOME ?= $(CURDIR)/.throughline

.DEFAULT_GOAL := help
.PHONY: help demo test test-histories test-lrs parity check bench dev docs lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "State is kept in THROUGHLINE_HOME: $(THROUGHLINE_HOME)"

demo: $(INSTALLED) ## simulate a small company, run the whole line on it, print the answers
	@$(BIN)/throughline demo

test: $(INSTALLED) ## run every test
	@env -u THROUGHLINE_HOME -u THROUGHLINE_KEY -u THROUGHLINE_KEY_FILE -u THROUGHLINE_AS_OF $(BIN)/python -m pytest -q \
		--numprocesses=$(WORKERS) --dist=loadscope --no-loadscope-reorder

test-histories: $(INSTALLED) ## try many more histories of deliveries: increments end where a full refresh ends
	@for start in 1 2 3 4 5; do \
		THROUGHLINE_HISTORIES=200 THROUGHLINE_HISTORIES_START=$$start \
			$(BIN)/python -m pytest -q tests/dbt_project/test_any_history.py || exit 1; \
	done

test-lrs: $(INSTALLED) $(LRS)/installed ## pull from a real LRS, which is installed beside the project
	@$(BIN)/python -m pytest -q tests/pipelines/test_real_lrs.py

parity: $(INSTALLED) $(SPARK)/installed ## build the demo's company on a Spark cluster, too, and compare (needs Java; PARITY_COMPANY=RECIPE for another)
	@$(BIN)/python -m pytest -q tests/dbt_project/spark

check: $(INSTALLED) ## lint, format, types, imports, SQL and generated pages
	@$(MAKE) --no-print-directory --jobs=2 --keep-going check-sql check-types check-python check-imports check-docs
	@echo "Every check holds."

.PHONY: check-sql check-types check-python check-imports check-docs
check-sql:
	@$(BIN)/sqlfluff lint --quiet --disable-progress-bar dbt_project/models

check-types:
	@$(BIN)/mypy --no-error-summary

check-python:
	@$(BIN)/ruff check --quiet --output-format concise .
	@$(BIN)/ruff format --quiet --check .

check-imports:
	@found=$$($(BIN)/lint-imports --no-logo) || { echo "$$found"; exit 1; }

check-docs:
	@$(BIN)/python docs/generate.py --check

bench: $(INSTALLED) ## measure as ratios in one run (benchmarks/__main__.py says what scales it)
	@$(BIN)/python -m benchmarks

dev: $(INSTALLED) ## open the Dagster UI on this machine only
	@mkdir -p "$(THROUGHLINE_HOME)/dagster"
	@home=$$(cd "$(THROUGHLINE_HOME)" && pwd) && DAGSTER_HOME="$(CURDIR)" THROUGHLINE_HOME="$$home" \
		THROUGHLINE_DAGSTER="$$home/dagster" $(BIN)/dagster dev --host 127.0.0.1 --module-name pipelines.definitions

docs: $(INSTALLED) ## write the generated pages anew
	@$(BIN)/python docs/generate.py

lock: $(INSTALLED) ## resolve pyproject.toml into requirements.lock (UPGRADE=1 takes newer versions)
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --group dev \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-strip-extras $(if $(UPGRADE),--upgrade) \
		pyproject.toml --output-file requirements.lock

# uv comes out of the lock like everything else and installs the rest in seconds; where it can't reach an index
# (a company mirror known to pip only), pip installs the same versions against the same hashes.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; (3, 11) <= v <= (3, 13) or sys.exit( \
		"Throughline needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is %d.%d. Next: make PYTHON=python3.11 …" % v)'
	@echo "Building $(VENV) from requirements.lock (once; a minute or so) …"
	@$(PYTHON) -m venv $(VENV)
	@awk '/^[^ ]/ {wanted = /^uv==/} wanted' requirements.lock | $(PIP) --no-deps -r /dev/stdin
	@UV_PYTHON_DOWNLOADS=never $(BIN)/uv pip sync --quiet --system-certs --compile-bytecode --python $(BIN)/python \
		--require-hashes requirements.lock \
		|| { echo "uv could not install the lock; pip does it instead (a minute) …"; $(PIP) -r requirements.lock; }
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --offline --no-deps --no-build-isolation --editable .
	@touch $@

# The LRS that `make test-lrs` pulls from needs other versions of what the project needs, so it has its own environment.
$(LRS)/installed:
	@echo "Building $(LRS) with Ralph (once) …"
	@$(PYTHON) -m venv $(LRS)
	@$(LRS)/bin/python -m pip install --quiet --disable-pip-version-check "ralph-malph[cli,lrs,backend-fs]==5.1.0" requests
	@touch $@

# Spark's servers, Java aside, come in one package of a gigabyte. The dbt that speaks to them is installed beside them
# and not in .venv: its client is built from source, which no newcomer should have to wait for. Keep it at .venv's version.
$(SPARK)/installed:
	@java -version 2>/dev/null || { echo "Spark needs Java 17 or later. Next: install it, then run make parity again."; exit 1; }
	@echo "Building $(SPARK) with Spark (once) …"
	@$(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check \
		"pyspark==4.3.0" "dbt-core==1.11.16" "dbt-spark[PyHive]==1.11.0"
	@touch $@
