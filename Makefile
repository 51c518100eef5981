SHELL := /bin/bash
VENV := .venv
PYTHON := $(VENV)/bin/python
TESTS := PYTHONPATH=tests $(PYTHON) -m
NPM := $(addsuffix /node_modules/.made,tests/emulators tests/agents/npm tests/clients/typescript tests/bi_tools/npm)
OTHER_PYTHONS := $(filter-out $(shell python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])'),3.11 3.12 3.13)
export PYTHONDONTWRITEBYTECODE := 1
export UV_SYSTEM_CERTS := 1
export UV_HTTP_TIMEOUT := 180

# What pyproject.toml asks for, in the versions and with the hashes of requirements-dev.txt. Bytecode is compiled at once,
# because no later process writes any. Microsoft's runtime says 3.13, and works on 3.11.
UV := $(VENV)/bin/uv
LOCKED := --compile-bytecode --require-hashes --constraints requirements-dev.txt
RUNTIME := --no-deps --python-version 3.13 $(shell sed -n 's/^\(azure-functions-runtime==[0-9.]*\).*/\1/p' requirements.txt)
COMPILE := $(UV) pip compile pyproject.toml --no-config --universal --generate-hashes --no-strip-extras --quiet
install = $(UV) pip install --python $(1)/bin/python $(LOCKED) $(2) || \
  { echo "After a change of the ranges in pyproject.toml: make requirements"; exit 1; }

help:  ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run  ## Serve http://localhost:7071/api with a sample instance; PORT, DATA_DIR and every setting are honoured
	@PYTHONDONTWRITEBYTECODE= $(PYTHON) -m function_app.local serve

load: $(VENV)/run  ## Load FOLDER (definition.json, a folder of snapshots per entity) into the running host
	@$(PYTHON) -m function_app.local load $(if $(FOLDER),"$$FOLDER") $(if $(INSTANCE),--instance $(INSTANCE)) $(if $(REPLACE),--replace)

define: $(VENV)/run  ## Propose a definition.json for FOLDER, with CSV or Parquet files of customers and activities
	@$(PYTHON) -m function_app.local define $(if $(FOLDER),"$$FOLDER")

test: $(VENV)/dev  ## Run everything, from a clean checkout on a bare machine
	@$(MAKE) --silent --no-print-directory -j4 -Otarget check $(VENV)/checkov/made $(VENV)/curl $(NPM) /usr/bin/chromium \
	  $(OTHER_PYTHONS:%=.venv-%/tests)
	@$(MAKE) --silent --no-print-directory -j4 -k -Otarget test-http test-browser test-proof test-stores test-others $(OTHER_PYTHONS:%=test-%)

# Parts beside each other, because each waits much: for browsers, servers and expiries. A new folder is in `test-others`.
BROWSER := tests/browser
STORES := $(addprefix tests/,contract agents bi_tools clients)
HTTP := $(addprefix tests/,http host)
PROOF := tests/proof
test-browser:
	$(PYTHON) -m pytest $(BROWSER)

test-stores:
	$(PYTHON) -m pytest $(STORES)

test-http:
	$(PYTHON) -m pytest $(HTTP)

test-proof:
	$(PYTHON) -m pytest $(PROOF)

test-others:
	$(PYTHON) -m pytest $(addprefix --ignore=,$(BROWSER) $(STORES) $(HTTP) $(PROOF))

OF_COSMOS := cosmos_store or silence or sizing or round_trips or stand_in or throttling
# What depends on Python most, without what takes long: the contract over Cosmos DB, Parquet. The worker is on 3.13 anyway.
$(OTHER_PYTHONS:%=test-%): test-%: .venv-%/tests
	@if [ ! -e $< ]; then echo "Python $* is not on this machine: its tests are left out"; else \
	  echo "Python $*:"; .venv-$*/bin/python -m pytest -p no:cacheprovider -k "not ($(OF_COSMOS) or parquet)" tests/unit tests/contract; fi

# Constrained by requirements.txt, so that the tests run on what is deployed.
requirements: $(VENV)/uv  ## Compile requirements*.txt from the ranges in pyproject.toml; UPGRADE=1 takes the newest releases
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --output-file requirements.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --all-extras --constraints requirements.txt --output-file requirements-dev.txt

