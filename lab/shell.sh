# To be sourced (`. lab/shell.sh`) in the repository after `make up`.

export PKECTL_CONFIG="$PWD/.lab/stack.json"
export PATH="$PWD/.venv/bin:$PATH"

# `stack vcenter.port` prints that value of .lab/stack.json.
stack() {
    if ! [ -f "$PKECTL_CONFIG" ]; then
        echo "stack: nothing runs here ($PKECTL_CONFIG is missing): make up first" >&2
        return 1
    fi
    python3 - "$PKECTL_CONFIG" "$1" <<'PYTHON'
import json, sys

value = json.load(open(sys.argv[1]))
for key in sys.argv[2].split("."):
    value = value[key]
print(value)
PYTHON
}
