"""What a row of the team page says of a colleague. The rows' groups and permissions are fetched before."""

from django import template

from campaigns.models import User
from campaigns.permissions import Permission, Role, roles_of

register = template.Library()


@register.filter
def roles(user: User) -> list[Role]:
    """`{% for role in colleague|roles %}`: the roles of a user."""
    return roles_of(user)


@register.filter
def is_granted_people(user: User) -> bool:
    """`{% if colleague|is_granted_people %}`: whether an admin let this very user see people."""
    return any(grant.codename == Permission.VIEW_PEOPLE.value for grant in user.user_permissions.all())
