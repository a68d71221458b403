"""Dose sheets: one section a participant, made to be printed, filled by hand and signed.

An Issue that is an error withholds the volumes of its lesion; an exceeded cap withholds all of the participant.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from firstdose import __version__
from firstdose.derived.dose import derive_doses, dose_totals, doses_cells, millions
from firstdose.derived.dose_slips import check_lesion, check_totals
from firstdose.report.tree import Column, Paragraph, Report, Section, Table, Text, ToWrite
from firstdose.values.issue import errors
from firstdose.values.rounding import printed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from firstdose.derived.area import Area
    from firstdose.derived.dose import DoseTotal, LesionDose
    from firstdose.protocol.model import Intervention, Protocol
    from firstdose.records.snapshot import Snapshot
    from firstdose.report.tree import Block, Cell
    from firstdose.values.issue import Issue
    from firstdose.values.quantity import Quantity

NOTHING: Cell = (Text("–"),)
WITHHELD: Cell = (Text("withheld", strong=True),)
DISAGREE = "FD-R218"  # two computations differ: there is no sheet
ABREAST = 3  # lesions side by side on a page
PREPARES, INJECTS, CHECKS = "the person preparing", "the person injecting", "a second person"
METHODS = {
    "ellipse": "ellipse of the diameters",
    "outline": "traced outline",
    "given": "measured elsewhere",
    "rectangle": "rectangle",
}


def build_dose_sheets(protocol: Protocol, snapshot: Snapshot) -> Report:
    """One section a participant with a lesion to treat or treated; a note where nothing is dosed per area."""
    limits = protocol.intervention
    sections: tuple[Section, ...] = ()
    if limits is not None and doses_cells(limits):
        sections = tuple(_sections(protocol, snapshot, limits))
    trial = protocol.trial
    return Report(
        title="Dose sheets",
        trial=trial.id,
        snapshot=snapshot.digest,
        protocol=snapshot.protocol_identity,
        software=f"firstdose {__version__}",
        invented=snapshot.invented or trial.invented,
        page_per_section=True,
        facts=tuple(_facts(protocol, limits)) if limits else (),
        blocks=sections or (_no_sheet(limits),),
    )


def _no_sheet(limits: Intervention | None) -> Section:
    why = "No lesion of the records is to be treated."
    if limits is None or not doses_cells(limits):
        why = "This protocol has no dose level in cells per area: there is no dose to compute."
    return Section("no-sheet", "No dose sheet", (Paragraph((Text(why),), "caution"),))


def _facts(protocol: Protocol, limits: Intervention) -> Iterator[tuple[str, str]]:
    yield "trial", protocol.trial.title
    yield "protocol version", protocol.trial.version
    yield "product", f"{limits.product}, {limits.route}"
    if limits.dose_levels:
        yield "dose levels", "; ".join(f"{each.level}: {_density(each.dose)}" for each in limits.dose_levels)
    yield from _limit_facts(limits)


def _limit_facts(limits: Intervention) -> Iterator[tuple[str, str]]:
    if limits.cap:
        yield "cap for one participant", millions(limits.cap) if doses_cells(limits) else str(limits.cap)
    if limits.tolerance:
        low, high = (printed(100 * end, 0) for end in limits.tolerance)
        yield "tolerated", f"{low} to {high} % of the planned cells"
    if limits.syringe_graduation:
        yield "syringe graduation", str(limits.syringe_graduation)


def _sections(protocol: Protocol, snapshot: Snapshot, limits: Intervention) -> Iterator[Section]:
    doses = derive_doses(protocol, snapshot)
    totals = {total.participant: total for total in dose_totals(doses, limits) if total.visit == ""}
    grouped = groupby(doses, key=lambda dose: dose.participant)
    for number, (participant, group) in enumerate(grouped, start=1):
        own = tuple(group)
        stops = check_totals(own, limits)
        found = {_name(dose): check_lesion(dose, limits, protocol.lesion_word) for dose in own}
        sheet = _Sheet(protocol, limits, number, own, totals[participant], found, stops)
        yield Section(f"sheet-{number}", f"Participant {participant}", tuple(sheet.blocks()))


def _name(dose: LesionDose) -> str:
    return dose.lesion if dose.number == 1 else f"{dose.lesion}, {dose.number}"


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The sheet of one participant. `stops`: what withholds every volume of it."""

    protocol: Protocol
    limits: Intervention
    number: int
    doses: tuple[LesionDose, ...]
    total: DoseTotal
    found: dict[str, tuple[Issue, ...]]
    stops: tuple[Issue, ...]

    def blocks(self) -> Iterator[Block]:
        yield _summary(self.protocol, self.doses, self.total)
        issues = {issue for those in self.found.values() for issue in those}
        yield from (_warning(issue) for issue in sorted({*issues, *self.stops}))
        if any(issue.code == DISAGREE for issue in issues):
            return
        for start in range(0, len(self.doses), ABREAST):
            part = self.doses[start : start + ABREAST]
            name = f"{self.number}-{start // ABREAST + 1}"
            yield self._table(f"t-plan-{name}", "To prepare and inject", part, self._plan_lines())
            if any(dose.given is not None or not self._is_stopped(dose) for dose in part):
                yield self._table(f"t-hand-{name}", "Carried out", part, self._hand_lines())
        yield Paragraph((Text(_how_computed(self.limits)),))

    def _table(
        self,
        table_id: str,
        title: str,
        doses: tuple[LesionDose, ...],
        lines: tuple[tuple[str, Callable[[LesionDose], Cell]], ...],
    ) -> Table:
        word = self.protocol.lesion_word
        columns = (Column(word), *(Column(f"{word} {_name(dose)}") for dose in doses))
        rows = tuple(((Text(head),), *(cell(dose) for dose in doses)) for head, cell in lines)
        return Table(table_id, f"{title}, participant {self.total.participant}", "", columns, rows)

    def _plan_lines(self) -> tuple[tuple[str, Callable[[LesionDose], Cell]], ...]:
        return (
            ("site, side", _site),
            ("diameters", _diameters),
            ("area", self._area),
            ("dose level", self._level),
            ("planned cells", _cells),
            ("density, one standard uncertainty", _spread),
            ("living cells in the suspension", _strength),
            ("volume to inject", self._volume),
            ("volume to draw up, with dead volume", self._to_draw),
            ("injection points", self._points),
            ("volume per point", self._per_point),
        )

    def _hand_lines(self) -> tuple[tuple[str, Callable[[LesionDose], Cell]], ...]:
        return (
            ("lot", self._by_hand("lot", PREPARES, lambda dose: dose.given.lot if dose.given else "")),
            ("drawn, mL", self._by_hand("mL drawn", PREPARES, lambda dose: _recorded(dose, "drawn"))),
            ("residual, mL", self._by_hand("mL left", INJECTS, lambda dose: _recorded(dose, "residual"))),
            ("points", self._by_hand("points", INJECTS, lambda dose: _recorded(dose, "points"))),
            ("time of the first point", self._by_hand("hh:mm", INJECTS, _when)),
            ("cells given", self._by_hand("(drawn - residual) x living cells per mL", PREPARES, _given)),
            (
                "signature",
                self._by_hand("signature", INJECTS, lambda dose: dose.given.operator if dose.given else ""),
            ),
            ("second signature", self._by_hand("signature", CHECKS, lambda _: "")),
        )

    def _by_hand(
        self, what: str, by_whom: str, record: Callable[[LesionDose], str]
    ) -> Callable[[LesionDose], Cell]:
        """What the record says, a field to fill before the injection, a dash after it."""

        def cell(dose: LesionDose) -> Cell:
            if dose.given is not None:
                return (Text(record(dose) or "–"),)
            return WITHHELD if self._is_stopped(dose) else (ToWrite(what, by_whom),)

        return cell

    def _is_stopped(self, dose: LesionDose) -> bool:
        return bool(errors((*self.stops, *self.found[_name(dose)])))

    def _area(self, dose: LesionDose) -> Cell:
        if not dose.areas:
            return NOTHING
        area = dose.areas[0]
        return (Text(f"{_cm2(area)}{_share_of_area(area, self.limits)}, {METHODS[area.method]}"),)

    def _level(self, dose: LesionDose) -> Cell:
        density = dose.request.density if dose.request else None
        return (Text(f"{dose.level or '–'}{f', {_density(density)}' if density else ''}"),)

    def _volume(self, dose: LesionDose) -> Cell:
        if dose.plan is None or dose.plan.volume is None:
            return self._left(dose, "mL = planned cells / living cells per mL")
        exact = f"{printed(dose.plan.volume.value, 4)} mL"
        return WITHHELD if self._is_stopped(dose) else (Text(exact),)

    def _to_draw(self, dose: LesionDose) -> Cell:
        plan = dose.plan
        if plan is None or plan.volume_to_prepare is None:
            dead = f" + {self.limits.dead_volume}" if self.limits.dead_volume else ""
            return self._left(dose, f"mL = volume to inject{dead}")
        return (
            WITHHELD
            if self._is_stopped(dose)
            else (Text(f"{plan.on_syringe(plan.volume_to_prepare)}", strong=True),)
        )

    def _points(self, dose: LesionDose) -> Cell:
        plan = dose.plan
        if plan is None or plan.points is None:
            by_grid = (
                "" if plan is None or plan.points_by_grid is None else f", at least {plan.points_by_grid}"
            )
            return self._left(dose, f"points{by_grid}")
        if self._is_stopped(dose):
            return WITHHELD
        ways = (("by volume", plan.points_by_volume), ("by area", plan.points_by_grid))
        told = ", ".join(f"{name} {number}" for name, number in ways if number is not None)
        return (Text(str(plan.points), strong=True), Text(f" ({told})"))

    def _per_point(self, dose: LesionDose) -> Cell:
        plan = dose.plan
        if plan is None or plan.volume_per_point is None:
            return self._left(dose, "mL = volume to inject / points")
        if self._is_stopped(dose):
            return WITHHELD
        shown, exact = plan.on_syringe(plan.volume_per_point), printed(plan.volume_per_point.value, 4)
        return (Text(str(shown), strong=True), Text(f" ({exact} mL)"))

    def _left(self, dose: LesionDose, what: str) -> Cell:
        """A number that nobody can compute yet."""
        if dose.plan is None or dose.given is not None:
            return NOTHING
        return WITHHELD if self._is_stopped(dose) else (ToWrite(what, PREPARES),)


