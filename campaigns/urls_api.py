"""Addresses of the API and of its keys."""

from django.urls import URLPattern, URLResolver, path

from campaigns.api.api import api
from campaigns.api.errors import no_such_address
from campaigns.views import api_keys

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/api/", api_keys.api_key_list, name="api_key_list"),
    path("settings/api/new/", api_keys.api_key_new, name="api_key_new"),
    path("settings/api/<int:pk>/revoke/", api_keys.api_key_revoke, name="api_key_revoke"),
    path("api/openapi.json", api_keys.openapi, name="openapi"),
    path("api/", api.urls),
    path("api/<path:rest>", no_such_address),
]
