"""Issues about the words of the product section."""

from __future__ import annotations

from firstdose.protocol.checking_wording import Wording

PRODUCT = (
    Wording(
        "FD-P180",
        "A floor that is none",
        "the floor of {attribute} ({floor}) does not lie beyond its limit ({limit}).",
        "Write a floor that allows more than the limit, such as >= 70 % beside >= 80 %.",
    ),
    Wording(
        "FD-P181",
        "A stability that is no time",
        "stability {value} is {what}.",
        "Write a time, such as 6 h.",
    ),
    Wording(
        "FD-P182",
        "A stability without a beginning",
        "stability counts from thaw or harvest, and the chain has neither.",
        "Put thaw or harvest among the links of custody, or leave stability out.",
    ),
    Wording(
        "FD-P183",
        "A chain that does not reach the lesion",
        "the chain of custody ends with {last}; what is treated is a {lesion}.",
        "Write the links from the source to the {lesion}, the {lesion} last.",
    ),
    Wording(
        "FD-P184",
        "A chain without a lot",
        "the chain of custody has no link 'lot', and release judges lots.",
        "Put lot among the links of custody.",
    ),
    Wording(
        "FD-P185",
        "A release that no dose can ask for",
        "lots are released, and no activity of the schedule says which lot was given.",
        "Schedule injection or cell_product, or follow lots by custody.",
        "warning",
    ),
    Wording(
        "FD-P186",
        "An attribute that is probably misspelt",
        "release judges '{name}', a word that is not usual.",
        "{guess}Keep it if it is meant.",
        "warning",
    ),
    Wording(
        "FD-P187",
        "A limit of another kind than its attribute",
        "{attribute} is {needs}; its limit is '{limit}'.",
        "Write a limit such as {example}.",
    ),
    Wording(
        "FD-P188",
        "Qualities that nobody judges",
        "release does not judge {missing}.",
        "Add them, or say in the assumptions why not.",
        "warning",
    ),
    Wording(
        "FD-P189",
        "A floor where nothing is rejected",
        "{attribute} has a floor, and its breach is only a flag.",
        "Write reject under breach, or leave the floor out.",
    ),
)
