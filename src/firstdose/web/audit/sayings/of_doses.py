"""Sentences about doses (FD-R201 to FD-R226), release and custody (FD-R230 to FD-R241)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

_MEASURE = noop("Measure the lesion again, and mend the record that is wrong.")
_COUNT = noop("Ask the laboratory for both counts, and what each of them counts.")
_COMPUTE = noop("Compute it again from the record, or mend the number that was typed.")
_LABEL = noop("Look at the label and the log of the laboratory; nothing is guessed here.")

DOSES = {
    "FD-R201": Saying(
        (noop("Two readings of the area of %(whose)s are %(percent)s %% apart: %(one)s and %(other)s."),), (_MEASURE,)
    ),
    "FD-R202": Saying(
        (noop("The diameters of %(whose)s are %(one)s and %(other)s, more than ten to one."),),
        (noop("Look for a decimal point or for millimetres; trace a narrow plaque."),),
    ),
    "FD-R203": Saying(
        (noop("The area of %(whose)s is %(area)s, outside the protocol's limits %(limits)s."),),
        (noop("Measure it again; a lesion of this size is not dosed under this protocol."),),
    ),
    "FD-R204": Saying(
        (noop("The suspension for %(whose)s has %(concentration)s, above the protocol's limit %(limit)s."),),
        (noop("Check the exponent; else dilute and count again."),),
    ),
    "FD-R205": Saying(
        (noop("Each point of %(whose)s would hold %(volume)s, outside the protocol's limits %(limits)s."),),
        (noop("Change the concentration or the number of points."),),
    ),
    "FD-R206": Saying(
        (noop("Participant %(participant)s would receive %(total)s; the cap is %(cap)s."),),
        (noop("Stop: leave out a lesion or lower a dose level, as the protocol says."),),
    ),
    "FD-R207": Saying(
        (noop("%(whose)s received %(delivery)s %% of the planned cells, outside %(tolerance)s %%: a deviation."),),
        (noop("Check volumes and concentration at the source; explain what was given."),),
    ),
    "FD-R208": Saying(
        (noop("%(whose)s was planned for %(planned)s, the injection says %(given)s: a deviation."),),
        (noop("Check which is true, and whether lesions were exchanged."),),
    ),
    "FD-R209": Saying(
        (noop("Two readings of the area of %(whose)s are a factor 10 apart: %(one)s and %(other)s."),),
        (noop("A decimal point has moved, or one diameter is in millimetres."),),
    ),
    "FD-R210": Saying(
        (noop("The suspension for %(whose)s is said to hold %(used)s; at release it held %(released)s: a factor 10."),),
        (noop("Check the exponent and the dilution at the source."),),
    ),
    "FD-R211": Saying(
        (noop("%(written)s are written for %(whose)s; dose level and area make %(computed)s: a factor 10."),),
        (_COMPUTE,),
    ),
    "FD-R212": Saying(
        (noop("%(written)s are recorded for %(whose)s; cells and concentration make %(computed)s: a factor 10."),),
        (noop("A decimal point has moved in volume or concentration."),),
    ),
    "FD-R213": Saying(
        (noop("Two readings of the area of %(whose)s are a factor 100 apart: %(one)s and %(other)s."),),
        (noop("Millimetres were typed as centimetres: write centimetres."),),
    ),
    "FD-R214": Saying(
        (noop("Two readings of the area of %(whose)s are a factor 4 apart: %(one)s and %(other)s."),),
        (noop("Diameters were used as radii, or radii as diameters."),),
    ),
    "FD-R215": Saying(
        (noop("The area %(area)s of %(whose)s is 27 %% above %(ellipse)s: the rectangle around the ellipse."),),
        (noop("Multiply by pi/4; the ellipse is the area."),),
    ),
    "FD-R216": Saying(
        (noop("For %(whose)s all cells look as if they were taken for living ones: %(amounts)s."),), (_COUNT,)
    ),
    "FD-R217": Saying(
        (noop("For %(whose)s viability looks as if it was multiplied twice: %(amounts)s."),), (_COUNT,)
    ),
    "FD-R218": Saying(
        (noop("Two independent computations of the dose of %(whose)s differ in %(numbers)s."),),
        (noop("Do not dose from this sheet; report this record, it is a fault of the software."),),
    ),
    "FD-R219": Saying(
        (noop("The concentration for %(whose)s is not on record (%(why)s): the volume is left to be computed by hand."),),
        (noop("Enter the count of the day, and what it counts."),),
    ),
    "FD-R220": Saying(
        (noop("The protocol has no dose level '%(level)s', which %(whose)s should receive."),),
        (noop("Write one of %(known)s."),),
    ),
    "FD-R221": Saying(
        (
            noop("The outline of %(whose)s has no area. %(sentence)s"),
        ),
    ),
    "FD-R222": Saying(
        (
            noop(
                "%(whose)s needs %(volume)s; the syringe can show %(shown)s, which alone leaves the protocol's tolerance."
            ),
        ),
        (noop("Take a finer syringe, or dilute."),),
    ),
    "FD-R223": Saying(
        (noop("%(written)s are written for %(whose)s; dose level and area make %(computed)s."),), (_COMPUTE,)
    ),
    "FD-R224": Saying(
        (noop("The suspension for %(whose)s is said to hold %(used)s; at release it held %(released)s."),), (_COUNT,)
    ),
    "FD-R225": Saying((noop("%(whose)s has no dose level yet: no dose is computed."),), (noop("Assign it."),)),
    "FD-R226": Saying(
        (noop("The area of %(whose)s is not on record: no dose is computed."),),
        (noop("Enter two diameters, an outline or an area."),),
    ),
}  # fmt: skip

PRODUCT = {
    "FD-R230": Saying(
        (noop("Lot %(lot)s has no result for %(attribute)s: that is no pass."),),
        (noop("Enter the result; until then the lot is not released."),),
    ),
    "FD-R231": Saying(
        (noop("%(attribute)s of lot %(lot)s is %(result)s; the limit is %(limit)s."),),
        (
            noop("It lies beyond the floor: nobody overrides it."),
            noop("The lot is not released; two persons may override it with a reason."),
            noop("The protocol lets it be given; say so in the report."),
        ),
    ),
    "FD-R232": Saying(
        (noop("The override of %(attribute)s of lot %(lot)s does not count: %(why)s."),),
        (noop("An override needs two different persons and a reason."),),
    ),
    "FD-R233": Saying(
        (noop("%(attribute)s of lot %(lot)s cannot be judged: %(why)s."),),
        (noop("Write the result in the kind and unit of the limit."),),
    ),
    "FD-R234": Saying(
        (noop("Lot %(lot)s was released in spite of %(attribute)s by %(who)s: %(words)s."),),
        (noop("Nothing to mend; it is told wherever this lot is."),),
    ),
    "FD-R235": Saying(
        (
            noop("Lot %(lot)s was given to %(whose)s and is not released: %(why)s."),
            noop("Lot %(lot)s is meant for %(whose)s and is not released: %(why)s."),
        ),
        (
            noop("Report it as a deviation."),
            noop("Do not give it: release it first, or take another lot."),
        ),
    ),
    "FD-R236": Saying(
        (
            noop("%(typed)s has no proper parent: no record has the id %(parent)s."),
            noop("%(typed)s has no proper parent: %(why)s."),
        ),
        (noop("Did you mean '%(name)s'? Look at the label and the log of the laboratory; nothing is guessed here."), _LABEL),
    ),
    "FD-R237": Saying(
        (noop("The id %(typed)s was used before (%(first)s)."),),
        (noop("An id is given once; find out which of both this is."),),
    ),
    "FD-R238": Saying(
        (noop("%(what)s is expired: %(why)s."),), (noop("Do not give it; given, it is a deviation."),)
    ),
    "FD-R239": Saying(
        (noop("%(typed)s went astray: %(why)s."),),
        (noop("Stop: compare label, participant and lesion before anything else is injected."),),
    ),
    "FD-R240": Saying(
        (noop("The record of %(typed)s is not complete: %(why)s."),), (noop("Complete it from the log."),)
    ),
    "FD-R241": Saying(
        (noop("The cells given to %(whose)s cannot be followed to their source: %(why)s."),),
        (noop("Enter the missing links of custody."),),
    ),
}  # fmt: skip
