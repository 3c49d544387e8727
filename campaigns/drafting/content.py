"""The message of a draft: its texts and its tracked link."""

from datetime import datetime

from campaigns.drafting.opening import opened, version_of
from campaigns.models import Campaign, CampaignVersion, Content, Link

# A link's position is one base62 character of its tracked address.
MOST_LINKS = 62


def write_content(
    *,
    campaign: Campaign,
    text: str,
    channel: str = "",
    language: str = "",
    subject: str | None = None,
    image_url: str | None = None,
    button_label: str | None = None,
    link_url: str | None = None,
    seen: datetime | None = None,
) -> Content:
    """Write the text for `channel` and `language` ('' is any), and let `{{ link }}` lead to `link_url`.

    What is None stays as it is. Raises NotADraft and ChangedMeanwhile.
    """
    beside = {"subject": subject, "image_url": image_url, "button_label": button_label}
    with opened(campaign, seen=seen) as draft:
        content, _is_new = Content.objects.update_or_create(
            version=version_of(draft),
            channel=channel,
            language=language,
            variant="",
            defaults={"text": text, **{field: value for field, value in beside.items() if value is not None}},
        )
        if link_url is not None:
            _point(version_of(draft), "link", link_url)
    return content


def remove_content(*, campaign: Campaign, channel: str, language: str = "", seen: datetime | None = None) -> None:
    """Let `channel` and `language` use the more general text again. Raises NotADraft and ChangedMeanwhile."""
    with opened(campaign, seen=seen) as draft:
        version_of(draft).contents.filter(channel=channel, language=language).delete()


def set_link(*, campaign: Campaign, url: str, name: str = "link", seen: datetime | None = None) -> None:
    """Let `{{ name }}` lead to `url`; '' removes the link. Raises NotADraft and ChangedMeanwhile."""
    with opened(campaign, seen=seen) as draft:
        _point(version_of(draft), name, url)


def _point(version: CampaignVersion, name: str, url: str) -> None:
    if not url:
        version.links.filter(name=name).delete()
    elif not version.links.filter(name=name).update(url=url):
        taken = set(version.links.values_list("position", flat=True))
        position = next(number for number in range(MOST_LINKS) if number not in taken)
        Link.objects.create(version=version, name=name, url=url, position=position)