def _summary(protocol: Protocol, doses: tuple[LesionDose, ...], total: DoseTotal) -> Paragraph:
    """How many lesions, the total and the cap."""
    visit = protocol.visit(doses[0].visit)
    when = f" at {visit.label or visit.visit}" if visit else ""
    word = protocol.lesion_word if total.lesions == 1 else f"{protocol.lesion_word}s"
    planned = f"{total.lesions} {word}{when}: {millions(total.planned)} planned in all"
    if total.cap is None:
        return Paragraph((Text(f"{planned}; the protocol sets no cap."),), "key")
    verdict = "exceeded: stop" if total.over_cap else "kept"
    share = printed(100 * total.largest.value / total.cap.to("cells").value, 1)
    said = (
        f", {millions(total.committed)} counting what was given" if total.committed != total.planned else ""
    )
    sentence = f"{planned}{said}. Cap {millions(total.cap)}: {verdict} ({share} % of it)."
    return Paragraph((Text(sentence, strong=total.over_cap),), "key")


def _warning(issue: Issue) -> Paragraph:
    return Paragraph((Text(issue.code, strong=True), Text(f" {issue.message} {issue.remedy}")), "caution")


def _how_computed(limits: Intervention) -> str:
    """The footnote that every sheet carries."""
    rounding = (
        f"; what is shown in bold is rounded once, to {limits.syringe_graduation}"
        if limits.syringe_graduation
        else ""
    )
    return (
        "Each dose was computed twice, in decimal and in binary arithmetic; where the two differ nothing is printed"
        f"{rounding}. Points are the larger of the number by volume and the number by area. A second person confirms "
        "lot, volume and place before the injection; an override needs two persons and a reason."
    )


