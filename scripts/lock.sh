#!/bin/sh
# Writes requirements.lock: every package of the base and [dev] installs, pinned, with hashes.
# usage: lock.sh VENV
set -eu
cd "$(dirname "$0")/.."
"$1/bin/python" -m pip install --quiet pip-tools
"$1/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --extra dev \
    --all-build-deps --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header \
    --output-file requirements.lock pyproject.toml
