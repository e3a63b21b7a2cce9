# throw_away.sh BASE FOLDER MAC...: a whole start of cloud-init in a root that is gone afterwards.
# The root is an overlay of BASE; FOLDER has environment (of cloud-init) and probe.py, and gets
# what the probe prints. All namespaces are this script's own: run it by unshare -mnupf.
set -eu
base=$1 folder=$2
shift 2
mount --make-rprivate /
scratch=$folder/scratch
mkdir "$scratch"
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay \
    -o "lowerdir=$base,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
root=$scratch/root
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/run"
mount --rbind /dev "$root/dev"
ip link set lo up
number=0
for mac; do
    ip link add "eth$number" type veth peer name "peer$number"
    ip link set "eth$number" address "$mac" up
    ip link set "peer$number" up
    number=$((number + 1))
done
cp "$folder/probe.py" "$root/run/"
# An overlay has no disk.
printf 'resize_rootfs: false\ngrowpart: {mode: "off"}\n' >"$root/etc/cloud/cloud.cfg.d/99-root.cfg"
# Nothing runs here: units are only enabled.
cat >"$root/usr/local/bin/systemctl" <<'END'
#!/bin/sh
[ "$1" = enable ] || exit 0
for last; do :; done
exec /usr/bin/systemctl enable "$last"
END
chmod 755 "$root/usr/local/bin/systemctl"
set -a
. "$folder/environment"
set +a
for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
    # shellcheck disable=SC2086
    chroot "$root" cloud-init $stage >>"$folder/said" 2>&1
done
chroot "$root" /usr/bin/python3 -I /run/probe.py >"$folder/found.json"
