"""Compiles the C++ helpers beside this file once and keeps the result in the user's cache."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

from ..errors import HrmEdgeError

HERE = Path(__file__).parent
# -ffast-math would also change the meaning of NaN checks; these two flags only free the compiler from errno and traps.
FLAGS = ["-std=c++17", "-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-shared", "-fPIC"]


def compiler() -> str | None:
    return shutil.which(os.environ.get("CXX", "c++")) or shutil.which("g++") or shutil.which("clang++")


def cache_folder() -> Path:
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "hrm-edge"


def _key(cxx: str, source: Path) -> str:
    digest = hashlib.sha256()
    for path in (source, *sorted(HERE.glob("*.h"))):
        digest.update(path.read_bytes())
    digest.update(" ".join([cxx, *FLAGS]).encode())
    try:  # -march=native: a cache shared by different machines must not mix them up
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        digest.update("".join(sorted({line for line in lines if line.startswith(("flags", "model name"))})).encode())
    except OSError:
        pass
    return digest.hexdigest()[:16]


def require(name: str, purpose: str) -> ctypes.CDLL:
    """As `load`. Raises HrmEdgeError, code ``config``, that says why there is no such library."""
    lib, reason = _built(name)
    if lib is None:
        raise HrmEdgeError("config", f"{purpose} needs {reason}")
    return lib


def load(name: str) -> ctypes.CDLL | None:
    """The library built from `<name>.cpp`, or None when there is no compiler or it refuses.

    Set HRM_EDGE_NO_KERNELS=1 to use plain PyTorch everywhere.
    """
    return _built(name)[0]


@lru_cache
def _built(name: str) -> tuple[ctypes.CDLL | None, str]:
    """The library, or what it takes that is not there."""
    if os.environ.get("HRM_EDGE_NO_KERNELS") == "1":
        return None, "its C++ helper: HRM_EDGE_NO_KERNELS=1 forbids it"
    cxx = compiler()
    if cxx is None:
        return None, "a C++17 compiler (c++, g++ or clang++)"
    source = HERE / f"{name}.cpp"
    target = cache_folder() / f"{name}-{_key(cxx, source)}.so"
    try:
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=target.parent) as folder:
                made = Path(folder) / target.name
                subprocess.run([cxx, *FLAGS, str(source), "-o", str(made)], check=True, capture_output=True)
                made.replace(target)
        return ctypes.CDLL(str(target)), ""
    except subprocess.CalledProcessError as error:
        said = (error.stderr or b"").decode(errors="replace").strip().partition("\n")[0]
        return None, f"a C++17 compiler, and {cxx} fails: {said or f'exit code {error.returncode}'}"
    except OSError as error:
        return None, f"a folder to compile its C++ helper in, below XDG_CACHE_HOME: {error}"
