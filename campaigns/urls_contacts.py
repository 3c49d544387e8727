"""Addresses of the contacts' pages."""

from django.urls import URLPattern, path

from campaigns.views import contact_permissions, contact_segments, contacts

urlpatterns: list[URLPattern] = [
    path("contacts/", contacts.contact_list, name="contact_list"),
    path("contacts/<int:pk>/", contacts.contact_detail, name="contact_detail"),
    path("contacts/<int:pk>/segments/", contact_segments.contact_segments, name="contact_segments"),
    path("contacts/<int:pk>/edit/", contacts.contact_edit, name="contact_edit"),
    path("contacts/<int:pk>/delete/", contacts.contact_delete, name="contact_delete"),
    path("contacts/<int:pk>/addresses/add/", contact_permissions.address_add, name="address_add"),
    path("contacts/addresses/<int:pk>/remove/", contact_permissions.address_remove, name="address_remove"),
    path("contacts/addresses/<int:pk>/promote/", contact_permissions.address_promote, name="address_promote"),
    path("contacts/addresses/<int:pk>/suppress/", contact_permissions.address_suppress, name="address_suppress"),
    path(
        "contacts/<int:pk>/suppressions/<int:suppression_pk>/lift/",
        contact_permissions.suppression_lift,
        name="suppression_lift",
    ),
    path(
        "contacts/<int:pk>/consents/<slug:channel>/<slug:purpose>/",
        contact_permissions.consent_change,
        name="consent_change",
    ),
]
