# Two commands are enough on a fresh machine: `make simulate` calls the demonstration hotline from the keyboard, and
# `make test` runs every check. Both need only make and Python 3.11 or later. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COVERED := --fail-under 100 --fail-under noinput=90 --fail-under nomatch=90
HOTLINES := $(patsubst %/menu.yaml,%,$(wildcard menus/*/menu.yaml))
PICTURE := docs/shop.png

# Two more than the processors: many tests wait for a server, a terminal or a clock.
WORKERS = $$($(BIN)/python -c "import os; print(min(6, (os.cpu_count() or 1) + 2))")

.PHONY: simulate test attack help static hotlines serve bench mutants picture lock clean browser prism voice

simulate: $(VENV)/.simulate  ## call the demonstration hotline from the keyboard
	@$(BIN)/ivr simulate

test: $(VENV)/.test  ## format, lint, types, imports, every hotline and every test
	@echo "the checks run beside the tests; what they say follows at the end"
	@said=$$(mktemp); \
	$(MAKE) --no-print-directory --keep-going static hotlines >"$$said" 2>&1 & checks=$$!; \
	trap 'kill $$checks; rm -f "$$said"; exit 130' INT TERM; \
	$(BIN)/pytest -n "$(WORKERS)" --dist worksteal; tests=$$?; \
	wait $$checks; checks=$$?; cat "$$said"; rm -f "$$said"; \
	[ $$tests = 0 ] || echo "The tests failed: see above."; \
	[ $$checks = 0 ] || echo "A check failed: see the lines above."; \
	[ $$tests = 0 ] && [ $$checks = 0 ]

attack: $(VENV)/.test  ## run every attack at full length, and print what came of it
	$(BIN)/pytest --long -m attack -v

help:  ## list what make can do
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

static: $(VENV)/.test  ## format, lint, types and imports alone
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

hotlines: $(VENV)/.test  ## check, test and explore every hotline under menus/
	@set -e; for hotline in $(HOTLINES); do $(BIN)/ivr check $$hotline; $(BIN)/ivr test $$hotline $(COVERED); $(BIN)/ivr explore $$hotline; done

serve: $(VENV)/.simulate  ## answer webhooks on this machine, unsigned, for trying things out
	$(BIN)/ivr serve --insecure

bench: $(VENV)/.test  ## measure a turn beside its peers, and what grows with the tree
	$(BIN)/python -m benchmarks.turns
	$(BIN)/python -m benchmarks.slow_service
	$(BIN)/python -m benchmarks.growth --rounds 1

mutants: $(VENV)/.test  ## put 300 small faults into the core, one at a time, and see which the tests do not notice (long)
	nice $(BIN)/python -m tests.mutants $(MUTANTS)

picture: $(VENV)/.simulate browser  ## draw the README's picture again: what `ivr new` makes
	@set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(BIN)/ivr new "$$folder/shop" >/dev/null; \
	$(BIN)/ivr graph "$$folder/shop" --language en-US --format svg --output "$$folder/shop.svg"; \
	size=$$(sed -n '1s/.* width="\([0-9]*\).* height="\([0-9]*\).*/\1,\2/p' "$$folder/shop.svg"); \
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=2 --window-size="$$size" \
		--screenshot=$(PICTURE) "file://$$folder/shop.svg" 2>/dev/null; \
	echo "wrote $(PICTURE)"

browser:  ## install Chromium for the browser's tests and the picture (Debian, as root)
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; }

prism:  ## install the mock of Twilio's REST API for the contract tests (node)
	npm ci --prefix tests/prism --ignore-scripts --no-audit --no-fund --silent

voice:  ## install the voice that the model of spoken seconds is compared with (Debian, as root)
	@command -v espeak-ng >/dev/null || { apt-get update -qq && apt-get install -y -qq --no-install-recommends espeak-ng >/dev/null; }

lock: $(VENV)/.test  ## write the lock files anew from pyproject.toml
	@set -e; compile="$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml"; \
	$$compile -o requirements/base.lock; \
	$$compile --extra pictures -o requirements/pictures.lock; \
	$$compile --group dev -o requirements/dev.lock

clean:  ## remove what was made here
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# An environment counts only when it is whole: one that was interrupted has no `.made`, and is made anew.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name one: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make an environment. On Debian or Ubuntu: apt-get install $(notdir $(PYTHON))-venv"; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.simulate: pyproject.toml requirements/base.lock requirements/pictures.lock | $(VENV)/.made
	@echo "installing into $(VENV) (once)"
	@$(PIP) --require-hashes -r requirements/base.lock
	@$(PIP) --no-deps --editable .
	@$(PIP) --only-binary :all: --require-hashes -r requirements/pictures.lock \
		|| echo "ivr graph draws no SVG on this machine; everything else works"
	@touch $@

$(VENV)/.test: requirements/dev.lock | $(VENV)/.simulate
	@echo "installing the tools of the tests (once)"
	@$(PIP) --require-hashes -r requirements/dev.lock
	@touch $@
