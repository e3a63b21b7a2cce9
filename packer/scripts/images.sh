#!/bin/sh
# The control plane's images, so that a node needs no registry to begin: by digests, not by tags.
set -eu

digest() { # digest IMAGE: the last that is known, "" if none is
    awk -F = -v "name=${1##*/}" '$1 == name { found = $2 } END { print found }' /tmp/image-digests
}

unknown() {
    for image in $images; do
        [ -n "$(digest "$image")" ] || echo "  ${image##*/}=sha256:..."
    done
}

pull() { # pull REFERENCE: through the proxy, too, which containerd itself knows nothing of
    set -- --hosts-dir /etc/containerd/certs.d "$1"
    ctr images pull --help | grep -q -e --local && set -- --local "$@"
    ctr --namespace k8s.io images pull "$@" >/dev/null
}

if [ "$PULL_IMAGES" = true ]; then
    images=$(kubeadm config images list --kubernetes-version "v$KUBERNETES_VERSION" \
        --image-repository "${IMAGE_REGISTRY:-registry.k8s.io}")
    if [ "$TRUST_REGISTRY" != true ] && [ -n "$(unknown)" ]; then
        cat >&2 <<EOT
nothing is pulled, since these images have no known digest:
$(unknown)
Put such lines into the variable image_digests; "crane digest IMAGE" tells the digits, once you
trust what it asks. Or set pull_images to false, and nodes pull by tags as they need them; or set
trust_registry to true, and what the registry gives is taken.
EOT
        exit 1
    fi
    for image in $images; do
        digest=$(digest "$image")
        pinned="${image%:*}${digest:+@$digest}"
        [ -n "$digest" ] || pinned=$image
        pull "$pinned"
        [ "$pinned" = "$image" ] || ctr --namespace k8s.io images tag --force "$pinned" "$image"
    done
fi
rm -f /tmp/image-digests
