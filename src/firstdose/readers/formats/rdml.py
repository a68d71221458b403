"""RDML 1.0 to 1.4: the real-time PCR data markup language, an XML document in a zip archive."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from firstdose.readers import refusals
from firstdose.readers.archive import MAGIC, read_archive
from firstdose.readers.contents.qpcr import Missing, QpcrTarget, QpcrWell, QpcrWells, Role
from firstdose.readers.plain_text import number_of
from firstdose.readers.qpcr_words import cq_of, says_undetermined
from firstdose.readers.rdml_curves import MOST_CYCLES, Curve, curve_of, take_out
from firstdose.readers.reader import Reader, Reading, Source, refused
from firstdose.readers.xml_tree import read_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from firstdose.values.issue import Issue

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4")
_ROLES: dict[str, Role] = {
    "unkn": "sample", "std": "standard", "ntc": "ntc", "ntp": "ntc", "nrt": "no_rt", "nac": "control",
    "pos": "control", "opt": "control",
}  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(slots=True)
class _Document:
    """Root, what it declares by id, its curves, and what is wrong."""

    source: Source
    root: Element
    curves: list[Curve]
    samples: dict[str, Element] = field(default_factory=dict)
    targets: dict[str, QpcrTarget] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    mended: int = 0


@dataclass(frozen=True, slots=True)
class _Reaction:
    """One `data` element of a `react`, with its two curves."""

    react: Element
    element: Element
    curve: Curve
    melt: Curve


def recognises(source: Source) -> bool:
    """Whether the archive begins with an RDML document: its first member is looked into, however damaged the rest."""
    start = source.start[
        max(source.start.find(MAGIC, 0, 16), 0) :
    ]  # a mark of spanned archives may go before
    if not start.startswith(MAGIC) or len(start) < 40:
        return False
    names, extra = (int.from_bytes(start[at : at + 2], "little") for at in (26, 28))
    body, name = start[30 + names + extra :], start[30 : 30 + names]
    if int.from_bytes(start[8:10], "little") == 8:
        try:
            body = zlib.decompressobj(-15).decompress(body, 4096)
        except zlib.error:
            return name.startswith(b"rdml_data")
    return b"<rdml" in body[:4096] or name.startswith(b"rdml_data")


def read(source: Source) -> Reading:
    """All runs of the file. Ids that repeat or point nowhere refuse it."""
    members, found = read_archive(source)
    if found:
        return refused(*found)
    content = next((body for body in members.values() if b"<rdml" in body[:4096]), None)
    if content is None:
        return refused(refusals.missing_part(source.place, ["rdml_data.xml"], "member"))
    plain, curves = take_out(Source(source.name, content))
    root, broken = read_xml(plain)
    if root is None:
        return refused(*broken)
    version = root.get("version", "")
    if root.tag != "rdml" or version not in VERSIONS:
        known = f"{VERSIONS[0]} to {VERSIONS[-1]}"
        what = f"RDML version {version or '(none)'}; {known} are"
        return refused(refusals.variant_not_read(source.place, what, "Save it in one of these versions."))
    document = _Document(source, root, curves)
    _declare(document)
    runs = tuple(_runs(document)) if not document.issues else ()
    if document.issues:
        return refused(*document.issues[:20])
    return _reading(document, runs)


def _reading(document: _Document, runs: tuple[QpcrWells, ...]) -> Reading:
    root, place = document.root, document.source.place
    if not runs:
        return refused(refusals.missing_part(place, ["run"], "element"))
    first = next(root.iter("run"))
    software = [first.findtext(f"dataCollectionSoftware/{part}") or "" for part in ("name", "version")]
    names = [root.findtext(f"experimenter/{part}") or "" for part in ("firstName", "lastName")]
    mended = document.mended
    told = f"{mended} quantification cycles equal the number of cycles and are read as undetermined"
    return Reading(
        contents=runs,
        issues=(refusals.closed_for_you(place, told),) if mended else (),
        instrument=(first.findtext("instrument") or "").strip(),
        software=" ".join(part.strip() for part in software if part.strip()),
        run_date=(first.findtext("runDate") or "").strip(),
        operator=" ".join(part.strip() for part in names if part.strip()),
    )


def _declare(document: _Document) -> None:
    place = document.source.place
    for kind in ("sample", "target", "dye"):
        seen: set[str] = set()
        for element in document.root.findall(kind):
            name = element.get("id", "")
            if name in seen:
                document.issues.append(refusals.twice(place, f"{kind} id", name))
            seen.add(name)
            if kind == "sample":
                document.samples[name] = element
            elif kind == "target":
                document.targets[name] = _target(name, element)


def _target(name: str, element: Element) -> QpcrTarget:
    dye = element.find("dyeId")
    return QpcrTarget(
        name=name,
        is_reference=(element.findtext("type") or "").strip() == "ref",
        dye="" if dye is None else dye.get("id", "") or (dye.text or "").strip(),
        efficiency=_base(element.findtext("amplificationEfficiency")),
    )


def _base(text: str | None) -> float | None:
    """Amplification base: versions and programs write 1.95, 0.95 or 95 for the same thing."""
    value = number_of(text or "")
    if value is None:
        return None
    base = value if 1.2 <= value <= 2.5 else 1 + value if 0 < value < 1.2 else 1 + value / 100
    return base if 1 < base <= 2.5 else None


def _runs(document: _Document) -> Iterator[QpcrWells]:
    for experiment in document.root.findall("experiment"):
        for run in experiment.findall("run"):
            name = " / ".join(part for part in (experiment.get("id", ""), run.get("id", "")) if part)
            yield _run(document, run, name)


def _run(document: _Document, run: Element, name: str) -> QpcrWells:
    shape = _shape(run)
    found = [
        _Reaction(react, each, curve_of(each, "adp", document.curves), curve_of(each, "mdp", document.curves))
        for react in run.findall("react")
        for each in react.findall("data")
    ]
    last = max((float(each.curve.x.max()) for each in found if each.curve.x.size), default=0.0)
    count = math.ceil(last) if 0 < last <= MOST_CYCLES else None
    with_cq = any(each.element.find("cq") is not None for each in found)
    wells = tuple(_well(document, each, shape, count, looked_for=with_cq) for each in found)
    keys = [(well.well, well.target) for well in wells]
    for well, target in sorted(
        {key for key in keys if keys.count(key) > 1} if len(set(keys)) < len(keys) else ()
    ):
        document.issues.append(refusals.twice(document.source.place, "reaction", f"{well} {target}"))
    used = [name for name in dict.fromkeys(well.target for well in wells) if name in document.targets]
    targets = tuple(document.targets[name] for name in used)
    return QpcrWells(run=name, wells=wells, targets=targets, cycle_count=count, shape=shape)


def _shape(run: Element) -> tuple[int, int] | None:
    """Rows and columns of a plate; None for rotors, free formats and sizes that no plate has."""
    texts = [(run.findtext(f"pcrFormat/{name}") or "").strip() for name in ("rows", "columns")]
    if not all(text.isdecimal() and len(text) < 4 for text in texts):
        return None
    rows, columns = (int(text) for text in texts)
    return (rows, columns) if 1 < rows <= len(_LETTERS) * 2 and 1 < columns <= 96 else None


def _well(
    document: _Document,
    each: _Reaction,
    shape: tuple[int, int] | None,
    count: int | None,
    *,
    looked_for: bool,
) -> QpcrWell:
    well = _name(each.react.get("id", ""), shape)
    sample, target = (_id(each, name) for name in ("sample", "tar"))
    _check(document, each, (well, sample, target))
    cq, missing = _cq(document, each, (well, target), count, looked_for=looked_for)
    declared = document.samples.get(sample)
    role = _role(declared, target)
    return QpcrWell(
        well=well,
        sample=sample,
        target=target,
        cq=cq,
        missing=missing,
        role=role,
        dye=document.targets[target].dye if target in document.targets else "",
        amount=_amount(declared, target) if declared is not None and role == "standard" else None,
        unit="" if declared is None else (declared.findtext("quantity/unit") or "").strip(),
        quantity=_quantity(each.element),
        efficiency=_base(each.element.findtext("ampEff")),
        excluded=(each.element.findtext("excl") or "").strip(),
        cycles=each.curve.x if each.curve.x.size else None,
        fluorescence=each.curve.y if each.curve.y.size else None,
        temperatures=each.melt.x if each.melt.x.size else None,
        melt=each.melt.y if each.melt.y.size else None,
    )


def _id(each: _Reaction, name: str) -> str:
    element = each.react.find(name) if name == "sample" else each.element.find(name)
    return "" if element is None else element.get("id", "")


def _name(number: str, shape: tuple[int, int] | None) -> str:
    """'B3' for the 15th of 12 columns; what the file says where it is no number or there is no plate."""
    if shape is None or not number.isdecimal() or not 0 < len(number) < 6 or int(number) < 1:
        return number
    row, column = divmod(int(number) - 1, shape[1])
    letters = _LETTERS[row] if row < 26 else _LETTERS[row // 26 - 1] + _LETTERS[row % 26] if row < 702 else ""
    return f"{letters}{column + 1}" if letters else number


def _check(document: _Document, each: _Reaction, names: tuple[str, str, str]) -> None:
    """Ids that point nowhere, and curves that cannot be."""
    well, sample, target = names
    place = document.source.place
    for kind, name, known in (("sample", sample, document.samples), ("target", target, document.targets)):
        if name not in known:
            what = f"reaction {well} names the {kind} {name!r}, which is not declared"
            document.issues.append(refusals.contradiction(place, what))
    for label, curve in (("amplification", each.curve), ("melting", each.melt)):
        if curve.broken:
            what = f"the {label} curve of {well} {target} cannot be: {curve.broken}"
            document.issues.append(refusals.damaged(place, what))


def _cq(
    document: _Document, each: _Reaction, names: tuple[str, str], count: int | None, *, looked_for: bool
) -> tuple[float, Missing]:
    """The quantification cycle. `looked_for`: other reactions of the run have one, so that none here was found."""
    text = (each.element.findtext("cq") or "").strip()
    if not text:
        return math.nan, "undetermined" if looked_for and each.curve.x.size else "empty"
    value = number_of(text)
    if says_undetermined(text) or value == -1:
        return math.nan, "undetermined"
    if value is not None and value == count:
        document.mended += 1
        return math.nan, "undetermined"
    cq, missing = cq_of(text, count)
    if missing == "not a number":
        document.issues.append(
            refusals.damaged(document.source.place, f"the cq of {' '.join(names)} is {text[:40]!r}")
        )
    return cq, missing


def _role(sample: Element | None, target: str) -> Role:
    if sample is None:
        return "sample"
    if _says(sample, "interRunCalibrator"):
        return "inter_run"
    if _says(sample, "calibratorSample"):
        return "calibrator"
    types = sample.findall("type")
    own = next((each for each in types if each.get("targetId") == target), None)
    general = next((each for each in types if each.get("targetId") is None), None)
    chosen = own if own is not None else general
    return _ROLES.get((chosen.text or "").strip(), "sample") if chosen is not None else "sample"


def _says(sample: Element, name: str) -> bool:
    return (sample.findtext(name) or "").strip().lower() in {"true", "1"}


def _amount(sample: Element, target: str) -> float | None:
    """The nominal amount of a standard, for this target where the sample says so."""
    amounts = sample.findall("quantity")
    own = next((each for each in amounts if each.get("targetId") == target), None)
    general = next((each for each in amounts if each.get("targetId") is None), None)
    chosen = own if own is not None else general
    value = number_of((chosen.findtext("value") or "") if chosen is not None else "")
    return value if value and value > 0 else None


def _quantity(element: Element) -> float | None:
    for name in ("Ncopy", "N0", "quantity/value"):
        value = number_of(element.findtext(name) or "")
        if value and value > 0:
            return value
    return None


def why_not(source: Source) -> Issue | None:
    """A file that is called RDML and does not begin like one."""
    return refusals.not_recognised(
        source.place, "an RDML file is a zip archive with rdml_data.xml, and this is none"
    )


ENTRY = Reader(
    name="rdml",
    label="RDML",
    source="Real-time PCR Data Markup Language 1.0 to 1.4 (Lefever et al., Nucleic Acids Res 2009;37:2065-2069; rdml.org)",
    yields=("QpcrWells",),
    extensions=("rdml", "rdm"),
    recognises=recognises,
    read=read,
    why_not=why_not,
)
