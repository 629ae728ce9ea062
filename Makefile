# Every task of the project. `make help` lists them; people and CI run the same ones.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Local settings that the machine's owner may already have made are respected.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help run test acceptance lint types imports check-sample widget unit wheel coverage journeys edges city-counts lock clean snapshot
.PHONY: image-install image-check image-folders

help: ## この一覧を表示します
	@grep -hE '^[a-z-]+:.*?## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(VENV)/bin/python:
	@$(PYTHON) scripts/make_venv.py $(VENV)

$(VENV)/.serve: requirements/serve.txt pyproject.toml | $(VENV)/bin/python
	@echo "必要なライブラリを入れています（初回は1分ほどかかります）..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/serve.txt
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.test: requirements/test.txt $(VENV)/.serve
	@echo "テストに必要なライブラリを入れています..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/test.txt
	@$(BIN)/python scripts/install_browser.py
	@touch $@

run: $(VENV)/.serve ## サービスを http://127.0.0.1:8000 で動かします（Ctrl-C で止まります）
	@exec $(BIN)/toiawase serve

test: $(VENV)/.test lint types imports check-sample widget ## すべての検査とテスト（CI と同じもの）
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target coverage journeys edges
	@$(MAKE) --no-print-directory wheel

acceptance: test ## 時間のかかる検査も含めて、すべて実行します
	@$(BIN)/python -m pytest -m acceptance

lint: $(VENV)/.test ## 書式と静的検査（ruff）
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .

types: $(VENV)/.test ## 型の検査（mypy strict）
	@$(BIN)/mypy

imports: $(VENV)/.test ## 取り込みの方向の検査（import-linter）
	@$(BIN)/lint-imports --no-cache

check-sample: $(VENV)/.serve ## 見本の市のFAQを点検します
	@$(BIN)/toiawase check faq/entries/shiomi

widget: $(VENV)/.test ## 質問の窓（JavaScript）の型と、作り直して同じものになることの検査
	@$(BIN)/python scripts/build_widget.py --check

unit: $(VENV)/.test ## テストだけを実行します
	@$(BIN)/python -m pytest -m "not acceptance"

coverage: $(VENV)/.test ## nlp・faq・bot のテストと、通ったコードの割合
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -m "not acceptance" tests/nlp tests/faq tests/bot
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

edges: $(VENV)/.test ## 受付経路・約束ごとのテスト
	@$(BIN)/python -m pytest -m "not acceptance" tests/channels tests/contract

journeys: $(VENV)/.test ## 通しの場面・故障のテスト
	@$(BIN)/python -m pytest -m "not acceptance" tests/journeys tests/faults

wheel: $(VENV)/.test ## wheel を作り、別の場所に入れて質問します
	@$(BIN)/python scripts/ask_the_wheel.py

# --- the image: each step of the Dockerfile, which runs outside of a container as well ---
PREFIX ?= $(CURDIR)/build/image
FOLDERS ?= $(CURDIR)/build/folders

image-install: ## サービスを PREFIX=場所 に入れます（イメージや、コンテナを使わない機械で）
	@$(PYTHON) scripts/make_venv.py $(PREFIX)
	@echo "必要なライブラリを $(PREFIX) に入れています（1分ほどかかります）..."
	@$(PREFIX)/bin/python -m pip install --quiet --require-hashes -r requirements/serve.txt
	@$(PREFIX)/bin/python -m pip install --quiet --no-deps --no-index --no-build-isolation .
	@# Unchecked: times of files change when a tree is copied, and nothing can be written there later.
	@# (_py2.py is a library's part for Python 2.)
	@$(PREFIX)/bin/python -m compileall -q -f -j 0 -x '/_py2\.py$$' --invalidation-mode unchecked-hash $(PREFIX)/lib

image-check: ## PREFIX=場所 に入れたサービスに、そこには何も書けない人として質問します
	@$(PREFIX)/bin/python scripts/ask_the_wheel.py $(PREFIX)

image-folders: ## コンテナの中で書いてよいフォルダを FOLDERS=場所 に作ります
	@mkdir -p $(FOLDERS)/state $(FOLDERS)/city $(FOLDERS)/backup
# --- end of the image ---

city-counts: $(VENV)/.serve ## 見本の市の件数を表で示します
	@$(BIN)/python scripts/city_counts.py faq/entries/shiomi

snapshot: $(VENV)/.test ## HTTP API の見本（tests/contract/openapi.json）を作り直します
	@$(BIN)/python scripts/write_openapi.py

lock: ## 依存ライブラリの一覧を固定し直します（uv が必要です）
	@scripts/lock.sh

clean: ## 作られたものを消します（var の記録は残します）
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .coverage*

# --- benchmarks: bench/ writes docs/benchmarks.md; LARGE=--large adds 200,000 entries ---
.PHONY: bench-quality bench-speed bench-durability

$(VENV)/.bench: requirements/bench.txt $(VENV)/.serve
	@echo "比べる相手のライブラリを入れています..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/bench.txt
	@touch $@

bench-quality: $(VENV)/.bench ## 検索の質を、ほかのしくみと並べて測り、docs/benchmarks.md に書きます
	@$(BIN)/python bench/quality.py --faq faq/entries/shiomi --questions faq/entries/shiomi/golden.jsonl --write

bench-speed: $(VENV)/.bench ## 速さを測り、docs/benchmarks.md に書きます（LARGE=--large で20万件も）
	@$(BIN)/python bench/speed.py --write $(LARGE)

bench-durability: $(VENV)/.bench ## 記録の速さと記憶の量を測り、docs/benchmarks.md に書きます（20万問、1時間ほど）
	@$(BIN)/python bench/durability.py --memory 200000 --write
# --- end of benchmarks ---
