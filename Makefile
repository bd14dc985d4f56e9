# make simulate: call the demonstration hotline from the keyboard.   make test: every check of the project.
# Both work on a machine that has only Python 3.11 or later and make.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COVERED := --fail-under 100 --fail-under noinput=90 --fail-under nomatch=90
HOTLINES := $(patsubst %/menu.yaml,%,$(wildcard menus/*/menu.yaml))

.PHONY: simulate test serve bench lock clean browser prism voice

simulate: $(VENV)/.simulate  ## call a hotline from the keyboard
	@$(BIN)/ivr simulate

test: $(VENV)/.test  ## format, lint, types, imports, tests, and every hotline
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@set -e; for hotline in $(HOTLINES); do $(BIN)/ivr check $$hotline; $(BIN)/ivr test $$hotline $(COVERED); $(BIN)/ivr explore $$hotline; done
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile

serve: $(VENV)/.simulate  ## answer webhooks on this machine, unsigned, for trying things out
	$(BIN)/ivr serve --insecure

bench: $(VENV)/.test  ## measure a turn beside its peers, and what grows with the tree
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.slow_service
	$(BIN)/python -m benchmarks.growth --rounds 1

browser:  ## install the browser of the browser tests (Debian, as root)
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

prism:  ## install the mock of Twilio's REST API for the contract tests (node)
	npm ci --prefix tests/prism --ignore-scripts --no-audit --no-fund --silent

voice:  ## install the voice that the model of spoken seconds is compared with (Debian, as root)
	command -v espeak-ng >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends espeak-ng >/dev/null; }

lock: $(VENV)/.test  ## write the lock files anew from pyproject.toml
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --extra pictures pyproject.toml -o requirements-pictures.lock
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --group dev pyproject.toml -o requirements-dev.lock

clean:  ## remove what was made here
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.simulate: pyproject.toml requirements.lock requirements-pictures.lock | $(VENV)/bin/python
	@echo "installing into $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-pictures.lock \
		|| echo "ivr graph draws no SVG on this machine; everything else works"
	@touch $@

$(VENV)/.test: $(VENV)/.simulate requirements-dev.lock
	@echo "installing the tools of the tests (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
