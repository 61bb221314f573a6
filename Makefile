# Every target does its own set-up: it needs git, make and Python 3.11 or later, nothing else.
PYTHON ?= python3
BIN := .venv/bin
DEMO_MONTHS ?= 14
# For the shell: make itself would take a path with a blank in it for two.
HOME_OF_DATA = $${KDI_HOME:-data}
export DAGSTER_DISABLE_TELEMETRY ?= 1
# Each of some hundred processes would else compile for itself what it imports.
unexport PYTHONDONTWRITEBYTECODE
EXPORT = --quiet --frozen --no-emit-project --no-header --no-annotate

.PHONY: help demo demo-postgres ui docs test test-all powerbi lock duckdb2 fuzz audit privacy production object-storage reliability \
	spark spark-full scale truth lint bench clean
.DEFAULT_GOAL := help

help:  ## Show the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

# uv installs what uv.lock says, byte for byte. Where only pip reaches an index (a mirror of PyPI, say), pip installs the
# same from the exported locks.
UV_SYNC = $(BIN)/uv sync --quiet --frozen --inexact
STORES = --extra s3 --extra sftp
PIP_SYNC = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps

$(BIN)/uv: requirements-uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(PIP_SYNC) --require-hashes -r requirements-uv.lock
	@touch $@

# What production and the demo run on. Python's files are compiled once and for all: half of a short command was to compile
# them anew where nobody may write them.
$(BIN)/.ready: $(BIN)/uv uv.lock pyproject.toml
	$(UV_SYNC) --compile-bytecode --no-default-groups --group demo || $(MAKE) --no-print-directory $(BIN)/.ready-dev
	@touch $@

# Tests, linters, benchmarks and the Power BI project's proofs as well.
$(BIN)/.ready-dev: $(BIN)/uv uv.lock pyproject.toml
	$(UV_SYNC) $(STORES) || \
		{ $(PIP_SYNC) --require-hashes -r requirements-dev.lock && $(PIP_SYNC) --no-build-isolation -e .; }
	@touch $@ $(BIN)/.ready

lock: $(BIN)/uv  ## Lock the dependencies anew, and export the locks that pip can install
	$(BIN)/uv lock
	$(BIN)/uv export $(EXPORT) $(STORES) --no-dev --group install --output-file requirements.lock
	$(BIN)/uv export $(EXPORT) $(STORES) --group dev --output-file requirements-dev.lock
	$(BIN)/uv export $(EXPORT) --only-group uv --output-file requirements-uv.lock

demo: $(BIN)/.ready  ## Make sample deliveries, load, build, test and publish them; show them in a PostgreSQL
	$(BIN)/kdi generate --out "$${KDI_INBOX:-$(HOME_OF_DATA)/inbox}" --months $(DEMO_MONTHS) --scale demo --clock
	$(BIN)/kdi load
	$(BIN)/python -m demo.postgres
	@echo "Se kørslerne: make ui. Forbind Power BI, DuckDB eller Python til $(HOME_OF_DATA)/published/current."

demo-postgres: $(BIN)/.ready  ## Show the published tables in a PostgreSQL of its own, until Ctrl-C
	$(BIN)/python -m demo.postgres --stay

ui: $(BIN)/.ready  ## Start the Dagster UI on http://127.0.0.1:3000
	$(BIN)/kdi prepare
	DAGSTER_HOME="$${DAGSTER_HOME:-$$(cd "$(HOME_OF_DATA)" && pwd)/dagster}" $(BIN)/dagster dev --host 127.0.0.1 --port $(or $(PORT),3000)

docs: $(BIN)/.ready  ## Write dbt's documentation of the current release to data/dbt_docs/index.html
	$(BIN)/kdi docs

test: $(BIN)/.ready-dev  ## Run the tests
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --no-loadscope-reorder --durations 10

test-all: $(BIN)/.ready-dev  ## Run the tests, the long ones too (an hour)
	$(BIN)/python -m pytest -m "long or not long"

# The next DuckDB, in an environment of its own, until it is the one in uv.lock (docs/decisions.md).
.venv-duckdb2/.ready: $(BIN)/.ready-dev
	UV_PROJECT_ENVIRONMENT=.venv-duckdb2 $(UV_SYNC) $(STORES)
	$(BIN)/uv pip install --quiet --python .venv-duckdb2/bin/python duckdb==2.0.1
	@touch $@

