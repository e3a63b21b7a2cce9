#!/bin/sh
# The control plane's images, so that a node needs no registry to begin.
set -eu

if [ "$PULL_IMAGES" = true ]; then
    kubeadm config images pull --kubernetes-version "v$KUBERNETES_VERSION" \
        --image-repository "${IMAGE_REGISTRY:-registry.k8s.io}"
fi
