"""The Issues of doses, one named constructor each; every code has its page in docs/issues.

Before the injection a slip is an error: its numbers are withheld until it is mended. Once the injection is on record
the same slip is a query, for nothing can be stopped any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.values.issue import Issue, Weight

if TYPE_CHECKING:
    from firstdose.values.issue import Place

MEASURE_AGAIN = "Measure the lesion again, and mend the record that is wrong."
COUNT_AGAIN = "Ask the laboratory for both counts, and what each of them counts."
COMPUTE_AGAIN = "Compute it again from the record, or mend the number that was typed."


def areas_differ(place: Place, whose: str, one: str, other: str, percent: str) -> Issue:
    """FD-R201: two readings of an area more than 10 % apart."""
    message = f"Two readings of the area of {whose} are {percent} % apart: {one} and {other}."
    return Issue(place, "FD-R201", message, MEASURE_AGAIN, "query")


def slender(place: Place, whose: str, long: str, short: str) -> Issue:
    """FD-R202: one diameter more than ten times the other."""
    message = f"The diameters of {whose} are {long} and {short}, more than ten to one."
    return Issue(
        place,
        "FD-R202",
        message,
        "Look for a decimal point or for millimetres; trace a narrow plaque.",
        "query",
    )


def area_outside(place: Place, whose: str, area: str, limits: str) -> Issue:
    """FD-R203: an area outside the protocol's limits."""
    message = f"The area of {whose} is {area}, outside the protocol's limits {limits}."
    return Issue(
        place, "FD-R203", message, "Measure it again; a lesion of this size is not dosed under this protocol."
    )


def too_concentrated(place: Place, whose: str, concentration: str, limit: str) -> Issue:
    """FD-R204: a suspension denser than the protocol allows."""
    message = f"The suspension for {whose} has {concentration}, above the protocol's limit {limit}."
    return Issue(place, "FD-R204", message, "Check the exponent; else dilute and count again.")


def point_volume_outside(place: Place, whose: str, volume: str, limits: str) -> Issue:
    """FD-R205: the volume of an injection point outside the protocol's limits."""
    message = f"Each point of {whose} would hold {volume}, outside the protocol's limits {limits}."
    return Issue(place, "FD-R205", message, "Change the concentration or the number of points.", "query")


def cap_exceeded(place: Place, participant: str, total: str, cap: str) -> Issue:
    """FD-R206: more cells for one participant than the cap."""
    message = f"Participant {participant} would receive {total}; the cap is {cap}."
    return Issue(
        place, "FD-R206", message, "Stop: leave out a lesion or lower a dose level, as the protocol says."
    )


def delivery_outside(place: Place, whose: str, delivery: str, tolerance: str) -> Issue:
    """FD-R207: cells given outside the tolerance around those planned."""
    message = (
        f"{_first(whose)} received {delivery} % of the planned cells, outside {tolerance} %: a deviation."
    )
    return Issue(
        place,
        "FD-R207",
        message,
        "Check volumes and concentration at the source; explain what was given.",
        "query",
    )


def other_level(place: Place, whose: str, given: str, planned: str) -> Issue:
    """FD-R208: another dose level given than planned."""
    message = f"{_first(whose)} was planned for {planned}, the injection says {given}: a deviation."
    return Issue(
        place, "FD-R208", message, "Check which is true, and whether lesions were exchanged.", "query"
    )


def area_tenfold(place: Place, whose: str, one: str, other: str, weight: Weight = "error") -> Issue:
    """FD-R209: two readings of an area a factor 10 apart."""
    message = f"Two readings of the area of {whose} are a factor 10 apart: {one} and {other}."
    return Issue(
        place, "FD-R209", message, "A decimal point has moved, or one diameter is in millimetres.", weight
    )


def concentration_tenfold(
    place: Place, whose: str, used: str, released: str, weight: Weight = "error"
) -> Issue:
    """FD-R210: the concentration used a factor 10 from that at release."""
    message = (
        f"The suspension for {whose} is said to hold {used}; at release it held {released}: a factor 10."
    )
    return Issue(place, "FD-R210", message, "Check the exponent and the dilution at the source.", weight)


def cells_tenfold(place: Place, whose: str, written: str, computed: str, weight: Weight = "error") -> Issue:
    """FD-R211: the cells written a factor 10 from those computed."""
    message = f"{written} are written for {whose}; dose level and area make {computed}: a factor 10."
    return Issue(place, "FD-R211", message, COMPUTE_AGAIN, weight)


def volume_tenfold(place: Place, whose: str, written: str, computed: str, weight: Weight = "error") -> Issue:
    """FD-R212: the volume drawn or given a factor 10 from that computed."""
    message = f"{written} are recorded for {whose}; cells and concentration make {computed}: a factor 10."
    return Issue(place, "FD-R212", message, "A decimal point has moved in volume or concentration.", weight)


