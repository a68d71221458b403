"""What the blinded do not see: everything that shows dose, allocation or product, derived from the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstdose.instruments import cell_product, injection
from firstdose.protocol.names import ADMINISTRATION

if TYPE_CHECKING:
    from firstdose.web.accounts.standing import Standing

# Forms that show the dose as a whole, and items that show it wherever they stand.
HIDDEN_FORMS = frozenset(
    {ADMINISTRATION, cell_product.ENTRY.name, "product_release", "custody", "dose_override"}
)
HIDDEN_ITEMS = frozenset(
    {item.name for item in injection.ENTRY.items} - {"site", "laterality"} | {"dose_level", "role", "lot"}
)


def hidden(standing: Standing, form: str, item: str = "") -> bool:
    """Whether this form, or this item of it, is kept from a person."""
    return standing.blind and (form in HIDDEN_FORMS or item in HIDDEN_ITEMS)
