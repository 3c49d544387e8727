"""Addresses of the imports of contacts."""

from django.urls import URLPattern, path, re_path

from campaigns.views import import_mapping, imports

urlpatterns: list[URLPattern] = [
    path("contacts/imports/", imports.import_list, name="import_list"),
    path("contacts/imports/new/", imports.import_upload, name="import_upload"),
    path("contacts/imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("contacts/imports/<int:pk>/mapping/", import_mapping.import_mapping, name="import_mapping"),
    path("contacts/imports/<int:pk>/preview/", import_mapping.import_preview, name="import_preview"),
    path("contacts/imports/<int:pk>/reading/", import_mapping.import_reading, name="import_reading"),
    path("contacts/imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("contacts/imports/<int:pk>/discard/", imports.import_discard, name="import_discard"),
    re_path(
        r"^contacts/imports/(?P<pk>\d+)/not-taken\.(?P<suffix>csv|xlsx)$",
        imports.import_not_taken,
        name="import_not_taken",
    ),
]
