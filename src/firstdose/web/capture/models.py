"""What capture keeps beside the log, none of it record: drafts that were not saved yet, and numbers already given."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """What somebody typed into a page and did not save: name of the input -> text, as JSON."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    participant = models.TextField()
    visit = models.TextField(default="", blank=True)
    form = models.TextField()
    repeat = models.TextField(default="", blank=True)
    typed = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "draft"
        constraints = (
            models.UniqueConstraint(
                fields=("person", "participant", "visit", "form", "repeat"), name="one_draft"
            ),
        )

    def __str__(self) -> str:
        return f"{self.participant} {self.visit} {self.form} {self.repeat}"


class Given(models.Model):
    """A number that was given out: two people who add a record at one moment never get the same."""

    name = models.TextField(unique=True)
    idem = models.TextField(default="", blank=True, db_index=True)

    class Meta:
        db_table = "given_number"

    def __str__(self) -> str:
        return self.name
