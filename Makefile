# Every developer task by name. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
PY := .venv/bin/python
UV := .venv/bin/uv

.PHONY: help setup demo serve test prove check format lock schema web bench clean

help: ## list the tasks
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: ## environment with locked dependencies, built web assets
	@tools/setup

demo: setup ## a seeded world with a LIVE running; prints where to click; Ctrl-C stops all of it
	@exec .venv/bin/largesse demo

serve: setup ## an empty service on port 8700
	@exec .venv/bin/largesse serve

test: setup ## every test and gate
	@tools/test

prove: setup ## the long forms: more seeds, soak, five million rows, an hour of torture
	@tools/prove

check: ## gates only: format, lint, types, imports, tidiness, web types and tests
	@tools/check

format: ## format and mend what can be mended
	@.venv/bin/ruff format src tests bench tools
	@.venv/bin/ruff check --fix-only -q src tests bench tools

lock: ## compile the locks again
	@tools/lock

schema: ## write migrations/schema.sql from the migrations
	@tools/schema

web: ## build the web assets
	@tools/web-build

bench: setup ## run every benchmark that the README quotes
	@$(PY) -m bench

clean: ## remove what setup made
	@rm -rf .venv web/node_modules src/largesse/web/static
