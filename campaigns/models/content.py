"""The one message of a campaign, in the forms that channels and languages need."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from campaigns.models.campaigns import CampaignVersion
from channels.kinds import Channel


class Content(models.Model):
    """A text for a channel (or any) in a language (or any).

    Looked up as channel + language, then channel, then language, then any. Variables stand as
    `{{ first_name }}` or `{{ first_name | friend }}` (campaigns/personalise.py), links as `{{ link }}`.
    """

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="contents")
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    variant = models.CharField(max_length=20, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    text = models.TextField(_("text"))
    image_url = models.URLField(_("picture"), max_length=500, blank=True)
    button_label = models.CharField(_("button"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("content")
        verbose_name_plural = _("contents")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel", "language", "variant"],
                name="content_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel or '*'} {self.language or '*'}"


class Link(models.Model):
    """A tracked link, used in texts as `{{ name }}`. Its address may hold variables in path values and the query."""

    version = models.ForeignKey(CampaignVersion, on_delete=models.CASCADE, related_name="links")
    name = models.SlugField(_("name"), max_length=30, default="link")
    url = models.URLField(_("address"), max_length=1000)
    # Which of the version's links it is; stands in the tracking address as one base62 character.
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("link")
        verbose_name_plural = _("links")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["version", "name"], name="link_name_once"),
            models.UniqueConstraint(fields=["version", "position"], name="link_position_once"),
            models.CheckConstraint(condition=models.Q(position__lt=62), name="link_position_one_character"),
        ]

    def __str__(self) -> str:
        return self.url
