"""What was measured once is kept under the digest of everything it depends on: files, words, and our own code."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from dataclasses import asdict, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

import firstdose
from firstdose.catalogue import Finding, Layer, Measured, Panel, Run
from firstdose.values.issue import Issue, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from firstdose.catalogue import Assay, Request

_CODE = ("readers", "assays", "laboratory", "catalogue")
Kept = tuple[Run, tuple[Issue, ...]]


def cache_folder() -> Path:
    """`FIRSTDOSE_CACHE`, else the user's cache folder."""
    home = os.environ.get("FIRSTDOSE_CACHE")
    if home:
        return Path(home)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firstdose"


def key_of(assay: Assay, request: Request, files: Sequence[tuple[str, str]]) -> str:
    """SHA-256 over the assay, what is asked, (name, digest) of the files, and the code that answers."""
    asked = {"assay": assay.name, "request": asdict(request), "files": sorted(files), "code": _code_digest()}
    return hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode()).hexdigest()


def recall(key: str) -> Kept | None:
    """What was kept under the key; None where there is nothing, or where it is not as it was written."""
    try:
        digest, _, text = _path(key).read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return None
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        return None
    told = json.loads(text)
    return _run(told["run"]), tuple(_issue(each) for each in told["issues"])


def keep(key: str, run: Run, issues: Sequence[Issue]) -> None:
    """Keep it; a folder that cannot be written to only means that it is measured again."""
    text = json.dumps({"run": run, "issues": list(issues)}, default=_plain)
    path = _path(key)
    unfinished = path.with_suffix(f".{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}\n{text}", encoding="utf-8")
        unfinished.replace(path)
    except OSError:
        return


def _path(key: str) -> Path:
    return cache_folder() / "runs" / f"{key}.json"


@cache
def _code_digest() -> str:
    """Of the source of everything between a file and its values, so that a mended reader never meets old answers."""
    digest = hashlib.sha256()
    root = Path(firstdose.__file__).parent
    for path in sorted(file for room in _CODE for file in (root / room).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _plain(part: Any) -> Any:
    """A record by its fields, an array as its bytes (pictures are many points), a number of numpy as Python's own."""
    if is_dataclass(part):
        return {each.name: getattr(part, each.name) for each in fields(part)}
    if isinstance(part, np.ndarray):
        return {"type": part.dtype.str, "bytes": base64.b64encode(part.tobytes()).decode("ascii")}
    return part.tolist()


def _array(told: dict[str, str]) -> NDArray[Any]:
    return np.frombuffer(bytearray(base64.b64decode(told["bytes"])), told["type"])


def _run(told: dict[str, Any]) -> Run:
    return Run(
        measured=tuple(_measured(each) for each in told["measured"]),
        findings=tuple(Finding(**each) for each in told["findings"]),
        panels=tuple(_panel(each) for each in told["panels"]),
        facts=tuple((label, text) for label, text in told["facts"]),
    )


def _measured(told: dict[str, Any]) -> Measured:
    findings = tuple(Finding(**each) for each in told["findings"])
    return Measured(**(told | {"findings": findings}))


def _panel(told: dict[str, Any]) -> Panel:
    layers = tuple(
        Layer(**(each | {"x": _array(each["x"]), "y": _array(each["y"])})) for each in told["layers"]
    )
    words = tuple((x, y, text) for x, y, text in told["words"])
    return Panel(**(told | {"layers": layers, "words": words}))


def _issue(told: dict[str, Any]) -> Issue:
    return Issue(**(told | {"place": Place(**told["place"])}))
