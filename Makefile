# `make` alone prints this help. PYTHON=… chooses the interpreter for `make setup`.
.DEFAULT_GOAL := help
.PHONY: help setup demo test check bench storm sabotage mutation screenshots up down clean lock
PYTHON ?=
RUN := .venv/bin/python

help: ## Show this help
	@echo 'Casework: after-sales cases as durable workflows'
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv and install the locked packages (again only when the lock changed)
	@PYTHON='$(PYTHON)' sh .ci/setup

demo: setup ## Play Double 11 in a minute
	@./casework demo $(ARGS)

screenshots: setup ## Pictures of every page, to look at, in screenshots/ (ARGS='--only work')
	@$(RUN) -m tests.browser.chromium --required
	@$(RUN) -m tests.screenshots $(ARGS)

up: setup ## Start everything in the foreground; Ctrl-C stops it
	@./casework up $(ARGS)

down: setup ## Stop a running `up`
	@./casework down

test: setup ## Run all tests
	@$(RUN) -m tests.browser.chromium
	@$(RUN) -m pytest $(ARGS)

check: setup ## Lint, format, types, import contracts, lock
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m pyright
	@.venv/bin/lint-imports
	@$(RUN) .ci/lock.py --check

bench: setup ## Measure a plain return against the budgets
	@$(RUN) -m bench $(ARGS)

sabotage: setup ## Plant twelve defects one by one, in a copy; the tests must catch each
	@$(RUN) -m tests.sabotage $(ARGS)

mutation: setup ## Count the small slips in ledger and clocks that the tests notice (ARGS='--sample 90')
	@$(RUN) -m tests.mutation $(ARGS)

storm: setup ## Kill everything under 2,000 cases and judge it; all proofs of money
	@./casework storm $(ARGS); status=$$?; $(RUN) -m storm.sizes && exit $$status

clean: ## Stop a running `up`; remove its state and the caches, not .venv
	@if [ -x $(RUN) ]; then ./casework down; fi
	@rm -rf .casework .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	@find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

lock: setup ## Write requirements.lock anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(RUN) .ci/lock.py $(ARGS)
