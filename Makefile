# Each verb works from a fresh clone, does its own set-up, and does only what is missing.
.PHONY: run test check fmt e2e sweep mutants bench lock clean soak chaos
MAKEFLAGS += --no-print-directory
SETUP = @python=$$(sh infra/python.sh) && "$$python" -m infra.setup
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# A file's tests stay in one process. Those of the first two kinds wait more than they compute; browsers do not.
PYTEST = pytest --dist loadfile --no-loadscope-reorder
LOCK = uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" --extra server --extra bot --extra local $(ARGS)

run: ## Start the service; Ctrl-C ends it
	$(SETUP) run && exec .venv/bin/python -m infra.run

test: ## All tests: the page's own, then unit, integration and real browsers
	$(SETUP) test
	@status=0; npm --prefix web --silent test || status=1; \
	$(PYTEST) -n 4 -m 'not mutants' tests/unit tests/integration || status=1; $(PYTEST) -n 2 tests/e2e || status=1; exit $$status

check: ## All that can be told without running it
	$(SETUP) check
	ruff check
	ruff format --check
	mypy
	lint-imports
	npm --prefix web --silent run check
	python -m infra.checks

fmt: ## Format, and fix what a machine can fix
	$(SETUP) check
	ruff check --fix-only
	ruff format

e2e: ## Only the browser tests: make e2e ARGS='-k mute'
	$(SETUP) test
	$(PYTEST) -n 2 tests/e2e $(ARGS)

sweep: ## Only the search for planted addresses and secrets in all that a call leaves behind
	$(SETUP) test
	pytest tests/e2e/test_sweep.py

mutants: ## Only the proof that the waiting room's random search finds what it is there for, 56 seeded bugs
	$(SETUP) test
	pytest -n 2 -m mutants tests/integration $(ARGS)

bench: ## The measurements, into tests/bench/RESULTS.md; some of them: make bench ARGS='pairing hub'
	$(SETUP) test
	python -m tests.bench $(ARGS)

soak: ## One call for an hour, watched: make soak ARGS=15 for a quarter of one, ARGS=bot for eleven minutes with the bot
	$(SETUP) test
	python -m tests.soak $(ARGS)

chaos: ## A hundred thousand matches in storms of faults: make chaos ARGS='--seed 7 --matches 5000'
	$(SETUP) test
	python -m tests.chaos $(ARGS)

lock: ## Write the locks anew: make lock ARGS=--upgrade
	$(SETUP) check
	python -m pip install --quiet uv
	$(LOCK) --group dev -o requirements/dev.txt pyproject.toml
	$(LOCK) -c requirements/dev.txt -o requirements/run.txt pyproject.toml
	npm --prefix web install --package-lock-only --ignore-scripts

clean: ## Remove all that was made here, secrets included
	rm -rf .venv .run web/node_modules web/dist tests/e2e/shots
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
