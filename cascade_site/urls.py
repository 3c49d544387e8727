"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from campaigns.views import errors, welcome

urlpatterns = [
    # Before allauth's own: a sign-in page that knows an empty installation, and no page to change one's address.
    path("accounts/login/", welcome.sign_in, name="account_login"),
    path("accounts/email/", RedirectView.as_view(pattern_name="profile"), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("back-office/", admin.site.urls),
    path("", include("campaigns.urls")),
    path("", include("channels.urls")),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
# allauth looks for it here.
handler429 = errors.too_many
