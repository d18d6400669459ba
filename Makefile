# Promise Desk. `make run` starts a demo, `make test` proves it; `make help` lists all.

PYTHON ?= python3
export PYTHON
PORT ?= 8069
DB ?=
ADDONS ?=
TESTS ?=
JOBS ?= 0

# exec: signals reach the program itself, not a shell around it.
DESK = exec env PYTHONPATH=scripts $(PYTHON) -B -m workbench

.DEFAULT_GOAL := help
.PHONY: help setup run test test-stock lint format pot clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 22

setup: ## install what is missing: Odoo 19, Python packages
	@$(DESK) setup

run: ## the demo database, and a server on http://localhost:8069 (PORT=, DB=)
	@$(DESK) run --port "$(PORT)" --database "$(DB)"

test: ## every test (ADDONS="a b" or TESTS="tests/test_x.py": only those; JOBS=)
	@$(DESK) test --addons "$(ADDONS)" --tests "$(TESTS)" --jobs "$(JOBS)"

test-stock: ## stock Odoo's own suites with the addons installed
	@$(DESK) test-stock

lint: ## check sources, views and translations
	@$(DESK) lint

format: ## bring the sources into the form that lint asks for
	@$(DESK) format

pot: ## write the addons' translation templates (ADDONS=)
	@$(DESK) pot --addons "$(ADDONS)"

clean: ## remove all that was built, demo database included
	@$(DESK) clean

# These come with the folder bench/.
ifneq ($(wildcard bench/run.py),)
.PHONY: bench
bench: ## measure against stock Odoo, on generated data (ARGS=)
	@$(DESK) python bench/run.py $(ARGS)
endif

ifneq ($(wildcard bench/calibrate.py),)
.PHONY: calibrate
calibrate: ## how often promises would have held (CSV=deliveries.csv, FROM=first day)
	@$(PYTHON) -B bench/calibrate.py $(if $(CSV),--csv "$(CSV)") $(if $(FROM),--from "$(FROM)") $(ARGS)
endif

ifneq ($(wildcard bench/calibrate_payments.py),)
.PHONY: calibrate-payments
calibrate-payments: ## how sure dates of payments would have been (CSV=invoices.csv, FROM=)
	@$(PYTHON) -B bench/calibrate_payments.py $(if $(CSV),--csv "$(CSV)") $(if $(FROM),--from "$(FROM)") $(ARGS)
endif

ifneq ($(wildcard bench/calibrate_cash.py),)
.PHONY: calibrate-cash
calibrate-cash: ## how often weekly receipts lie within the fan (CSV=invoices.csv, FROM=)
	@$(PYTHON) -B bench/calibrate_cash.py $(if $(CSV),--csv "$(CSV)") $(if $(FROM),--from "$(FROM)") $(ARGS)
endif

ifneq ($(wildcard bench/calls.py),)
.PHONY: bench-calls
bench-calls: ## measure calls under load, up to the agent's screen (ARGS=)
	@$(DESK) python bench/calls.py $(ARGS)
endif

ifneq ($(wildcard bench/dealers.py),)
.PHONY: bench-dealers
bench-dealers: ## measure the ranking of dealers against stock's (ARGS="--small")
	@$(DESK) python bench/dealers.py $(ARGS)
endif

ifneq ($(wildcard tests/mutate.py),)
.PHONY: mutate
mutate: ## put deliberate faults in, see that each is noticed (ARGS="--plain")
	@$(DESK) python tests/mutate.py $(ARGS)
endif

ifneq ($(wildcard tests/random_days/__main__.py),)
.PHONY: random-days
random-days: ## random working days against a ledger (DAYS=2000 SEED=7, ARGS="--day 7/31")
	@$(DESK) python tests/random_days/__main__.py $(if $(DAYS),--days "$(DAYS)") $(if $(SEED),--seed "$(SEED)") $(ARGS)
endif
