"""The product section in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.protocol.telling_words import capital, listed, spaced

if TYPE_CHECKING:
    from firstdose.protocol.model import Protocol
    from firstdose.protocol.model_of_product import ReleaseAttribute


def tell_product(protocol: Protocol) -> dict[str, str]:
    """A sentence for every attribute of release, for the chain and for stability."""
    product = protocol.product
    if product is None:
        return {}
    told = {f"release {row.attribute}": tell_attribute(row) for row in product.release}
    if product.custody:
        steps = listed([spaced(step) for step in product.custody])
        told["custody"] = f"Every lot is followed link by link: {steps}."
    if product.stability is not None:
        told["stability"] = (
            f"From thaw or harvest to the {protocol.lesion_word} pass at most {product.stability}."
        )
    if product.check_characters:
        told["check_characters"] = "Every id of the chain ends in a check character (ISO 7064, MOD 37-2)."
    return told


def tell_attribute(row: ReleaseAttribute) -> str:
    """What a lot must show, how it is tested, and what follows where it does not."""
    by = f" by {row.method}" if row.method else ""
    breach = "else two persons may release it with a reason"
    if row.breach == "flag":
        breach = "else it is given and this is told"
    elif row.floor is not None:
        breach += f", and nobody where it is not {row.floor.written}"
    return f"{capital(spaced(row.attribute))} of a lot is {row.limit.written}{by}; {breach}."
