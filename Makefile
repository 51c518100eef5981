SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
OTHER_PYTHONS := $(filter-out $(shell python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'),3.11 3.12 3.13)
RUNTIME := $(shell sed -n 's/^\(azure-functions-runtime==[0-9.]*\);.*/\1/p' requirements.txt)
export PYTHONDONTWRITEBYTECODE := 1

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run  ## Serve http://localhost:7071/api with a sample instance; PORT, DATA_DIR and every setting are honoured
	@PYTHONDONTWRITEBYTECODE= $(PYTHON) -m function_app.local serve

load: $(VENV)/run  ## Load FOLDER (definition.json, a folder of snapshots per entity) into the running host
	@$(PYTHON) -m function_app.local load $(FOLDER) $(if $(INSTANCE),--instance $(INSTANCE)) $(if $(REPLACE),--replace)

define: $(VENV)/run  ## Propose a definition.json for FOLDER, with CSV or Parquet files of customers and activities
	@$(PYTHON) -m function_app.local define $(FOLDER)

test: check $(VENV)/checkov/made $(VENV)/curl tests/emulators/node_modules/.made /usr/bin/chromium  ## Run everything, from a clean checkout on a bare machine
	@$(MAKE) --silent --no-print-directory -j2 $(OTHER_PYTHONS:%=.venv-%/tests)
	$(PYTHON) -m pytest
	@$(MAKE) --silent --no-print-directory -j2 -Otarget $(OTHER_PYTHONS:%=test-%)

# What depends on Python most. The store over Cosmos DB is in the worker's tests; its contract takes long and is the same.
$(OTHER_PYTHONS:%=test-%): test-%: .venv-%/tests
	@if [ ! -e $< ]; then echo "Python $* is not on this machine: its tests are left out"; else \
	  echo "Python $*:"; WORKER_PYTHON=.venv-$*/bin/python .venv-$*/bin/python -m pytest \
	    -p no:cacheprovider -k "not cosmos_store" tests/unit tests/contract tests/worker; fi

connector: $(VENV)/dev  ## Generate the connector's definition
	$(PYTHON) -m connector.build.swagger

documents: $(VENV)/dev  ## Write the tables of operations, settings and error codes into function_app/README.md
	PYTHONPATH=.:tests $(PYTHON) -m support.readme

release: check  ## Keep the connector's definition as the released one, which later ones may not break
	$(PYTHON) -m connector.build.release

check: $(VENV)/dev  ## Run the fast part: style, types, layers, documents, the connector
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PYTHON) -m pytest tests/documents
	$(PYTHON) -m connector.build.swagger --check
	$(PYTHON) -m connector.lint.check connector
	$(PYTHON) -m connector.build.release --check

bench: $(VENV)/dev  ## Measure, as ratios against a baseline of the same run, into .bench/latest.json
	$(PYTHON) -m tests.bench

prove: $(VENV)/dev  ## Prove the promises under kills, faults, races, load and hostile input, in the long form: an hour
	PYTHONPATH=.:tests $(PYTHON) -m proof

$(VENV)/python:
	python3 -m venv $(VENV)
	@touch $@

$(VENV)/run: $(VENV)/python requirements.txt function_app/local/requirements.txt
	$(VENV)/bin/pip install -q -r function_app/local/requirements.txt
	@touch $@

$(VENV)/dev: $(VENV)/run tests/requirements.txt requirements-dev.txt
	$(VENV)/bin/pip install -q -r requirements-dev.txt
	$(VENV)/bin/pip install -q --no-deps --ignore-requires-python $(RUNTIME)  # Microsoft's: runs on 3.11, says 3.13
	@touch $@

$(OTHER_PYTHONS:%=.venv-%/tests): .venv-%/tests: requirements.txt function_app/local/requirements.txt tests/requirements.txt
	@for python in python$* $(HOME)/.pyenv/versions/$*.*/bin/python$*; do \
	  if $$python -c "" 2>/dev/null; then set -e; echo "Python $*: making .venv-$*"; \
	    $$python -m venv .venv-$*; .venv-$*/bin/pip install -q -r tests/requirements.txt; \
	    .venv-$*/bin/pip install -q --no-deps --ignore-requires-python $(RUNTIME); touch $@; break; fi; \
	done

$(VENV)/checkov/made: $(VENV)/python
	python3 -m venv $(VENV)/checkov  # of its own: it pins what we do not
	$(VENV)/checkov/bin/pip install -q checkov==3.3.30
	@touch $@

$(VENV)/curl: $(VENV)/python
	command -v curl >/dev/null || (apt-get update -qq && apt-get install -qq -y curl)  # the documents' examples are run
	@touch $@

tests/emulators/node_modules/.made: tests/emulators/package-lock.json
	cd tests/emulators && npm ci --no-audit --no-fund
	@touch $@

/usr/bin/chromium:
	apt-get update -q && apt-get install -y -q chromium fonts-noto-cjk

.PHONY: help run load define test $(OTHER_PYTHONS:%=test-%) connector documents release check bench prove
.DEFAULT_GOAL := help
