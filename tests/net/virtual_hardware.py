"""What VMware Tools are to a machine that is not a VM."""

# As the real program: no value is a failure; what a guest sets lands in a folder.
RPCTOOL = """\
#!/bin/sh
verb=${1%% *} rest=${1#* }
case $verb in
info-get) cat "/run/guest/info/$rest" 2>/dev/null || { echo "No value found"; exit 1; } ;;
info-set) printf %s "${rest#* }" > "/run/guest/out/${rest%% *}" ;;
esac
"""
