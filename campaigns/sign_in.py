"""How people sign in: users are made by admins, nobody signs up."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import User
from channels import crypto


class ClosedAccountAdapter(DefaultAccountAdapter):
    """allauth without sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SealedMFAAdapter(DefaultMFAAdapter):
    """Keeps the secrets of authenticator apps encrypted in the database."""

    def encrypt(self, text: str) -> str:
        """`text` sealed with the newest credential key."""
        return crypto.seal({"secret": text}).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given. Raises UnreadableCredentials when no credential key opens it."""
        return crypto.unseal(encrypted_text.encode())["secret"]


def password_link(user: User) -> str:
    """The absolute address where `user` sets a password: valid for three days, and until one is set."""
    key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
    return f"{settings.PUBLIC_URL}{reverse('account_reset_password_from_key', kwargs=key)}"


def trust_address(user: User) -> None:
    """Make the user's e-mail address the only one that allauth knows, as verified: an admin vouches for it."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})
