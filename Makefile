# Every command of the project. `make help` explains them; each installs what it needs first.

PYTHON ?= python3
RUN := .venv/bin/python
# A dozen processes begin with the product: what one has compiled, the others need not compile again.
unexport PYTHONDONTWRITEBYTECODE
TEMPLATES = $(shell find templates campaigns channels -name '*.html')

.DEFAULT_GOAL := help
.PHONY: help demo run test check bench chaos hosts tour format assets messages translations check-types check-others compiled-tests setup setup-dev setup-bench has-python lock

help: ## Explain every command
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "Settings, as in 'make demo PORT=9000': PORT (8000), PYTHON (python3), and those of .env.example."

demo: setup ## Try it with a sample: everything is installed into this folder and started; Ctrl-C stops it
	@exec $(RUN) -m cascade_site.supervisor demo

run: setup ## Use it for real: the same without the sample, beginning with the first admin's account
	@exec $(RUN) -m cascade_site.supervisor run

test: setup-dev ## Install what tests need, then all checks and all tests
	@$(MAKE) --no-print-directory --jobs=2 check-types check-others compiled-tests
	@$(RUN) -m scripts.assets
	@CHROMIUM=$$($(RUN) -m scripts.chromium) $(RUN) -m pytest --numprocesses=3 --dist=worksteal

check: setup-dev ## Format, lint, types, import contracts, migrations, templates, dependencies, translations
	@$(MAKE) --no-print-directory --jobs=2 check-types check-others

check-types:
	$(RUN) -m mypy .

check-others:
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	.venv/bin/lint-imports
	$(RUN) -W ignore manage.py makemigrations --check --dry-run
	@echo .venv/bin/djade --target-version 5.2 --check '*.html'; .venv/bin/djade --target-version 5.2 --check $(TEMPLATES)
	.venv/bin/deptry .
	$(RUN) -m scripts.translations --check

# While the types are looked at a processor is free: three processes would each make ready what one can here.
compiled-tests:
	@DATABASE_URL=postgresql:///none $(RUN) -m pytest --collect-only --quiet --quiet >/dev/null || true

bench: setup-bench ## Measure how fast it is (WHAT=send one thing, PEOPLE=5000 for so many); needs Debian's nginx-light and libnginx-mod-http-echo
	@$(RUN) -m tests.bench $(WHAT)

chaos: setup-dev ## Break it in every way and see what holds (CASE=kill_mid_http for one, BROKER=redis or rabbitmq)
	@$(RUN) -m tests.chaos $(if $(BROKER),--broker=$(BROKER)) $(CASE)

hosts: setup-dev ## Play it on several hosts, made of network namespaces: one joins, one is cut off; needs root
	@$(RUN) -m tests.hosts

tour: setup-dev ## Take a picture of every page of the demo, and write docs/tour.md
	@$(RUN) -m scripts.assets
	@CHROMIUM=$$($(RUN) -m scripts.chromium) $(RUN) -m tests.tour

format: setup-dev ## Put code and templates into shape
	$(RUN) -m ruff check --fix-only .
	$(RUN) -m ruff format .
	.venv/bin/djade --target-version 5.2 $(TEMPLATES)

assets: setup ## Lay out what the browser loads, from node_modules
	@$(RUN) -m scripts.assets

messages: setup-dev ## Bring the catalogs in locale/ up to date with the texts of the product, and compile them
	@$(RUN) -m scripts.messages
	@$(RUN) -m scripts.translations

translations: setup ## Compile the translations
	@$(RUN) -m scripts.translations

lock: ## Pin the newest versions that pyproject.toml allows (needs uv)
	uv pip compile -q --upgrade $(PIN) pyproject.toml --extra redis -o requirements.txt
	uv pip compile -q $(PIN) -c requirements.txt pyproject.toml --extra redis --group dev -o requirements-dev.txt
	uv pip compile -q $(PIN) -c requirements-dev.txt pyproject.toml --extra redis --group dev --group bench -o requirements-bench.txt

PIN = --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

setup: | has-python
	@$(PYTHON) -m scripts.setup

setup-dev: | has-python
	@$(PYTHON) -m scripts.setup --dev

setup-bench: | has-python
	@$(PYTHON) -m scripts.setup --bench

has-python:
	@command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON) here: install Python 3.11 or later, or name one with PYTHON=." >&2; exit 1; }
