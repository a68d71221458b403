"""What is refused when files come in or go out."""

from __future__ import annotations

from django.utils.translation import gettext as _

from firstdose.values.issue import Issue, Place


def no_file() -> Issue:
    return Issue(
        Place("import"),
        "FD-W150",
        _("No file was chosen."),
        _("Choose a zip of a study folder, or one CSV table."),
    )


def not_a_table(name: str) -> Issue:
    return Issue(
        Place(name), "FD-W151", _("This is neither a CSV table of an activity nor a zip of them."),
        _("Name the file like the activity, such as plaque_score.csv, or pack the folder records as zip."),
    )  # fmt: skip


def too_large(name: str) -> Issue:
    return Issue(
        Place(name), "FD-W152", _("The file is larger than 20 MB."), _("Bring it in table by table.")
    )


def no_reason(n: int) -> Issue:
    return Issue(
        Place("import"), "FD-W153", _("%(n)d values on record would change, and there is no reason.") % {"n": n},
        _("Write why; it is kept with every one of them."),
    )  # fmt: skip


def not_complete(names: str) -> Issue:
    return Issue(
        Place("import"), "FD-W154", _("An inspector's pack holds every site; this role sees only some: %(n)s.") % {"n": names},
        _("Ask somebody with the right for the whole study."),
    )  # fmt: skip


def signed_here_only(name: str) -> Issue:
    return Issue(
        Place(name), "FD-W155", _("A table of doses released against the rule is not brought in: two persons sign each here."),
        _("Take the table out and release the doses on their page."),
    )  # fmt: skip
