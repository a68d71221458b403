"""Accounts and what each may be, where. Every change of them is an event of the log; these rows are what holds now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from firstdose.web.audit.clock import now

if TYPE_CHECKING:
    from datetime import datetime


class PersonQueries(BaseUserManager["Person"]):
    """How accounts are made: by e-mail address, which is never used twice."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> Person:
        person = self.model(email=self.normalize_email(email).lower(), **more)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        return self.get(email=(username or "").lower())


class Person(AbstractBaseUser):
    """One account is one person. `code` is what the log calls them; an account that ends is kept and never given again."""

    code = models.TextField(unique=True)
    email = models.EmailField(unique=True)
    printed_name = models.TextField()
    language = models.TextField(default="en")
    identified_on = models.DateField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["printed_name"]
    objects = PersonQueries()

    class Meta:
        db_table = "person"

    def __str__(self) -> str:
        return self.printed_name


class Membership(models.Model):
    """A role of a person at a site ('' all sites), from a day until it is withdrawn; in force only once trained for."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    role = models.TextField()
    site = models.TextField(default="", blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    trained_on = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "membership"

    def __str__(self) -> str:
        return f"{self.person_id}: {self.role}"

    @property
    def in_force(self) -> bool:
        return self.in_force_at(now())

    def in_force_at(self, moment: datetime) -> bool:
        begun = self.since <= moment and (self.until is None or moment < self.until)
        return begun and self.trained_on is not None


class Login(models.Model):
    """One login from its beginning to its end. A session counts only while its row here has no end."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="logins")
    key = models.TextField(db_index=True)
    since = models.DateTimeField()
    seen = models.DateTimeField()
    ended = models.DateTimeField(null=True, blank=True)
    browser = models.TextField(default="", blank=True)
    # False only for sessions that the one who runs the server made in a shell: nothing reached by HTTP can be that.
    by_http = models.BooleanField(default=True)

    class Meta:
        db_table = "login"

    def __str__(self) -> str:
        return f"login {self.pk}"


class Invitation(models.Model):
    """A link by which a person sets a password; good once, for 72 hours, and only the newest of a person."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="invitations")
    digest = models.TextField(unique=True)
    made = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "invitation"

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class SpentCode(models.Model):
    """A code of the second factor that was accepted: no code counts twice, whichever process is asked."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    digest = models.TextField()
    at = models.DateTimeField()

    class Meta:
        db_table = "spent_code"
        constraints = (models.UniqueConstraint(fields=("person", "digest"), name="one_use_of_a_code"),)

    def __str__(self) -> str:
        return f"code of {self.person_id}"