def millimetres(place: Place, whose: str, one: str, other: str, weight: Weight = "error") -> Issue:
    """FD-R213: two readings of an area a factor 100 apart."""
    message = f"Two readings of the area of {whose} are a factor 100 apart: {one} and {other}."
    return Issue(
        place, "FD-R213", message, "Millimetres were typed as centimetres: write centimetres.", weight
    )


def radius(place: Place, whose: str, one: str, other: str, weight: Weight = "error") -> Issue:
    """FD-R214: two readings of an area a factor 4 apart."""
    message = f"Two readings of the area of {whose} are a factor 4 apart: {one} and {other}."
    return Issue(place, "FD-R214", message, "Diameters were used as radii, or radii as diameters.", weight)


def bounding_box(place: Place, whose: str, box: str, ellipse: str, weight: Weight = "error") -> Issue:
    """FD-R215: an area that is the rectangle around the ellipse."""
    message = f"The area {box} of {whose} is 27 % above {ellipse}: the rectangle around the ellipse."
    return Issue(place, "FD-R215", message, "Multiply by pi/4; the ellipse is the area.", weight)


def total_for_viable(place: Place, whose: str, what: str, weight: Weight = "error") -> Issue:
    """FD-R216: all cells taken for living ones."""
    message = f"For {whose} all cells look as if they were taken for living ones: {what}."
    return Issue(place, "FD-R216", message, COUNT_AGAIN, weight)


def viability_twice(place: Place, whose: str, what: str, weight: Weight = "error") -> Issue:
    """FD-R217: living cells multiplied by viability once more."""
    message = f"For {whose} viability looks as if it was multiplied twice: {what}."
    return Issue(place, "FD-R217", message, COUNT_AGAIN, weight)


def computations_differ(place: Place, whose: str, numbers: tuple[str, ...]) -> Issue:
    """FD-R218: two computations of one dose that do not agree."""
    message = f"Two independent computations of the dose of {whose} differ in {', '.join(numbers)}."
    return Issue(
        place,
        "FD-R218",
        message,
        "Do not dose from this sheet; report this record, it is a fault of the software.",
    )


def no_concentration(place: Place, whose: str, why: str) -> Issue:
    """FD-R219: no usable concentration."""
    message = (
        f"The concentration for {whose} is not on record ({why}): the volume is left to be computed by hand."
    )
    return Issue(place, "FD-R219", message, "Enter the count of the day, and what it counts.", "warning")


def no_such_level(place: Place, whose: str, level: str, known: str) -> Issue:
    """FD-R220: a dose level that the protocol does not have."""
    message = f"The protocol has no dose level '{level}', which {whose} should receive."
    return Issue(place, "FD-R220", message, f"Write one of {known}.")


def outline_not_read(place: Place, whose: str, why: str, remedy: str) -> Issue:
    """FD-R221: a traced outline without an area."""
    return Issue(place, "FD-R221", f"The outline of {whose} has no area. {why}", remedy)


def coarse_syringe(place: Place, whose: str, volume: str, shown: str) -> Issue:
    """FD-R222: a graduation too coarse for the tolerance."""
    message = f"{_first(whose)} needs {volume}; the syringe can show {shown}, which alone leaves the protocol's tolerance."
    return Issue(place, "FD-R222", message, "Take a finer syringe, or dilute.", "query")


def cells_differ(place: Place, whose: str, written: str, computed: str) -> Issue:
    """FD-R223: cells written that do not follow from level and area."""
    message = f"{written} are written for {whose}; dose level and area make {computed}."
    return Issue(place, "FD-R223", message, COMPUTE_AGAIN, "query")


def concentrations_differ(place: Place, whose: str, used: str, released: str) -> Issue:
    """FD-R224: two counts more than 20 % apart."""
    message = f"The suspension for {whose} is said to hold {used}; at release it held {released}."
    return Issue(place, "FD-R224", message, COUNT_AGAIN, "query")


def no_level(place: Place, whose: str) -> Issue:
    """FD-R225: a lesion to be treated without a dose level."""
    return Issue(
        place,
        "FD-R225",
        f"{_first(whose)} has no dose level yet: no dose is computed.",
        "Assign it.",
        "query",
    )


def no_area(place: Place, whose: str) -> Issue:
    """FD-R226: a lesion to be treated without any reading of its area."""
    message = f"The area of {whose} is not on record: no dose is computed."
    return Issue(place, "FD-R226", message, "Enter two diameters, an outline or an area.", "query")


def _first(whose: str) -> str:
    """The words at the beginning of a sentence."""
    return whose[:1].upper() + whose[1:]
