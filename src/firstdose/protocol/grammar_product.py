"""The section that says what releases the cells and how they are followed."""

from __future__ import annotations

from typing import get_args

from firstdose.protocol import model_of_product as model
from firstdose.protocol.fields import Section, may, must

SECTIONS: tuple[Section, ...] = (
    Section(
        name="product",
        form="keys",
        makes=model.CellProduct,
        title="6.1",
        meaning="what releases a lot of cells, how it is followed from its source to the lesion, how long it is stable",
        fields=(
            may(
                "release",
                "table",
                "what a lot must show before it is given; a result that is missing is no pass",
                makes=model.ReleaseAttribute,
                columns=(
                    must("attribute", "name", "viability, sterility, endotoxin, expiry ..."),
                    must("limit", "limit", "what is good"),
                    may("method", "text", "how it is tested"),
                    may(
                        "breach",
                        "choice",
                        "reject: not given unless two persons override it with a reason; flag: given, and told",
                        choices=get_args(model.Breach),
                    ),
                    may("floor", "limit", "beyond this limit nobody overrides"),
                ),
            ),
            may("custody", "names", "kinds of links of the chain, the source first and the lesion last"),
            may("stability", "quantity", "longest time from thaw or harvest to the lesion"),
            may(
                "check_characters",
                "truth",
                "whether every id of the chain ends in a check character (ISO 7064, MOD 37-2): yes or no",
            ),
        ),
    ),
)
