#!/bin/sh
# Installs what package-lock.json names in target/libraries, unless it is there. Run by Maven in site/.
set -eu
cd "$(dirname -- "$0")"
there=../target/libraries
cmp -s package-lock.json "$there/node_modules/installed.json" && exit 0
mkdir -p "$there"
cp package.json package-lock.json .npmrc "$there"
(cd "$there" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts >/dev/null)
cp package-lock.json "$there/node_modules/installed.json"
