#!/bin/sh
# Installs what package-lock.json names in target/libraries, unless it is there, and puts the pages into their frame. Run by Maven in site/.
set -eu
cd "$(dirname -- "$0")"
libraries=target/libraries
if ! cmp -s package-lock.json "$libraries/node_modules/installed.json"; then
    mkdir -p "$libraries"
    cp package.json package-lock.json .npmrc "$libraries"
    (cd "$libraries" && npm ci --loglevel=error --no-audit --no-fund --ignore-scripts >/dev/null)
    cp package-lock.json "$libraries/node_modules/installed.json"
fi
node "$libraries/node_modules/@11ty/eleventy/cmd.cjs" --quiet >/dev/null
