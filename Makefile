# What the project can be asked to do. Needs python3 (3.11 or newer), make and the Python registry.
# Paths are quoted, because a checkout may stand in a folder whose name has spaces.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
BENCH := .venv-bench
BENCH_READY := $(BENCH)/.ready
FIRST_CLIENT = $(firstword $(sort $(wildcard data/sample/*/engagement.yaml)))

.PHONY: help setup run test lint bench bench-50m bench-csv overhead calibration waiting-causes browser-setup database-setup spark-setup sample constraints clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' Makefile

setup: $(READY)  ## make .venv with the pinned dependencies and the package; a second call does nothing

$(READY): constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("workbench needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	@echo "Setting up .venv (once; one to three minutes)"
	@rm -f $(READY)
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r constraints.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(READY)

run: $(READY)  ## all stages on the first sample client, both languages; ends with the paths of its reports
	@$(BIN)/python -m workbench run "$(dir $(FIRST_CLIENT))" --language both

test: $(READY)  ## every test, the doctests, and the notebooks from top to bottom
	@home="$$(mktemp -d)"; \
	WORKBENCH_HOME="$$home" $(BIN)/python -m pytest -n auto --dist loadfile --nbval-lax tests workbench notebooks; \
	status=$$?; rm -rf "$$home"; exit $$status

lint: $(READY)  ## ruff and mypy
	@$(BIN)/python -m ruff check .
	@$(BIN)/python -m mypy

$(BENCH_READY): constraints-bench.txt pyproject.toml
	@echo "Setting up $(BENCH) with the peers to be measured beside (once; one to three minutes)"
	@rm -f $(BENCH_READY)
	@test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	@$(BENCH)/bin/python -m pip -qq --disable-pip-version-check install --require-hashes \
	  -r constraints-bench.txt
	@$(BENCH)/bin/python -m pip -qq --disable-pip-version-check install --no-deps \
	  --no-build-isolation -e .
	@touch $(BENCH_READY)

bench: $(BENCH_READY)  ## the metric tables beside pm4py, pandas, Polars and SQL, in one run (half an hour)
	@$(BENCH)/bin/python benchmarks/tables

bench-50m: $(BENCH_READY)  ## every table of 50 M events under a memory limit of 2 GB
	@WORKBENCH_MEMORY=2GB $(BENCH)/bin/python benchmarks/tables --events 50000000 --alone \
	  --rounds 1 --results benchmarks/RESULTS-50m.md

bench-csv: $(READY)  ## a clean CSV to typed Parquet beside the engine's own typed read
	@$(BIN)/python benchmarks/intake_csv.py

overhead: $(READY)  ## what six stage notebooks cost beyond six empty ones
	@$(BIN)/python benchmarks/overhead.py

calibration: $(READY)  ## the error rates of the verdict, measured on simulated pilots
	@$(BIN)/python benchmarks/calibration.py

waiting-causes: $(READY)  ## the causes of waiting, planted in simulated logs and found again
	@$(BIN)/python benchmarks/waiting_causes.py --results benchmarks/RESULTS-waiting.md

sample: $(READY)  ## make the sample clients anew from their seeds
	@for generator in data/sample/*/generate.py data/sample/generate.py; do \
	  test ! -f "$$generator" || $(BIN)/python "$$generator" || exit 1; done

browser-setup:  ## Debian's chromium and a Chinese font, for the tests that look at pages
	@command -v chromium >/dev/null && fc-list | grep -qi cjk || \
	  { apt-get update -qq && apt-get install -y -qq chromium fonts-noto-cjk >/dev/null; }

database-setup:  ## Debian's PostgreSQL, for the tests that read a log from a server
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
	  { apt-get update -qq && apt-get install -y -qq postgresql >/dev/null; }

spark-setup: $(READY)  ## Spark and Debian's Java 17, for logs larger than one machine and their tests
	@command -v java >/dev/null || \
	  { apt-get update -qq && apt-get install -y -qq openjdk-17-jre-headless >/dev/null; }
	@$(PIP) install --require-hashes --no-deps -r constraints-spark.txt

constraints:  ## pin the dependencies of pyproject.toml anew (needs uv)
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --group test --group lint --group build \
	  --output-file constraints.txt pyproject.toml
	@uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --no-annotate --group bench --group build \
	  --constraint constraints.txt --output-file constraints-bench.txt pyproject.toml
	@$(PYTHON) -c 'import tomllib; \
	  project = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
	  print(*project["optional-dependencies"]["spark"], sep="\n")' | \
	  uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header \
	  --python-version 3.11 --no-annotate --output-file constraints-spark.txt -

clean:  ## remove .venv and everything the tools cached; reports in out/ stay
	@rm -rf .venv $(BENCH) .pytest_cache .mypy_cache .ruff_cache .hypothesis
