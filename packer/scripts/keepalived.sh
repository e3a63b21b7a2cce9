#!/bin/sh
# Floats the API's address over the masters that are told to; until then it must not run.
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get -q -y install keepalived
systemctl --quiet disable --now keepalived.service
