"""`make pages` writes the parts of the pages that follow from the package; a test keeps them current.

Such a part stands between two comments that no reader sees:

    <!-- written by make pages: NAME -->
    <!-- end -->
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from docs.refusals import render_refusals
from docs.tour import Tour

from firstdose.catalogue import load
from firstdose.catalogue.describing import (
    render_design,
    render_dictionary,
    render_instrument,
    render_method,
    render_procedure,
    render_table,
)
from firstdose.catalogue.describing_assays import render_assay
from firstdose.methods import detectable_dz, effective_n, upper_bound_zero
from firstdose.protocol.describing import render_grammar, render_schema
from firstdose.protocol.feasibility import ICCS, POWERS, compute_feasibility
from firstdose.protocol.names import names_in_sight
from firstdose.protocol.reading import read_protocol_text
from firstdose.protocol.writing import starter
from firstdose.values.missing import MISSING
from firstdose.values.rounding import printed, printed_p

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from firstdose.catalogue import Item, Method

DOCS = Path(__file__).parent
SCHEMA = DOCS / "reference" / "protocol.schema.json"
COUNTS = range(3, 11)
TIMES = {"paired": 2, "within": 3}
PART = re.compile(r"(?s)(<!-- written by make pages: (\w+) -->\n).*?(<!-- end -->\n)")


def sections(shelf: str, render: Callable[[Any], str]) -> str:
    """Every entry of a shelf, in the order of their names."""
    entries = sorted(load(shelf).items(), key=lambda pair: pair[0].lower())
    return "\n".join(render(entry) for _, entry in entries)


def contents(shelf: str) -> str:
    """A table of the entries with links to their sections."""
    entries = sorted(load(shelf).items(), key=lambda pair: pair[0].lower())
    return render_table(
        ("name", "what it is"), [(f"[`{name}`](#{name.lower()})", entry.label) for name, entry in entries]
    )


def formats() -> str:
    """Every format of an instrument's file that is read."""
    rows = [(entry.label, entry.source) for _, entry in sorted(load("readers.formats").items())]
    return render_table(("format", "known from"), rows)


def rule_names() -> str:
    """What rules may name beside recorded values, place by place."""
    protocol = read_protocol_text(starter()).protocol
    assert protocol is not None
    counts = names_in_sight(protocol, "counts")
    event = _beside(names_in_sight(protocol, "dlt"), load("instruments")["adverse_events"].items)
    everyone = names_in_sight(protocol, "analysis_set").keys() - names_in_sight(protocol, "derivation").keys()
    rows = [
        ("`dlt` of safety, `where` of an estimand", "items of the event", _words(event)),
        ("`pause_when`, `stop_when`", "none", _words(counts)),
        ("eligibility", "items of forms planned before treatment, derivations", ""),
        ("analysis sets", "items, scores, derivations", _words(everyone)),
        ("derivations, checks", "items, scores, derivations", ""),
    ]
    return render_table(("rule", "recorded values", "further names"), rows)


def _beside(names: Iterable[str], items: Iterable[Item]) -> list[str]:
    own = {item.name for item in items} - {"serious", "lesion"}
    return [name for name in names if name not in own]


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def missing_words() -> str:
    """The codes of a missing value and what may be written for them."""
    rows = [
        (f"`{code}`", label, ", ".join(f"`{word}`" for word in words))
        for code, (label, words) in MISSING.items()
    ]
    return render_table(("write", "means", "also taken"), rows)


def trial_mappings() -> str:
    """What the mappings in `trials/` say beyond file, activity, participant and columns."""
    usual = {"sources", "file", "activity", "participant", "columns"}
    rows = []
    for path in sorted((DOCS.parent / "trials").glob("*/mapping.yaml")):
        keys = re.findall(r"(?m)^(?:    )?(\w+):", path.read_text("utf-8"))
        said = dict.fromkeys(f"`{key}`" for key in keys if key not in usual)
        link = f"[{path.parent.name}](../../trials/{path.parent.name}/mapping.yaml)"
        rows.append((link, ", ".join(said)))
    return render_table(("trial", "uses"), rows)


# -------------------------------------------------------------------------------------------------- small samples


def five() -> str:
    """What `firstdose tell` says before a trial with five participants of whom nobody may drop out."""
    protocol = read_protocol_text(starter()).protocol
    assert protocol is not None
    trial = replace(protocol.trial, participants=5, dropouts=0)
    found = compute_feasibility(replace(protocol, trial=trial))
    return "\n".join(f"- {sentence}" for sentence in found.sentences)


