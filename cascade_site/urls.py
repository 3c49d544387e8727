"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("back-office/", admin.site.urls),
    path("", include("campaigns.urls")),
    path("", include("channels.urls")),
]
