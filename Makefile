# `make` alone explains itself: every target that is meant for people has a `##` comment.
#
# On a bare Debian 12 this needs python3 (3.11 or newer), python3-venv and make; all else goes
# into .venv, pinned by hash.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
WORKERS ?= 1
# More than there are cores: most threads wait for a disk or for a slow download.
THREADS ?= 16
ARGS ?=

BIN := .venv/bin
DEMO := $(CURDIR)/.demo
ENGINES := sqlite postgres scale
PYTEST := $(BIN)/python -m pytest -n 2 $(ARGS)
GRANIAN := $(BIN)/granian --interface wsgi --http 1 --no-ws --port $(PORT) \
	--blocking-threads $(THREADS) --respawn-failed-workers --workers-kill-timeout 30 \
	config.wsgi:application
# Servers share a port without a word, and each gets a part of the requests.
PORT_IS_FREE = $(BIN)/python -c 'import socket, sys; s = socket.socket(); \
	s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.bind((sys.argv[1], $(PORT)))' $(1) \
	2>/dev/null || { echo "Port $(PORT) is taken. Choose another: make PORT=8001 $@" >&2; exit 1; }

# The settings refuse to load without a key, also for commands that sign and serve nothing.
KEYLESS := DEBUG=false SECRET_KEY_FILE= SECRET_KEY=this-command-neither-signs-nor-serves \
	PUBLIC_URL=http://127.0.0.1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print this list
	@echo "Trailkeeper. Targets:"
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Variables: PYTHON ($(PYTHON)), PORT ($(PORT)), ARGS (more words for the command)"

# --- The environment --------------------------------------------------------------------------

.PHONY: install
install: .venv/installed ## Make the virtual environment from the lock file

.venv/installed: requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed. Say which: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments." \
			"On Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes --requirement requirements-dev.txt
	@touch $@

# Pages name their static files by hash; this manifest knows the hashes.
static-root/staticfiles.json: .venv/installed $(shell find static 2>/dev/null)
	$(KEYLESS) $(BIN)/python manage.py collectstatic --noinput --verbosity 0

# --- Running it -------------------------------------------------------------------------------

# The demo has a data folder and a key of its own, and shares nothing with a real instance.
.PHONY: demo demo-data
demo demo-data: export DATA_DIR = $(DEMO)
demo demo-data: export VAULT_ROOT = $(DEMO)/vault
demo demo-data: export DATABASE_URL = sqlite:///$(DEMO)/trailkeeper.sqlite3
demo demo-data: export SECRET_KEY =
demo demo-data: export SECRET_KEY_FILE = $(DEMO)/secret-key
demo demo-data: export LOG_KEY =
demo demo-data: export LOG_KEY_FILE = $(DEMO)/log-key.pem
demo demo-data: export DEBUG = false
demo demo-data: export LOG_FORMAT = text
demo demo-data: export PUBLIC_URL = http://127.0.0.1:$(PORT)
demo demo-data: export ALLOWED_HOSTS = 127.0.0.1,localhost

demo: demo-data ## Serve an instance with made-up data on http://127.0.0.1:8000
	@echo
	@echo "  Trailkeeper is at $(PUBLIC_URL)"
	@echo "  Sign-ins are listed above. Ctrl-C stops it; rm -r .demo forgets it."
	@echo
	@$(call PORT_IS_FREE,127.0.0.1)
	@$(GRANIAN) --host 127.0.0.1

demo-data: .demo/secret-key .demo/log-key.pem static-root/staticfiles.json ## Make the demo's data without serving it
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(BIN)/python manage.py createcachetable --verbosity 0
	@$(BIN)/python manage.py demo

.demo/secret-key: | .venv/installed
	@mkdir -p -m 0700 .demo
	@umask 077 && $(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(48))' > $@

# Signs the demo's checkpoints, and nothing else: what it proves is made up.
.demo/log-key.pem: | .venv/installed
	@mkdir -p -m 0700 .demo
	@umask 077 && $(BIN)/python -c \
		'from evidence.ledger.note import new_private_key; print(new_private_key(), end="")' > $@

.PHONY: run
run: static-root/staticfiles.json ## Serve the instance that the environment describes
	@$(call PORT_IS_FREE,$(HOST))
	$(GRANIAN) --host $(HOST) --workers $(WORKERS)

# --- Checking it ------------------------------------------------------------------------------

# All runs happen, whatever the first says, and all must pass.
.PHONY: test
test: .venv/installed ## Test on SQLite, on PostgreSQL, and as an application role with a vault on S3
	@verdict=0; \
	for engine in $(ENGINES); do $(PYTEST) --engine $$engine || verdict=1; done; \
	exit $$verdict

.PHONY: test-sqlite test-postgres test-scale
test-sqlite: .venv/installed ## Test on SQLite
	$(PYTEST) --engine sqlite

test-postgres: .venv/installed ## Test on a PostgreSQL made for the run (or TESTS_POSTGRES_URL)
	$(PYTEST) --engine postgres

test-scale: .venv/installed ## Test on PostgreSQL as a role that owns nothing, with a vault on S3
	$(PYTEST) --engine scale

.PHONY: soak
soak: .venv/installed ## Run the long tests that look for leaks and rare races
	@verdict=0; \
	for engine in $(ENGINES); do $(PYTEST) --engine $$engine -m soak || verdict=1; done; \
	exit $$verdict

.PHONY: bench
bench: static-root/staticfiles.json ## Print a table of figures against yardsticks (ARGS=--quick: less data)
	$(BIN)/python -m tests.bench $(ARGS)

.PHONY: screenshots
screenshots: static-root/staticfiles.json ## Take a picture of every page (ARGS=--only home)
	$(BIN)/python -m tests.screenshots $(ARGS)

# All checks run, so that one call shows all there is to mend.
.PHONY: lint
lint: .venv/installed ## Check style, templates and the walls between modules
	@verdict=0; \
	$(BIN)/ruff check || verdict=1; \
	$(BIN)/ruff format --check || verdict=1; \
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 --check {} + || verdict=1; \
	$(BIN)/lint-imports || verdict=1; \
	exit $$verdict

.PHONY: format
format: .venv/installed ## Mend what lint can mend by itself
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

.PHONY: types
types: .venv/installed ## Check types
	$(KEYLESS) $(BIN)/mypy

# The runtime's list takes its versions from the developers' list: what runs is what was tested.
UV_LOCK := $(BIN)/uv pip compile --universal --generate-hashes --no-header --python-version 3.11

.PHONY: lock
lock: .venv/installed ## Pin dependencies by hash (ARGS=--upgrade: take newer versions)
	$(UV_LOCK) $(ARGS) pyproject.toml --all-extras -o requirements-dev.txt
	$(UV_LOCK) $(ARGS) pyproject.toml -c requirements-dev.txt -o requirements.txt

.PHONY: clean
clean: ## Remove caches and built files; keeps .venv, .demo and .data
	rm -rf build dist static-root screenshots bench-results *.egg-info
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