def zero_events() -> str:
    rows = [
        (str(n), _percent(upper_bound_zero(n, 0.95)), _percent(upper_bound_zero(n, 0.975))) for n in COUNTS
    ]
    heads = ("participants", "one-sided 95 % bound", "upper end of the two-sided 95 % interval")
    return render_table(heads, rows)


def smallest_p() -> str:
    """The smallest two-sided p of the exact tests; those that always have the same share a column."""
    columns: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for name, entry in load("methods").items():
        if entry.smallest_p and entry.design in TIMES:
            values = tuple(_smallest(entry, n) for n in COUNTS)
            columns.setdefault((f"{TIMES[entry.design]} times", values), []).append(f"`{name}`")
    ordered = sorted(columns)
    heads = [f"{times}: {', '.join(columns[times, values])}" for times, values in ordered]
    rows = [(str(n), *cells) for n, *cells in zip(COUNTS, *(values for _, values in ordered), strict=True)]
    return render_table(("participants", *heads), rows)


def _smallest(entry: Method, n: int) -> str:
    return printed_p(entry.smallest_p(n, TIMES[entry.design], "two-sided", ()))


def detectable() -> str:
    rows = [(str(n), *(printed(detectable_dz(n, power), 2) for power in POWERS)) for n in COUNTS]
    return render_table(("participants", *(f"with {_percent(power, 0)} power" for power in POWERS)), rows)


def nested() -> str:
    rows = [
        (str(each), str(5 * each), *(printed(effective_n(5, each, icc), 1) for icc in ICCS))
        for each in range(2, 6)
    ]
    heads = ("lesions each", "lesions in all", *(f"worth, correlation {icc:g}" for icc in ICCS))
    return render_table(heads, rows)


def _percent(share: float, decimals: int = 1) -> str:
    return f"{printed(100 * share, decimals)} %"


# --------------------------------------------------------------------------------------------------- the tour


TOUR = Tour(DOCS.parent / "trials" / "adsc_psoriasis")
STOPS = {"pasi": "E5", "thickness": "E7", "rate": "E1"}
PRINTED = {
    "pasi": ("endpoint-E5", "Planned|Standardised"),
    "thickness": ("endpoint-E7", "Planned|Tests of|Comparison|Means"),
    "rate": ("events", "E1"),
}


def stops() -> dict[str, Callable[[], str]]:
    """The parts of the tour: plan, reach and print of each stop."""
    parts: dict[str, Callable[[], str]] = {}
    for name, endpoint in STOPS.items():
        parts[f"plan_{name}"] = partial(TOUR.plan, endpoint)
        parts[f"reach_{name}"] = partial(TOUR.reach, endpoint)
        parts[f"printed_{name}"] = partial(TOUR.printed, *PRINTED[name])
    return parts


# ---------------------------------------------------------------------------------------------------------- pages

PARTS: dict[str, Callable[[], str]] = {
    "grammar": render_grammar,
    "rule_names": rule_names,
    "missing_words": missing_words,
    "trial_mappings": trial_mappings,
    "list_of_instruments": lambda: contents("instruments"),
    "instruments": lambda: sections("instruments", render_instrument),
    "dictionaries": lambda: sections("instruments.dictionaries", render_dictionary),
    "list_of_methods": lambda: contents("methods"),
    "methods": lambda: sections("methods", render_method),
    "procedures": lambda: sections("methods.multiplicity", render_procedure),
    "designs": lambda: sections("designs", render_design),
    "list_of_assays": lambda: contents("assays"),
    "assays": lambda: sections("assays", render_assay),
    "formats": formats,
    "five": five,
    "refusals": render_refusals,
    "zero_events": zero_events,
    "smallest_p": smallest_p,
    "detectable": detectable,
    "nested": nested,
    **stops(),
}


def rewritten(text: str) -> str:
    """A page with its parts written anew."""
    return PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]().rstrip()}\n\n{found[3]}", text)


def schema() -> str:
    return json.dumps(render_schema(), indent=1, ensure_ascii=False) + "\n"


def pages() -> Iterator[Path]:
    """Pages with at least one such part."""
    yield from (path for path in sorted(DOCS.rglob("*.md")) if PART.search(path.read_text("utf-8")))


def main() -> None:
    for path in pages():
        path.write_text(rewritten(path.read_text("utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")


if __name__ == "__main__":
    main()
