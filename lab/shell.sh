# To be sourced (`. lab/shell.sh`) in the repository after `make up`, or within `make lab-shell`.

export PKECTL_CONFIG="${PKE_LAB:-$PWD/.lab}/stack.json"
export PATH="$PWD/lab/bin:$PWD/.venv/bin:$PATH"

# `api METHOD PATH [more of curl]`; the token stays off the command line.
api() {
    local url ca
    url=$(stack api) && ca=$(stack caFile) || return
    curl -sS ${ca:+--cacert "$ca"} -X "$1" "$url$2" \
        -H @<(printf 'Authorization: Bearer %s' "$(stack token)") "${@:3}"
    echo
}
