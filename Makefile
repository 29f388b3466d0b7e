# Mudir. `make demo` starts it, `make test` checks it; both set up what they need.

PYTHON ?=
CLIENTS ?= 100000
CASES ?= 20000
export PYTHON
UV_LOCK = .venv/bin/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --no-annotate \
	--universal --python-version 3.12

.PHONY: help demo test api-cases lint bench wheel lock messages

help:
	@echo "make demo       start Mudir with a demo company (MUDIR_DATA, MUDIR_HOST, MUDIR_PORT, DATABASE_URL)"
	@echo "make test       lint and run every test, the browser tests included"
	@echo "make api-cases  ask the API whatever its description allows, and what it does not (CASES=20000)"
	@echo "make bench      measure the pages beside a bare Django view (CLIENTS=100000)"
	@echo "make wheel      build dist/*.whl with the browser packages and translations inside"
	@echo "make lock       lock the Python and browser packages again after a change of pyproject.toml or package.json"
	@echo "make messages   collect the texts to translate into src/mudir/locale"

demo:
	@sh scripts/prepare demo
	@MUDIR_DATA="$${MUDIR_DATA:-$$PWD/.demo}" exec .venv/bin/python -m mudir.cli demo

test:
	@sh scripts/prepare test
	@status=0; $(MAKE) --no-print-directory lint || status=1; \
	.venv/bin/python -m pytest -n 2 $(TESTS) || status=1; exit $$status

api-cases:
	@sh scripts/prepare test
	@API_CASES="$(CASES)" .venv/bin/python -m pytest -n 2 -s src/mudir/api/tests/test_cases.py

lint:
	@.venv/bin/ruff check --quiet src tools conftest.py vendor.py
	@said=$$(.venv/bin/lint-imports --no-cache 2>&1) || { echo "$$said"; exit 1; }

bench:
	@sh scripts/prepare test >&2
	@.venv/bin/python -m mudir.demo.bench --clients "$(CLIENTS)"

wheel:
	@sh scripts/prepare test
	@.venv/bin/python -m build --wheel

lock:
	@sh scripts/prepare test
	@.venv/bin/python -m pip install --quiet uv
	$(UV_LOCK) pyproject.toml --group build -o requirements.txt
	$(UV_LOCK) pyproject.toml --group dev -o requirements-dev.txt
	$(UV_LOCK) --group node -o requirements-node.txt
	npm install --package-lock-only --ignore-scripts

messages:
	@sh scripts/prepare test
	@cd src/mudir && MUDIR_DEBUG=1 ../../.venv/bin/python -m django makemessages --settings=mudir.settings \
		-l ar --no-wrap --no-location --ignore "static/vendor/*"
