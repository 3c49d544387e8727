"""Puts the back office of campaigns/back_office.py in the place of Django's admin site."""

from django.contrib.admin.apps import AdminConfig


class BackOfficeConfig(AdminConfig):
    """Django's admin, with the product's own site as the default one."""

    default_site = "campaigns.back_office.BackOffice"