lowest: .venv-lowest/tests $(VENV)/curl tests/emulators/node_modules/.made  ## Run unit, contract and HTTP tests with the lowest releases that pyproject.toml allows
	.venv-lowest/bin/python -m pytest -p no:cacheprovider -k "not cosmos_store" tests/unit tests/contract tests/http

connector: $(VENV)/dev  ## Generate the connector's definition; with INSTANCE the one made for an instance of the running host
	@$(PYTHON) -m connector.build.$(if $(INSTANCE),instance $(INSTANCE) connector,swagger)

documents: $(VENV)/dev  ## Write the tables of operations, settings and error codes into function_app/README.md
	$(TESTS) support.readme

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
	$(TESTS) bench

prove: $(VENV)/dev  ## Prove the promises under kills, faults, races, load and hostile input, in the long form: an hour
	$(TESTS) proof

$(VENV)/uv: requirements-dev.txt
	@.make/quietly "Making $(VENV) and installing uv into it (about 5 s)" bash -c 'set -eo pipefail; \
	  [ -x $(PYTHON) ] || python3 -m venv $(VENV); \
	  sed -n "/^uv==/,/# via/p" requirements-dev.txt | $(VENV)/bin/pip install -r /dev/stdin'
	@touch $@

$(VENV)/run: $(VENV)/uv pyproject.toml requirements-dev.txt
	@.make/quietly "Installing the service and its local host into $(VENV) (300 MB, about 10 s)" \
	  bash -c '$(call install,$(VENV),-r pyproject.toml --extra local)'
	@touch $@

$(VENV)/dev: $(VENV)/run
	@.make/quietly "Installing what the tests need into $(VENV) (400 MB, about 20 s)" \
	  bash -c '$(call install,$(VENV),-r pyproject.toml --all-extras); $(call install,$(VENV),$(RUNTIME))'
	@touch $@

$(OTHER_PYTHONS:%=.venv-%/tests): .venv-%/tests: $(VENV)/uv pyproject.toml requirements-dev.txt
	@for python in python$* $(HOME)/.pyenv/versions/$*.*/bin/python$*; do \
	  if $$python -c "" 2>/dev/null; then \
	    .make/quietly "Installing the service and its tests into .venv-$* (300 MB, about 10 s)" bash -c 'set -e; \
	      "$$0" -m venv .venv-$*; \
	      $(call install,.venv-$*,-r pyproject.toml --extra local --extra tests); \
	      $(call install,.venv-$*,$(RUNTIME))' $$python || exit 1; \
	    touch $@; break; fi; \
	done

.venv-lowest/tests: $(VENV)/uv pyproject.toml
	@.make/quietly "Installing the lowest releases that pyproject.toml allows into .venv-lowest (about 20 s)" bash -c 'set -e; \
	  $(UV) venv --clear --python $(PYTHON) .venv-lowest; \
	  $(UV) pip install --python .venv-lowest/bin/python --compile-bytecode --resolution lowest-direct \
	    -r pyproject.toml --all-extras; \
	  $(UV) pip install --python .venv-lowest/bin/python --compile-bytecode $(RUNTIME)'
	@touch $@

$(VENV)/checkov/made: $(VENV)/uv
	@.make/quietly "Installing checkov into $(VENV)/checkov (270 MB, about 20 s)" bash -c 'set -e; \
	  $(UV) venv --clear --python $(PYTHON) $(VENV)/checkov; `# of its own: it pins what we do not` \
	  $(UV) pip install --python $(VENV)/checkov/bin/python --compile-bytecode checkov==3.3.30'
	@touch $@

$(VENV)/curl: $(VENV)/uv  # the documents' examples are run
	@command -v curl >/dev/null || .make/quietly "Installing curl (Debian, about 10 s)" \
	  bash -c "apt-get update && apt-get install -y curl"
	@touch $@

$(NPM): %/node_modules/.made: %/package-lock.json
	@.make/quietly "Installing the packages of $* (npm, about 30 s)" npm ci --prefix $* --no-audit --no-fund
	@touch $@

/usr/bin/chromium: | $(VENV)/curl  # one apt-get at a time
	@.make/quietly "Installing Chromium (Debian, 500 MB, about 60 s)" \
	  bash -c "apt-get update && apt-get install -y chromium fonts-noto-cjk"

.PHONY: help run load define test test-browser test-stores test-http test-proof test-others $(OTHER_PYTHONS:%=test-%) requirements lowest connector documents release check bench prove
.DEFAULT_GOAL := help
