# make help lists the targets. Everything lives below this folder: .venv, node_modules, static/vendor, var.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PORT ?= 8000
M ?=
ONLY ?=
ARGS ?=
# The first Python that is new enough and really starts; PYTHON=… chooses another.
PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python,\
  $(shell $(name) -c 'import sys, venv, ensurepip; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
# What is installed: .venv/.runtime to run, .venv/.dev to test as well.
PACKAGES ?= .venv/.runtime

export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1
PY := .venv/bin/python
MANAGE := $(PY) manage.py
APPS := core accounts ecommerce analytics notifications config
CODE := $(shell find $(APPS) templates static/js -path '*/migrations' -prune -o \( -name '*.py' -o -name '*.html' -o -name '*.js' \) -print 2>/dev/null)
WORDS := $(wildcard locale/*/zh_Hans/LC_MESSAGES/django.po)

.PHONY: help setup ready test demo reset worker check fmt bench shell words

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'
	@echo
	@echo "  PORT=$(PORT) (demo)   M=<merchant> (shell)   ONLY=<name> (bench)   ARGS='-k stock' (test)   PYTHON=$(PYTHON)"

setup: ready ## install everything into this folder; quick when it is there
	@echo "Ready. make demo shows it, make test checks it."

ready: var/env static/vendor/.built var/.words

.venv/pyvenv.cfg:
	@test -n "$(PYTHON)" || { echo "No Python 3.11 or newer with venv found. Name one: make $(or $(MAKECMDGOALS),setup) PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/pyvenv.cfg
	$(PY) -m pip install -qq --require-hashes -r requirements.txt
	@touch $@

.venv/.dev: requirements-dev.txt | .venv/pyvenv.cfg
	$(PY) -m pip install -qq --require-hashes -r requirements-dev.txt
	@touch $@ .venv/.runtime

# Node of the machine if it is new enough, else the one that comes as a Python package.
node_modules/.installed: package.json package-lock.json .npmrc | $(PACKAGES)
	@node -e 'process.exit(+process.versions.node.split(".")[0] < 18)' 2>/dev/null && npm --version >/dev/null 2>&1 \
	  || $(PY) -m pip install -qq --require-hashes -r requirements-node.txt
	npm ci --no-progress --loglevel=error
	@touch $@

static/vendor/.built: node_modules/.installed $(CODE) | $(PACKAGES) var/env
	$(MANAGE) build_assets
	@touch $@

var/.words: $(WORDS) | $(PACKAGES) var/env
	$(MANAGE) messages --compile
	@touch $@

var/env: | $(PACKAGES)
	@mkdir -p var
	@umask 077; $(PY) -c 'import secrets; print("SECRET_KEY=" + secrets.token_urlsafe(50))' > $@
	@echo "wrote $@ with a new secret key"

test: ## the whole suite on SQLite (ARGS for pytest)
	@$(MAKE) ready PACKAGES=.venv/.dev
	$(PY) -m pytest -n logical $(ARGS)

demo: ready ## a marketplace to try: data, web server and worker on PORT
	@grep -q '^DEMO=' var/env || printf 'DEMO=true\nSTAFF_MFA_REQUIRED=false\n' >> var/env
	$(MANAGE) migrate --verbosity 0
	$(MANAGE) demo
	$(MANAGE) serve --port $(PORT)

worker: ready ## background work alone
	$(MANAGE) worker

reset: ## delete the SQLite database, the uploaded files and the demo
	rm -rf var/storecast.sqlite3* var/files var/demo.json

check: ## lint, types and the contracts of the house
	@$(MAKE) ready PACKAGES=.venv/.dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(PY) -m pytest -n 0 tests/architecture
	$(MANAGE) check

words: ready ## bring the catalogues in step with the code and list what is not translated
	$(MANAGE) messages
	$(MANAGE) messages --check

fmt: ## format the code
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: ## benchmarks against a baseline measured in the same run (ONLY=name)
	@$(MAKE) ready PACKAGES=.venv/.dev
	$(PY) -m bench $(ONLY)

shell: ready ## a Python shell inside one merchant (M=slug)
	$(MANAGE) shell $(if $(M),--merchant $(M))
