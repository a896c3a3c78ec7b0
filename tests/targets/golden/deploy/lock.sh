#!/bin/sh
# Chooses a version with hashes for everything that images install, and keeps it beside each
# requirements.txt, where builds take it from. Needs uv; words go to it: deploy/lock.sh --upgrade
set -eu
cd "$(dirname "$0")/.."

lock() { # folder, words for uv
  folder=$1
  shift
  (cd "$folder" && uv pip compile --quiet --generate-hashes --python-version "${PYTHON_VERSION:-3.12}" \
    --output-file requirements.lock "$@")
}

lock gateway requirements.txt "$@"
for service in services/*/; do
  lock "$service" requirements.txt ../../deploy/requirements.txt "$@"
done