def _site(dose: LesionDose) -> Cell:
    return (Text(", ".join(word for word in (dose.site, dose.side) if word) or "–"),)


def _diameters(dose: LesionDose) -> Cell:
    ellipse = next((area for area in dose.areas if area.method == "ellipse"), None)
    return NOTHING if ellipse is None else (Text(" × ".join(str(size) for size in ellipse.sizes)),)


def _cells(dose: LesionDose) -> Cell:
    return NOTHING if dose.plan is None else (Text(millions(dose.plan.cells)),)


def _spread(dose: LesionDose) -> Cell:
    plan = dose.plan
    if plan is None or plan.density_interval is None or plan.uncertainty is None:
        return NOTHING
    low, high = (printed(end.to("cells/cm2").value / 1_000_000, 2) for end in plan.density_interval)
    return (Text(f"{low} to {high} million cells/cm2 (± {printed(100 * plan.uncertainty, 1)} %)"),)


def _strength(dose: LesionDose) -> Cell:
    plan, request = dose.plan, dose.request
    if plan is None or request is None:
        return NOTHING
    if plan.viable_concentration is None:
        return (Text("concentration not on record", strong=True),)
    told = f"{printed(plan.viable_concentration.value / 1_000_000, 2)} million/mL"
    if request.counted == "total" and request.viability:
        told += f" ({printed(request.viability.to('%').value, 1)} % of all cells)"
    return (Text(told),)


def _given(dose: LesionDose) -> str:
    """Cells given and delivery, once the injection is on record."""
    if dose.given is None or dose.given.cells is None:
        return "not computable from the record"
    share = "" if dose.delivery is None else f", {printed(100 * dose.delivery, 1)} % of the plan"
    return f"{millions(dose.given.cells)}{share}"


def _recorded(dose: LesionDose, name: str) -> str:
    value = getattr(dose.given, name)
    return "" if value is None else str(value)


def _when(dose: LesionDose) -> str:
    assert dose.given is not None  # asked only where an injection is on record
    return " ".join(word for word in (str(dose.given.date or ""), dose.given.time) if word)


def _density(density: Quantity) -> str:
    return f"{printed(density.to('cells/cm2').value / 1_000_000, 2)} million cells/cm2"


def _share_of_area(area: Area, limits: Intervention) -> str:
    """The uncertainty that was measured with the area, else the protocol's."""
    if area.uncertainty is not None:
        return f" ± {printed(100 * area.uncertainty, 1)} % (measured)"
    return "" if limits.uncertainty_area is None else f" ± {printed(100 * limits.uncertainty_area, 1)} %"


def _cm2(area: Area) -> str:
    return f"{printed(area.value.value, 2)} cm2"
