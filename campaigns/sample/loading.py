"""The whole sample, loaded once: all of it or nothing, and nothing where it is there already."""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from campaigns.engine import clock
from campaigns.models import AuditEntry, Installation, User
from campaigns.permissions import Role, set_roles
from campaigns.sample.campaigns import draft_campaigns, launch_campaigns
from campaigns.sample.contacts import load_contacts
from campaigns.sample.segments import load_segments
from campaigns.sample.vendors import connect_vendor
from campaigns.sandbox_account import follow_sandbox
from campaigns.sign_in import trust_address

# The mark that the sample was loaded: what somebody has thrown away since does not come back.
MARK = {"verb": "loaded", "subject_kind": "sample", "subject_id": 1}


@transaction.atomic
def load_sample(*, password: str) -> bool:
    """Load the sample, with an account for each role that signs in with `password`; gives whether anything was done.

    The sandbox (SANDBOX_URL) need not run yet: the workers find what was launched when they start.
    """
    if AuditEntry.objects.filter(**MARK).exists():
        follow_sandbox()
        return False
    hashed = make_password(password)
    users = {role: _user(role, hashed_password=hashed) for role in Role}
    marketer, admin = users[Role.MARKETER], users[Role.ADMIN]
    now = clock.now()
    Installation.objects.update_or_create(
        id=1, defaults={"name": "Marigold", "default_country": "US", "time_zone": settings.TIME_ZONE}
    )
    senders = connect_vendor(by=admin)
    load_contacts(by=marketer, now=now)
    segments = load_segments(by=marketer, today=now.date())
    campaigns = draft_campaigns(senders=senders, segments=segments, by=marketer)
    launch_campaigns(campaigns, by=marketer)
    AuditEntry.objects.create(actor=admin, **MARK)
    return True


def sample_began_at() -> datetime:
    """When the sample was loaded, in the product's time. Raises AuditEntry.DoesNotExist where it never was."""
    return AuditEntry.objects.get(**MARK).at


def _user(role: Role, *, hashed_password: str) -> User:
    """The account of `role`. All have one password, hashed once, because hashing takes a good part of a second."""
    email = f"{role.value}@demo.cascade"
    if known := User.objects.filter(email=email).first():
        return known
    user = User.objects.create(email=email, password=hashed_password, first_name=str(role.label))
    set_roles(user=user, roles=[role])
    trust_address(user)
    return user
