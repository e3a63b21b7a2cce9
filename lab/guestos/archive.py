"""Container images from programs, as the tar file that `docker save` writes."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterable
from pathlib import Path

from lab.kubernetes.images import Image

PATH = "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
FOLDERS = ("etc", "tmp", "usr", "usr/local", "usr/local/bin")
BLOCK = 1 << 20


def write_archive(images: Iterable[Image], binaries: Path, tools: Path, target: Path) -> None:
    """`tools` is the layer under the images that need one; equal layers are stored once."""
    work = target.with_suffix(".layers")
    work.mkdir()
    manifest, written = [], set()
    with tarfile.open(target, "w") as archive:
        for image in images:
            layers = [*([tools] if image.tools else []), _layer(image, binaries, work)]
            digests = [_digest(layer) for layer in layers]
            config = _config(image, digests)
            name = f"{hashlib.sha256(config).hexdigest()}.json"
            _add(archive, name, config)
            for layer, digest in zip(layers, digests, strict=True):
                if digest not in written:
                    archive.add(layer, f"{digest}/layer.tar")
                    written.add(digest)
            paths = [f"{digest}/layer.tar" for digest in digests]
            manifest.append({"Config": name, "RepoTags": [image.name], "Layers": paths})
        _add(archive, "manifest.json", json.dumps(manifest).encode())


def _layer(image: Image, binaries: Path, work: Path) -> Path:
    target = work / f"{image.programs[0]}.tar"
    with tarfile.open(target, "w") as layer:
        for folder in FOLDERS:
            layer.addfile(_entry(folder, tarfile.DIRTYPE, 0o1777 if folder == "tmp" else 0o755))
        for program in image.programs:
            info = layer.gettarinfo(binaries / program, f"usr/local/bin/{program}")
            info.uid, info.gid, info.uname, info.gname, info.mtime = 0, 0, "", "", 0
            with (binaries / program).open("rb") as content:
                layer.addfile(info, content)
            layer.addfile(_entry(program, tarfile.SYMTYPE, 0o777, f"usr/local/bin/{program}"))
    return target


def _entry(name: str, kind: bytes, mode: int, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode, info.linkname = kind, mode, target
    return info


def _config(image: Image, digests: list[str]) -> bytes:
    start = {"Entrypoint": [f"/{image.programs[0]}"]} if image.entrypoint else {}
    return json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Env": [PATH], **start},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}" for digest in digests]},
            "history": [{} for _ in digests],
        }
    ).encode()


def _digest(file: Path) -> str:
    total = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            total.update(block)
    return total.hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))
