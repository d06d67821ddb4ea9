"""The page's build: what a phone fetches, and what a strict policy lets it run."""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

WEB = Path(__file__).parents[2] / "web"


def build(folder: Path) -> dict[str, bytes]:
    """Build the product into a folder; return its files by relative path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # Node may be the environment's own wheel
    subprocess.run(["node", "build.mjs", str(folder)], cwd=WEB, env={**os.environ, "PATH": path}, check=True)
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_build_fits_its_budget_and_repeats_itself(tmp_path: Path) -> None:
    """The build, which fails over 40 KB gzip, passes; twice from the same sources it writes the same bytes."""
    assert build(tmp_path / "once") == build(tmp_path / "again")


def test_the_page_needs_nothing_but_its_own_files(tmp_path: Path) -> None:
    """Nothing in the page is inline, and all that it names is one of its own files, so `default-src 'self'` fits."""
    files = build(tmp_path / "page")
    html = files["index.html"].decode()
    named = re.findall(r'(?:src|href)="([^"]+)"', html)

    assert {name.lstrip("/") for name in named} <= set(files)
    assert len([name for name in named if name.startswith("/assets/")]) == 2
    assert re.findall(r"<script[^>]*>[^<]+|<style|\son\w+=|\sstyle=|src/caller", html) == []


def test_names_change_with_what_is_in_them(tmp_path: Path) -> None:
    """Each script and style carries a hash in its name, so that it may be cached for ever."""
    assets = [name for name in build(tmp_path) if name.startswith("assets/") and not name.endswith(".map")]

    assert assets
    assert all(re.fullmatch(r"assets/[a-z]+-[A-Z0-9]{8}\.(js|css)(\.gz)?", name) for name in assets)


def test_each_text_lies_compressed_beside_itself(tmp_path: Path) -> None:
    """What the page starts with above all; the compressed form holds the very same."""
    files = build(tmp_path)
    compressed = [name for name in files if name.endswith(".gz")]

    assert {"index.html.gz", "sw.js.gz", "privacy.html.gz"} <= set(compressed)
    assert {name for name in files if re.search(r"\.(js|css)$", name)} <= {name[:-3] for name in compressed}
    assert all(gzip.decompress(files[name]) == files[name[:-3]] for name in compressed)
