"""Accounts and what each may be, where. Every change of them is an event of the log; these rows are what holds now."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


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

    @property
    def in_force(self) -> bool:
        return self.until is None and self.trained_on is not None
