# Every command sets up what it needs. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# The first interpreter on this machine that we support and that can set up a virtual environment: the system's, if it can, as
# distributions build it with profile-guided optimisation, which version managers leave out (a sixth of the tests' time).
PYTHON ?= $(firstword $(foreach one,/usr/bin/python3 python3 python3.13 python3.12 python3.11 python,$(shell command -v $(one) >/dev/null 2>&1 && $(one) -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1 && echo $(one))))
VENV := .venv
BIN := $(VENV)/bin
export TONGHOP_HOME ?= ./var
# Where bytecode is not kept, each of the hundred processes that tests start compiles the libraries again.
export PYTHONDONTWRITEBYTECODE :=
# Tests write to memory where 4 GB of it are free (a container's /dev/shm is smaller): nothing of theirs has to reach a disk.
MEMORY := $(shell awk '/^MemAvailable:/ {exit $$2 < 4000000}' /proc/meminfo 2>/dev/null && df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 {print "/dev/shm"}')
PYTEST := TMPDIR=$(or $(TMPDIR),$(MEMORY),/tmp) $(BIN)/python -m pytest -p no:anyio --forbid-skips
# Number of processes that xdist hands tests to: two keep two cores at work, a third works while one of them waits for a server.
IN = -n $(1) --dist loadgroup $(if $(COVERAGE),--cov --cov-append --cov-report= --cov-fail-under=0)
FAST := $(PYTEST) -m "not full and not services and not long" --hypothesis-profile=$(if $(COVERAGE),steady,quick) --durations=10 --durations-min=0.3
# Of the fast tests, two processes without xdist run half each: less is imported, and no test is sent between processes.
# Whatever needs a home after a nightly run is in the other half, which makes it once.
HALF := catalog domain workbooks warehouse $(patsubst tests/%/,%,$(filter-out tests/publishing/data/ tests/publishing/workbook/ %__/,$(wildcard tests/publishing/*/)))
# With a path of TESTS= one of the two halves may be empty, which pytest calls 5; without one that is a failure.
NO_TESTS = { code=$$?; test -n "$(TESTS)" -a $$code = 5; }

.PHONY: help demo test test-fast fast-half fast-other-half test-services test-full test-full-only test-wheel test-pythons coverage check format setup-full pictures golden schemas sweep two-ways corpus bench bench-rules bench-annotate bench-nightly bench-parse bench-site bench-warehouse audit torture scale load-test load-prefect hunt clean

help: ## Show this list
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z.-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

$(VENV): $(VENV)/ready ## Set up the virtual environment only

$(VENV)/ready: pyproject.toml constraints.txt
	@test -n "$(PYTHON)" || { echo "Python 3.11, 3.12 or 3.13 is needed and none was found: install one, or run make PYTHON=/path/to/python" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version); this takes a minute or two the first time."
	@mkdir -p $(dir $(VENV)) && $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

demo: $(VENV)/ready ## Run a district of 2025 on the bundled sample (refused, corrected, rerun), then a province of 2026
	@$(BIN)/tonghop demo

test: test-fast test-services ## Run the tests (of TESTS=path); every service they start comes from pip

test-fast: $(VENV)/ready ## Run the tests (of TESTS=path) that start no server, no other process and no series of nightly runs
ifeq ($(TESTS)$(COVERAGE),)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync fast-half fast-other-half
else
	@$(FAST) $(call IN,2) $(TESTS) || $(NO_TESTS)
endif

fast-half:
	@$(FAST) $(HALF:%=tests/%)

fast-other-half:
	@$(FAST) tests $(HALF:%=--ignore=tests/%)

test-services: $(VENV)/ready ## Run the tests (of TESTS=path) that start PostgreSQL, Prefect's server, processes or many nightly runs
	@$(PYTEST) $(call IN,3) -m "(services or long or properties) and not full" $(TESTS) || $(NO_TESTS)

test-pythons: $(VENV)/ready ## Run the fast tests on Python 3.11 and 3.13, whichever of them are found
	@for version in 3.11 3.13; do \
	  python$$version -c "" 2>/dev/null || { echo "Python $$version: not found"; continue; }; \
	  $(BIN)/python -c "import sys; sys.exit('$$version' != '%d.%d' % sys.version_info[:2])" && continue; \
	  echo "Python $$version"; \
	  $(MAKE) --no-print-directory VENV=build/python$$version PYTHON=python$$version test-fast || exit 1; \
	done

coverage: $(VENV)/ready ## Print what tests run with COVERAGE=1 covered; fail below the floor in pyproject.toml
	@$(BIN)/coverage report

test-full: test test-full-only ## Run the tests, then those that need Chromium and LibreOffice (make setup-full)

test-full-only: $(VENV)/ready ## Run only the tests that need Debian's packages: browser, office, database and servers
	@$(PYTEST) $(call IN,2) -m full

test-wheel: $(VENV)/ready ## Build the wheel, install it in an empty environment and run the demo from there
	@rm -rf build/wheel && $(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir build/wheel .
	@$(PYTHON) -m venv build/wheel/env
	@build/wheel/env/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt build/wheel/*.whl
	@env=$$PWD/build/wheel/env; home=$$(mktemp -d); cd "$$home" && TONGHOP_HOME="$$home" "$$env/bin/tonghop" demo; \
	  code=$$?; rm -rf "$$home"; exit $$code

check: $(VENV)/ready ## Lint, format, types, import contracts, docstrings
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/interrogate --quiet cli web connectors domain expectations flows publishing tests warehouse workbooks

format: $(VENV)/ready ## Format the code and mend what can be mended
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

setup-full: ## Install the Debian packages that make test-full needs (root or sudo)
	@if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
	$$sudo apt-get update -q && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q \
	  chromium libreoffice-calc-nogui libreoffice-writer-nogui poppler-utils fonts-liberation postgresql systemd clamav-daemon \
	  dovecot-imapd samba smbclient iproute2 && DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -q --no-install-recommends r-base-core prometheus

pictures: $(VENV)/ready ## Take the pictures of the documentation again, from the demo and a desk of its own (needs make setup-full)
	@$(BIN)/python -m tests.tools.desk_pictures
	@$(BIN)/python -m tests.tools.pictures

golden: $(VENV)/ready ## Make the golden files again; look at the diff before you commit it
	@$(BIN)/python -m pytest tests/publishing --update-golden

schemas: $(VENV)/ready ## Write the JSON Schemas of the catalogue's files from their models
	@$(BIN)/python -m domain.catalog.write_schemas

two-ways: $(VENV)/ready ## Parse 10,000 mutants (MUTANTS=n) or a folder (CORPUS=folder) both ways: reports must be equal
	@$(BIN)/python -m tests.tools.two_ways --mutants $(or $(MUTANTS),10000) $(if $(CORPUS),--corpus $(CORPUS))

sweep: $(VENV)/ready ## Read 10,000 spoilt workbooks, and those of CORPUS=folder: none may crash, run away or end unexplained
	@$(BIN)/python -m tests.tools.sweep --mutants $(or $(MUTANTS),10000) $(if $(CORPUS),--corpus "$(CORPUS)")

corpus: $(VENV)/ready ## Compare our reader with openpyxl on every workbook of CORPUS=folder
	@test -n "$(CORPUS)" || { echo "Which workbooks? make corpus CORPUS=folder" >&2; exit 2; }
	@$(BIN)/python -m pytest tests/workbooks/container/test_corpus.py --corpus="$(CORPUS)" --forbid-skips -q

bench: $(VENV)/ready ## Time our reader beside openpyxl: twice as fast and under 50 MB, or it fails
	@$(BIN)/python -m benchmarks.reader_vs_openpyxl --rounds $(or $(ROUNDS),31)

bench-rules: $(VENV)/ready ## Time the rules through Great Expectations beside the same SQL run plainly, on SQLite and PostgreSQL
	@$(BIN)/python -m benchmarks.gx_vs_sql --rounds $(or $(ROUNDS),7)

bench-annotate: $(VENV)/ready ## Time marking a workbook beside re-saving it through openpyxl: at most a tenth, or it fails
	@$(BIN)/python -m benchmarks.annotate_vs_resave --rounds $(or $(ROUNDS),15)

bench-parse: $(VENV)/ready ## Time reading and parsing filled-in forms beside the floor: 95 % go directly and reports are equal, or it fails
	@$(BIN)/python -m benchmarks.direct_parse --rounds $(or $(ROUNDS),5)

bench-site: $(VENV)/ready ## Build the site of all communes from synthetic facts: no page of 300 kB or more, or it fails
	@$(BIN)/python -m benchmarks.site_at_scale

bench-nightly: $(VENV)/ready ## Time a nightly run (COMMUNES=2000 ENGINE=sqlite ROUNDS=3) beside reading the files only; figures must agree
	@$(BIN)/python -m benchmarks.nightly --communes $(or $(COMMUNES),2000) --engine $(or $(ENGINE),sqlite) --rounds $(or $(ROUNDS),3) --correction $(if $(RESULTS),--results $(RESULTS))

bench-warehouse: $(VENV)/ready ## Fill a PostgreSQL warehouse (UNITS=300 MONTHS=12,60 WAREHOUSE=url) and time what is done in it; copies must answer
	@$(BIN)/python -m benchmarks.large_warehouse --units $(or $(UNITS),300) $(if $(MONTHS),--months $(MONTHS)) $(if $(WAREHOUSE),--warehouse $(WAREHOUSE))

audit: $(VENV)/ready ## Compare what is installed with a list of advisories (ADVISORIES=file.json, OSV format); without one it fails
	@test -n "$(ADVISORIES)" || { echo "Nothing was compared: make audit ADVISORIES=file.json, a list in the OSV format (docs/security.md)" >&2; exit 2; }
	@$(BIN)/python -m tests.tools.audit "$(ADVISORIES)"

torture: $(VENV)/ready ## Kill, fill and damage what nightly runs use, compare with undisturbed runs, print the table (ROUNDS=100)
	@$(BIN)/python -m tests.tools.torture --rounds $(or $(ROUNDS),100) $(if $(SEED),--seed $(SEED)) $(if $(ONLY),--only "$(ONLY)")

scale: $(VENV)/ready ## Disturb a run of WORKBOOKS=1000 on four machines in network namespaces, compare with one of its own (root)
	@$(BIN)/python -m tests.tools.scale --workbooks $(or $(WORKBOOKS),1000)

load-test: $(VENV)/ready ## Upload (UPLOADS=500) and work at the desk (OFFICERS=50) during a nightly run (NIGHTLY=1000); print waiting times, lose nothing
	@$(BIN)/python -m tests.tools.deadline_day --uploads $(or $(UPLOADS),500) --officers $(or $(OFFICERS),50) --nightly $(or $(NIGHTLY),1000) --engine $(or $(ENGINE),sqlite) $(if $(SPREAD),--spread $(SPREAD)) $(if $(PAUSE),--pause $(PAUSE))

load-prefect: $(VENV)/ready ## Show nightly runs of 10,035 submissions (AREA=VN) in Prefect, 1 % and all of them refused, and count what it keeps
	@PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL=CRITICAL $(BIN)/python -m tests.tools.load $(if $(FAILING),--failing $(FAILING)) $(if $(AREA),--area $(AREA))

hunt: $(VENV)/ready ## Run the property tests with examples of their own, many of them; each find becomes a case
	@$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not full" --hypothesis-profile=hunt $(or $(TESTS),tests/domain tests/workbooks tests/warehouse)

clean: ## Remove the virtual environment, caches and everything made under TONGHOP_HOME
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage "$(TONGHOP_HOME)"
