"""Statements of an xPONENT export that must agree: Net MFI with Median, recovery with result and expectation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from firstdose.readers import refusals
from firstdose.readers.plain_text import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from firstdose.readers.contents.immunoassay import Floats, Well
    from firstdose.readers.reader import Source
    from firstdose.readers.xponent_sections import Section
    from firstdose.values.issue import Issue

_BACKGROUND = 0.06  # both sections are printed with one decimal or two
_RECOVERY = 0.011  # recovery is printed with two decimals ...
_RELATIVE = 1e-4  # ... and results with all of theirs

Results = tuple["Floats", tuple[str, ...]]


def check_background(
    columns: Mapping[str, Sequence[Floats]],
    wells: Sequence[Well],
    sections: Mapping[str, Section],
    source: Source,
) -> list[Issue]:
    """Net MFI is Median less the mean of the background wells: where most wells say so, all must."""
    blanks = [i for i, well in enumerate(wells) if well.role == "blank"]
    if not blanks or "Net MFI" not in columns:
        return []
    median, net = (np.array(columns[name]) for name in ("Median", "Net MFI"))
    away = np.abs(median - median[:, blanks].mean(axis=1, keepdims=True) - net)
    broken = away > _BACKGROUND
    if not broken.any() or broken.mean() > 0.1:  # another rule of subtraction, not a slip
        return []
    j, i = np.argwhere(broken)[0]
    section = sections["Net MFI"]
    what = (
        f"Net MFI of {section.analytes[j]} in {wells[i].name} is {net[j, i]:g}, but Median {median[j, i]:g} less "
        f"the background gives {median[j, i] - median[j, blanks].mean():g}"
    )
    return [refusals.contradiction(source.at(section.lines[1 + i]), what)]


def expected_concentrations(
    sections: Mapping[str, Section],
    wells: Sequence[Well],
    results: Sequence[Results],
    source: Source,
    issues: list[Issue],
) -> Floats:
    """Nominal concentrations (n analytes, n wells); missing where result and printed recovery say another number."""
    analytes = sections["Median"].analytes
    told = _told(sections)
    nominal = np.array(
        [[told.get((well.sample, name), (np.nan, 0, ""))[0] for well in wells] for name in analytes],
        dtype=float,
    ).reshape(len(analytes), len(wells))
    recovery = _recoveries(sections, wells, analytes)
    if not results or recovery is None:
        return nominal
    printed = np.array([values for values, _ in results])
    with np.errstate(divide="ignore", invalid="ignore"):
        away = np.abs(100 * printed / nominal - recovery)
        wrong = away > _RECOVERY + _RELATIVE * recovery
    named = {(wells[i].sample, analytes[j]): (i, j) for j, i in np.argwhere(wrong)}
    for (sample, analyte), (i, j) in named.items():
        _, line, text = told[sample, analyte]
        wanted = (
            f"the expected concentration of {sample} for {analyte} that result {printed[j, i]:.6g} and "
            f"recovery {recovery[j, i]:g} % give ({100 * printed[j, i] / recovery[j, i]:.4g})"
        )
        issues.append(refusals.unreadable_value(source.at(line), text, wanted))
        nominal[j, [k for k, well in enumerate(wells) if well.sample == sample]] = np.nan
    return nominal


def _told(sections: Mapping[str, Section]) -> dict[tuple[str, str], tuple[float, int, str]]:
    """(sample, analyte) > expected concentration, line, text as written."""
    found = {}
    for name in ("Standard Expected Concentration", "Control Expected Concentration"):
        section = sections.get(name)
        for line, row in zip(section.lines[1:], section.rows, strict=True) if section else ():
            for analyte, cell in zip(section.header[1:] if section else (), row[1:], strict=False):
                if analyte and (value := number_of(cell)) is not None:
                    found[row[0], analyte] = (value, line, cell)
    return found


def _recoveries(
    sections: Mapping[str, Section], wells: Sequence[Well], analytes: Sequence[str]
) -> Floats | None:
    section = sections.get("% Recovery")
    if section is None or section.analytes != list(analytes):
        return None
    rows = {row[0]: row[2:] for row in section.rows}
    places = [row[0] for row in sections["Median"].rows]
    told = np.full((len(analytes), len(wells)), np.nan)
    for i, place in enumerate(places):
        for j, cell in enumerate(rows.get(place, [])[: len(analytes)]):
            if (value := number_of(cell)) is not None:
                told[j, i] = value
    return told
