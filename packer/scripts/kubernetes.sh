#!/bin/sh
# kubelet, kubeadm and kubectl of exactly one version, held there.
set -eu
export DEBIAN_FRONTEND=noninteractive

key=/etc/apt/keyrings/kubernetes.asc
install -d -m 0755 /etc/apt/keyrings
if grep -q 'BEGIN PGP' /tmp/image-kubernetes.asc; then
    install -m 0644 /tmp/image-kubernetes.asc "$key"
else
    case $KUBERNETES_REPOSITORY in
    https://*) ;;
    *)
        echo "kubernetes_repository_key is needed: $KUBERNETES_REPOSITORY is not https" >&2
        exit 1
        ;;
    esac
    python3 -c 'import sys, urllib.request as web
print(web.urlopen(sys.argv[1], timeout=60).read().decode())' "$KUBERNETES_REPOSITORY"Release.key >"$key"
fi
rm -f /tmp/image-kubernetes.asc

cat >/etc/apt/sources.list.d/kubernetes.sources <<EOF
Types: deb
URIs: $KUBERNETES_REPOSITORY
Suites: /
Signed-By: $key
EOF
apt-get -q update
version=$(apt-cache madison kubeadm | awk -v "wanted=$KUBERNETES_VERSION" \
    '{ split($3, part, "-"); if (part[1] == wanted) { print $3; exit } }')
if [ -z "$version" ]; then
    echo "no package of kubeadm $KUBERNETES_VERSION in $KUBERNETES_REPOSITORY" >&2
    exit 1
fi
apt-get -q -y install "kubelet=$version" "kubeadm=$version" "kubectl=$version" kubernetes-cni
apt-mark hold kubelet kubeadm kubectl >/dev/null
systemctl --quiet enable kubelet.service

# The sandbox's image is the one that this kubeadm names.
registry=${IMAGE_REGISTRY:-registry.k8s.io}
pause=$(kubeadm config images list --kubernetes-version "v$KUBERNETES_VERSION" \
    --image-repository "$registry" | grep /pause:)
sed -i -E "s|^([[:space:]]*sandbox(_image)?[[:space:]]*=[[:space:]]*).*|\\1'$pause'|" \
    /etc/containerd/config.toml
systemctl restart containerd.service
