"""Parts of a release that a shell does badly.

    release.py licences TARGET FILE     the licence texts of every crate that is in the program
    release.py pack DIRECTORY TIME      DIRECTORY.tar.gz or, of a program for Windows, DIRECTORY.zip, and beside it its SHA-256

The same files and the same time make the same archive.
"""

import gzip
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tarfile
import time
import zipfile

TEXTS = ("license", "licence", "copying", "notice", "copyright", "unlicense")


def cargo(*arguments):
    return subprocess.run(["cargo", *arguments], check=True, capture_output=True, encoding="utf-8").stdout


def licences(target, file):
    tree = cargo("tree", "--locked", "--package", "palabre", "--target", target, "--edges", "normal", "--prefix", "none", "--format", "{p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines()}
    metadata = json.loads(cargo("metadata", "--locked", "--format-version", "1", "--filter-platform", target))
    texts = {}
    for package in metadata["packages"]:
        if (package["name"], "v" + package["version"]) not in linked or package["source"] is None:
            continue
        directory = pathlib.Path(package["manifest_path"]).parent
        found = sorted(path for path in directory.iterdir() if path.is_file() and path.name.lower().startswith(TEXTS))
        said = "\n\n".join(path.read_text(encoding="utf-8", errors="replace").strip() for path in found)
        said = said or f"(The crate has no licence text of its own; it says: {package['license']}. {package['repository'] or ''})"
        texts.setdefault(said, []).append(f"{package['name']} {package['version']} ({package['license']})")
    if not texts:
        sys.exit("release: no crate was found")
    with open(file, "w", encoding="utf-8") as out:
        out.write(
            "The program is made of these crates of others, each under its licence, and of Rust's standard library (MIT OR Apache-2.0,\n"
            "https://github.com/rust-lang/rust). The programs for Linux also hold the GNU C Library (LGPL-2.1-or-later,\n"
            "https://sourceware.org/glibc/): with another version of it they can be built anew from the source of this release.\n"
        )
        for said, crates in sorted(texts.items(), key=lambda entry: sorted(entry[1])):
            out.write("\n" + "=" * 80 + "\n" + "\n".join(sorted(crates)) + "\n" + "=" * 80 + "\n\n" + said + "\n")


def pack(directory, seconds):
    root = pathlib.Path(directory)
    files = sorted(path for path in root.rglob("*") if path.is_file())
    if (root / "palabre.exe").exists():
        archive = root.with_name(root.name + ".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
            for path in files:
                entry = zipfile.ZipInfo(str(path.relative_to(root.parent).as_posix()), time.gmtime(int(seconds))[:6])
                entry.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(entry, path.read_bytes())
    else:
        archive = root.with_name(root.name + ".tar.gz")
        with open(archive, "wb") as raw, gzip.GzipFile("", "wb", mtime=int(seconds), fileobj=raw) as zipped:
            with tarfile.open(fileobj=zipped, mode="w") as out:
                for path in files:
                    entry = tarfile.TarInfo(str(path.relative_to(root.parent)))
                    entry.size, entry.mtime = path.stat().st_size, int(seconds)
                    entry.mode = 0o755 if path.name == "palabre" else 0o644
                    out.addfile(entry, io.BytesIO(path.read_bytes()))
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_name(archive.name + ".sha256").write_text(f"{digest}  {archive.name}\n")


{"licences": licences, "pack": pack}[sys.argv[1]](*sys.argv[2:])
