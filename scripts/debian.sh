#!/usr/bin/env bash
# Makes sure that Debian packages are installed: scripts/debian.sh PACKAGE...
# Quiet and quick when all are there.
set -euo pipefail

is_installed() { [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

say() { printf 'debian: %s\n' "$*" >&2; }

missing=()
for package in "$@"; do
    is_installed "$package" || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    say "this needs the programs of these Debian packages: ${missing[*]}."
    say "There is no apt-get here: run it on Debian 12."
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    say "these packages are missing: ${missing[*]}."
    say "Install them, or call make as root: sudo apt-get install ${missing[*]}"
    exit 1
fi

install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; }
unknown() { ! apt-get install --simulate -qq "${missing[@]}" >/dev/null 2>&1; }

say "installing ${missing[*]}"
if unknown; then
    apt-get update -qq >&2
fi
log="$(mktemp)"
trap 'rm -f "$log"' EXIT
# Lists may be there and yet older than the mirror.
if ! install >"$log" 2>&1 && ! { apt-get update -qq && install; } >"$log" 2>&1; then
    cat "$log" >&2
    say "apt-get could not install ${missing[*]}; its last words are above."
    exit 1
fi
