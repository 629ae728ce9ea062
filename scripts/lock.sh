#!/bin/sh
# Writes the hash-pinned requirement files; they name no package host.
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "uv が見つかりません。pip install uv で入れてください。" >&2; exit 1; }
lock() {
  uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --custom-compile-command "make lock" "$@"
}
lock pyproject.toml --group build -o requirements/serve.txt
lock pyproject.toml --group build --group test -c requirements/serve.txt -o requirements/test.txt
lock requirements/bench.in -c requirements/test.txt -o requirements/bench.txt
