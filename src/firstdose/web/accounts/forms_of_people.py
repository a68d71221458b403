"""Forms of the administrator's pages: small, strict, each field with its words."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from firstdose.web.accounts.rights import ROLES
from firstdose.web.audit.clock import now
from firstdose.web.audit.study import NoStudy, current

_ISO = "%Y-%m-%d"
_SHORT = RegexValidator(r"\A[a-z][a-z0-9-]{1,39}\Z", _("Small letters, digits and hyphens, at most 40."))
_ONE_LINE = RegexValidator(r"\A[^\x00-\x1f\x7f]*\Z", _("Write it on one line."))


def _line(label: Any, most: int = 200, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, validators=[_ONE_LINE], **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    box = forms.DateInput(attrs={"type": "date"}, format=_ISO)
    return forms.DateField(label=label, input_formats=[_ISO], widget=box, **more)


def _reason() -> forms.CharField:
    return _line(_("Reason"), help_text=_("It is kept with your name."))


def _sites() -> list[tuple[str, Any]]:
    try:
        known = [(site.site, site.label) for site in current().sites]
    except NoStudy:
        known = []
    return [("", _("all sites")), *known]


class WithReason(forms.Form):
    reason = _reason()


class NewPerson(forms.Form):
    name = _line(_("Name, as it is printed"), 120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    code = forms.CharField(
        label=_("Short name"),
        validators=[_SHORT],
        help_text=_("The trail calls the person so. It is never given again."),
    )
    reason = _reason()


class Grant(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=lambda: list(ROLES.items()))
    site = forms.ChoiceField(label=_("Site"), choices=_sites, required=False)
    since = _day(_("From"))
    until = _day(_("Until, including this day"), required=False)
    reason = _reason()

    def moments(self) -> dict[str, datetime | None]:
        """From the start of the first day (now, if that is today) to the end of the last, in UTC."""
        first, last = self.cleaned_data["since"], self.cleaned_data["until"]
        begin = now() if first == now().date() else _midnight(first)
        return {"since": begin, "until": _midnight(last + timedelta(days=1)) if last else None}


class Training(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=lambda: list(ROLES.items()))
    on = _day(_("Day"))
    training = _line(_("Training"), help_text=_("Title and version of what was taught."))


class Identity(forms.Form):
    document = forms.ChoiceField(
        label=_("Kind of document seen"),
        choices=[
            ("passport", _("passport")),
            ("identity card", _("identity card")),
            ("licence", _("licence")),
        ],
        help_text=_("Only the kind is kept, no number."),
    )
    on = _day(_("Day"))


class Finding(forms.Form):
    finding = _line(_("What was found"), 500)


class Day(forms.Form):
    day = _day(_("Day"))


class NewPassword(forms.Form):
    password = forms.CharField(
        label=_("New password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is easy to remember. Spaces count."),
    )
    again = forms.CharField(
        label=_("The same once more"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        told: dict[str, Any] = super().clean() or {}
        if told.get("password") != told.get("again"):
            self.add_error("again", _("The two are not the same."))
        return told


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
