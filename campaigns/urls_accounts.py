"""Addresses of the Channels pages."""

from django.urls import path

from campaigns.views import accounts

urlpatterns = [
    path("channels/", accounts.account_list, name="account_list"),
    path("channels/new/<slug:provider>/", accounts.account_new, name="account_new"),
    path("channels/<int:pk>/", accounts.account_edit, name="account_edit"),
    path("channels/<int:pk>/test/", accounts.account_test, name="account_test"),
    path("channels/<int:pk>/inbox/", accounts.account_inbox, name="account_inbox"),
    path("channels/<int:pk>/archive/", accounts.account_archive, name="account_archive"),
    path("channels/<int:pk>/prices/", accounts.prices, name="account_prices"),
    path("channels/<int:pk>/senders/new/", accounts.sender_new, name="sender_new"),
    path("channels/senders/<int:pk>/", accounts.sender_edit, name="sender_edit"),
    path("channels/senders/<int:pk>/archive/", accounts.sender_archive, name="sender_archive"),
    path("channels/senders/<int:pk>/release/", accounts.sender_release, name="sender_release"),
]
