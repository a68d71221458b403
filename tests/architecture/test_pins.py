"""The pins are plain names and versions, and they keep to the ranges the project promises."""

from __future__ import annotations

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.shared import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LINES = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==\d[\w.!+]*")


def test_every_line_is_a_name_and_a_version() -> None:
    assert LINES
    assert [line for line in LINES if not PIN.fullmatch(line)] == []


def test_every_declared_package_is_pinned_within_its_range() -> None:
    pins = {canonicalize_name(name): version for name, version in (line.split("==") for line in LINES)}
    asked = [*map(Requirement, PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["dev"])]
    outside = [
        str(each)
        for each in asked
        if not each.specifier.contains(pins.get(canonicalize_name(each.name), "0"))
    ]
    assert outside == []


def test_the_project_itself_is_not_pinned() -> None:
    assert [line for line in LINES if line.startswith(PROJECT["project"]["name"])] == []