duckdb2: .venv-duckdb2/.ready  ## Run the readers, the golden figures and the models' unit tests on DuckDB 2
	.venv-duckdb2/bin/python -m pytest -q -n logical --maxprocesses 4 $(or $(TESTS),tests/ingest/test_excel_traps.py \
		tests/ingest/test_lists.py tests/ingest/test_workbooks_and_parquet.py tests/pipeline/test_golden.py \
		tests/pipeline/test_figures.py tests/pipeline/test_dbt_unit_tests.py)

fuzz: $(BIN)/.ready-dev  ## Feed every reader FUZZ damaged files and workbooks of odd structure (default 10000 each)
	FUZZ=$(or $(FUZZ),10000) $(BIN)/python -m pytest -q -s tests/security/test_fuzz.py tests/ingest/test_workbook_structure.py

audit: $(BIN)/.ready-dev  ## Look the locked dependencies up among known vulnerabilities
	$(BIN)/python -m tests.security.audit

privacy: $(BIN)/.ready-dev  ## Attack the published data at length and write the results into docs/privacy.md
	$(BIN)/python -m pytest tests/disclosure -m "long or not long" --renew
	$(BIN)/python -m pytest --renew tests/privacy -m "long or not long"

truth: $(BIN)/.ready-dev  ## Twenty random worlds, whole and in pieces: every cell by a second way, every column falsified, every span shortened
	$(BIN)/python -m pytest -n logical --maxprocesses 4 --no-loadscope-reorder --durations 10 -m "long or not long" \
		tests/truth tests/tragt tests/pipeline/test_made_anew.py

production: $(BIN)/.ready-dev  ## Start docs/production.md on loopback, load, kill, back up and restore (nginx, rsync, sqlite3)
	$(BIN)/python -m pytest tests/production -m "long or not long"

object-storage: $(BIN)/.ready-dev  ## Run the tests of the lake, its crashes too, with the lake on an S3-compatible store
	$(BIN)/python -m pytest tests/object_storage -m "long or not long"
	PYTHONPATH=tests $(BIN)/python -m pytest -p object_storage.everywhere -m "long or not long" \
		tests/pipeline/test_history.py tests/pipeline/test_delivery_life.py tests/pipeline/test_release.py \
		tests/reliability/test_any_order.py tests/reliability/test_integrity.py tests/reliability/test_crash.py

reliability: $(BIN)/.ready-dev  ## Run every test of a fault, kill loads 200 times, and write docs/reliability.md
	rm -f .reliability.jsonl
	-PYTHONPATH=tests $(BIN)/python -m pytest -m "long or not long" -p reliability.results \
		--results .reliability.jsonl $$(PYTHONPATH=tests $(BIN)/python -m reliability.table --tests)
	PYTHONPATH=tests $(BIN)/python -m reliability.table .reliability.jsonl > docs/reliability.md

$(BIN)/.ready-spark: $(BIN)/.ready-dev
	$(UV_SYNC) $(STORES) --extra spark
	@touch $@

spark: $(BIN)/.ready-spark  ## Load one lake on DuckDB and on Spark, compare every cell, write docs/spark.md (Java 17)
	$(BIN)/python -m pytest --renew -s tests/spark -m "long or not long"

spark-full: $(BIN)/.ready-spark  ## The same with one full-size month
	KDI_SPARK_SCALE=full $(BIN)/python -m pytest --renew -s tests/spark/test_engines.py -m long

scale: $(BIN)/.ready-spark  ## How time and memory grow with the volume on both engines; write docs/scale.md
	$(BIN)/python -m benchmarks.scale

powerbi: $(BIN)/.ready-dev  ## Make the Power BI project anew, and its table of proofs
	$(BIN)/python -m powerbi
	$(BIN)/python -m pytest --renew tests/bi -m ""

lint: $(BIN)/.ready-dev  ## Format, lint and type checks
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/sqlfluff lint dbt_project/models
	$(BIN)/python -c "from kdi.building import project; project.prepare()"
	$(BIN)/dbt-score lint --manifest dbt_project/target/manifest.json

bench: $(BIN)/.ready-dev  ## Measure at full size and write docs/performance.md (half an hour, 12 GB of disk)
	$(BIN)/python -m benchmarks.run
	$(BIN)/python -m benchmarks.reports $(or $(TMPDIR),/tmp)/kdi-bench/full
	$(BIN)/python -m benchmarks.postgres $(or $(TMPDIR),/tmp)/kdi-bench/full

clean:  ## Remove the environment (data stay)
	rm -rf .venv dbt_project/target
