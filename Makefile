# Two commands for a newcomer: `make demo` and `make test`. Both set up what they need.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
AGENTS ?= build/agents
TOOLS  ?= build/tools
SOURCE  = src tests demo docs benchmarks ci

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-all agents tools check format docs wheel bench clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(VENV)/.ready ## Make the virtual environment

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --upgrade pip
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev]'
	@touch $@

demo: $(VENV)/.ready ## Tell the whole story on a small git history made in a temporary folder
	@PATH="$(abspath $(BIN)):$$PATH" $(BIN)/python demo/story.py

test: $(VENV)/.ready ## Run the tests
	$(BIN)/python -m pytest -n 2 -q

test-all: tools ## Run the slow ones too: kills, real hook managers, litellm, real agents and tools
	$(BIN)/python -m pip install -q --disable-pip-version-check -e '.[dev,llm]'
	KN_TOOLS="$(abspath $(TOOLS))" KN_REAL_AGENTS="$(abspath $(AGENTS))" $(BIN)/python -m pytest -q -m "slow or not slow"

agents: $(VENV)/.ready ## Install the five coding agents with npm (1.2 GB), for tests with the real ones
	$(BIN)/python -m tests.rig.agents "$(AGENTS)"

tools: $(VENV)/.ready ## Install the programs that read what kn writes: SARIF, MCP, YAML and task runners
	npm install --no-audit --no-fund --prefix "$(TOOLS)" @microsoft/sarif-multitool-linux@5 \
		@modelcontextprotocol/inspector@2.12 yaml-language-server@1.25
	$(PYTHON) -m venv "$(TOOLS)"
	"$(TOOLS)/bin/python" -m pip install -q --disable-pip-version-check sarif-tools skills-ref vscode-task-runner

check: $(VENV)/.ready ## Lint, types, floors, documentation, and the project's own knowledge
	$(BIN)/ruff format --check $(SOURCE)
	$(BIN)/ruff check $(SOURCE)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/generate.py --check
	$(BIN)/kn check

format: $(VENV)/.ready ## Format the code
	$(BIN)/ruff format $(SOURCE)
	$(BIN)/ruff check --fix $(SOURCE)

docs: $(VENV)/.ready ## Renew what the documentation takes from the code
	$(BIN)/python docs/generate.py

wheel: $(VENV)/.ready ## Build the wheel, install it into an empty environment, use it
	$(BIN)/python demo/wheel.py

bench: $(VENV)/.ready ## Time the commands, as ratios to an empty Python process
	$(BIN)/python benchmarks/commands.py

clean: ## Remove what the other targets made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
