"""The section that says which laboratory values come from the files of instruments."""

from __future__ import annotations

from firstdose.protocol import model_of_laboratory as model
from firstdose.protocol.fields import Section, may, must

SECTIONS: tuple[Section, ...] = (
    Section(
        name="laboratory",
        form="blocks",
        makes=model.PlannedAssay,
        title="8",
        extra="options",
        meaning=(
            "activities whose values come from instrument files, each under its name; further keys are words of the assay"
        ),
        fields=(
            must("assay", "name", "the assay of the shelf"),
            must(
                "quantities",
                "table",
                "which quantity of the assay goes into which item",
                makes=model.MeasuredItem,
                columns=(
                    must("item", "name", "item of the activity's form"),
                    must("quantity", "name", "quantity that the assay yields"),
                    may("analyte", "text", "what is measured, as the instrument names it"),
                ),
            ),
            may(
                "limits",
                "table",
                "quality rules with other limits than the assay's own",
                makes=model.LimitOfRule,
                columns=(
                    must("rule", "name", "quality rule of the assay"),
                    must("limit", "range", "smallest .. largest good value", name="limits"),
                ),
            ),
        ),
    ),
)
