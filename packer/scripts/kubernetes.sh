#!/bin/sh
# kubelet, kubeadm and kubectl of exactly one version, held there.
set -eu
export DEBIAN_FRONTEND=noninteractive

fetch_key() { # fetch_key URL FILE: what gpg takes for a key of it, if it is the one expected
    home=$(mktemp -d)
    python3 -c 'import shutil, sys, urllib.request as web
shutil.copyfileobj(web.urlopen(sys.argv[1], timeout=60), sys.stdout.buffer)' "$1" >"$home/fetched"
    gpg --homedir "$home" --batch --quiet --import "$home/fetched" || true
    found=$(gpg --homedir "$home" --batch --with-colons --list-keys | awk -F : '
        $1 == "pub" { primary = 1 }
        $1 == "fpr" && primary { print $10; primary = 0 }' | paste -s -d ' ')
    if [ "$found" != "$KUBERNETES_KEY_FINGERPRINT" ]; then
        echo "$1 has the key ${found:-of nobody}, kubernetes_repository_key_fingerprint says" \
            "$KUBERNETES_KEY_FINGERPRINT: set it to what the repository's owner publishes, or" \
            "give the key itself as kubernetes_repository_key" >&2
        exit 1
    fi
    gpg --homedir "$home" --batch --armor --export >"$2"
    rm -rf "$home"
}

key=/etc/apt/keyrings/kubernetes.asc
install -d -m 0755 /etc/apt/keyrings
if ! grep -q 'BEGIN PGP' /tmp/image-kubernetes.asc; then
    apt-get -q -y install gpg
    fetch_key "${KUBERNETES_REPOSITORY}Release.key" /tmp/image-kubernetes.asc
fi
install -m 0644 /tmp/image-kubernetes.asc "$key"
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
