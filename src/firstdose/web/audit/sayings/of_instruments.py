"""Sentences of the instruments' own rules between the items of one record (FD-R101 to FD-R119)."""

from __future__ import annotations

from django.utils.translation import gettext_noop as noop

from firstdose.web.audit.sayings.saying import Saying

INSTRUMENTS = {
    "FD-R101": Saying(
        (noop("the area of %(region)s and its signs contradict each other: area 0 and all signs 0 go together."),),
        (noop("Grade the signs of an affected region; write 0 for all of a clear one."),),
    ),
    "FD-R102": Saying(
        (noop("no set of gradings gives this PASI total: 24 of the 721 tenths cannot occur, nor more decimals."),),
        (noop("Compare with the gradings of the four regions."),),
    ),
    "FD-R103": Saying(
        (noop("item %(n)s is marked not relevant and has a score above 0."),),
        (noop("Keep what the participant ticked: one of the two."),),
    ),
    "FD-R104": Saying(
        (noop("the two parts of item 7 contradict each other: prevented is 3, not prevented is 0, 1 or 2."),),
        (noop("Read both parts again on the form. Until then the higher counts."),),
    ),
    "FD-R105": Saying(
        (noop("the total on the form is not the sum of its items."),),
        (noop("Read the items again; firstdose computes the total from them."),),
    ),
    "FD-R106": Saying(
        (noop("the total on the form is 1 or 2 higher than its items, and item 7 is 0: its second part seems left out."),),
        (noop("Enter the second part of item 7 (0, 1 or 2) as item_7."),),
    ),
    "FD-R107": Saying(
        (noop("a total is written although two or more items are missing."),),
        (noop("There is no total then; look for the answers."),),
    ),
    "FD-R108": Saying(
        (noop("the readings of this place differ: their coefficient of variation is above 10 %%."),),
        (noop("Measure again, or confirm the readings."),),
    ),
    "FD-R109": Saying(
        (noop("the diameter across is longer than the longest diameter."),),
        (noop("Exchange the two, or measure again."),),
    ),
    "FD-R110": Saying(
        (noop("the longest diameter is more than ten times the other."),),
        (noop("Look for a decimal point or for millimetres; a band-shaped plaque is traced."),),
    ),
    "FD-R111": Saying(
        (noop("a diameter is above 30 cm: it was probably measured in millimetres."),),
        (noop("Write centimetres; the area would be 100 times too large."),),
    ),
    "FD-R112": Saying(
        (noop("the area given differs by more than 10 %% from the ellipse of the two diameters."),),
        (noop("Measure once more; a plaque of another shape is traced."),),
    ),
    "FD-R113": Saying(
        (noop("the area given is the rectangle around the plaque, 27 %% more than the ellipse."),),
        (noop("Multiply by pi/4, or leave it empty: the ellipse is computed from the diameters."),),
    ),
    "FD-R114": Saying(
        (noop("the area given is four times the ellipse: the diameters were used as radii."),),
        (noop("Divide by 4, or leave it empty: the ellipse is computed from the diameters."),),
    ),
    "FD-R115": Saying(
        (noop("more is left in the syringe than was drawn."),),
        (noop("Read both volumes again; the residual is what was not injected."),),
    ),
    "FD-R116": Saying(
        (noop("the diastolic pressure is not below the systolic."),),
        (noop("Exchange the two, or read them again."),),
    ),
    "FD-R117": Saying(
        (noop("grade 5 and the outcome 'fatal' go together; one of them is missing here."),),
        (noop("Correct the grade or the outcome."),),
    ),
    "FD-R118": Saying(
        (noop("the event is not marked serious, though its grade, outcome or criterion makes it so."),),
        (noop("Mark it serious with its criterion, or correct what contradicts."),),
    ),
    "FD-R119": Saying(
        (noop("the event is still there and its outcome says that it is over."),),
        (noop("Give its last day, or correct the outcome."),),
    ),
}  # fmt: skip
