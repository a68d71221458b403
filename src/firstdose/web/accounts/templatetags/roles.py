"""Roles as people call them: `{{ row.role|role }}`."""

from __future__ import annotations

from django import template

from firstdose.web.accounts.rights import ROLES

register = template.Library()


@register.filter
def role(code: str) -> str:
    """The word of a role in the language of the page; what is none stays as it is."""
    return str(ROLES.get(code, code))
