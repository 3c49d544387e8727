"""A new API key."""

from django import forms

from campaigns.models import ApiKey


class ApiKeyForm(forms.ModelForm):
    """What the key is called: the program that will use it."""

    class Meta:
        model = ApiKey
        fields = ("name",)
