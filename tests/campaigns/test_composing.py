"""Content, contact and channel in; what a provider gets out."""

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from campaigns import links
from campaigns.composing import Composition, NoContent, compose, pick_content, preview
from campaigns.models import Content, Link
from channels.kinds import Channel
from channels.messages import Button, OutboundMessage

TOKEN = "abcdefghijk"
SHOP = Link(position=0, name="link", url="https://shop.example/{{ code }}?for={{ first_name }}")
TERMS = Link(position=1, name="terms", url="https://shop.example/terms")


@pytest.fixture(autouse=True)
def _public_address(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://go.example"


def composed(channel: Channel, text: str, **given_parts: Any) -> OutboundMessage:
    """The message of `text` on `channel`; what is not given is a tracked marketing message to Anna."""
    content_parts = {name: given_parts.pop(name, "") for name in ("subject", "image_url", "button_label")}
    parts: dict[str, Any] = {
        "key": "key-1",
        "channel": channel,
        "sender": "SHOP",
        "address": "+4915112345678",
        "content": Content(text=text, **content_parts),
        "attempt_id": 7,
        "links": (SHOP, TERMS),
        "values": {"first_name": "Anna", "code": "A 1"},
        "token": TOKEN,
        "language": "en",
    }
    return compose(Composition(**(parts | given_parts)))


class TestPickingContent:
    """Channel + language, then channel, then language, then any."""

    @pytest.mark.parametrize(
        ("rows", "language", "expected"),
        [
            # Everything is there: the closest wins.
            (["sms pt-br", "sms pt", "sms ", " pt-br", " "], "pt-br", "sms pt-br"),
            # A region falls back to its language before the channel's text for any.
            (["sms pt", "sms ", " pt-br", " "], "pt-br", "sms pt"),
            # A text for the channel goes before one for the language.
            (["sms ", " pt-br", " pt", " "], "pt-br", "sms "),
            ([" pt-br", " pt", " "], "pt-br", " pt-br"),
            ([" pt", " "], "pt-br", " pt"),
            ([" "], "pt-br", " "),
            # Another channel's and another language's texts never win.
            (["email pt-br", "sms ru", " ru", " "], "pt-br", " "),
            # The same tag in another spelling.
            (["sms pt-BR", "sms "], "pt_br", "sms pt-BR"),
            # A contact without a language.
            (["sms en", "sms ", " "], "", "sms "),
        ],
    )
    def test_the_closest_text_wins(self, rows: list[str], language: str, expected: str) -> None:
        contents = [
            Content(channel=row.partition(" ")[0], language=row.partition(" ")[2], text=row) for row in reversed(rows)
        ]
        assert pick_content(contents, "sms", language).text == expected

    def test_a_variant_has_its_own_texts(self) -> None:
        contents = [Content(text="plain"), Content(text="bold", variant="b")]
        assert pick_content(contents, "sms", "en").text == "plain"
        assert pick_content(contents, "sms", "en", variant="b").text == "bold"

    def test_no_text_at_all_is_an_error_that_names_the_place(self) -> None:
        with pytest.raises(NoContent, match="sms in ru"):
            pick_content([Content(channel="email", text="x")], "sms", "ru")


class TestSms:
    """Plain, and every character counts."""

    def test_variables_and_links_are_filled(self) -> None:
        message = composed(Channel.SMS, "Hi {{ first_name }}: {{ link }} ({{ terms }})")
        assert message.text == f"Hi Anna: https://go.example/c/{TOKEN}0 (https://go.example/c/{TOKEN}1)"
        assert (message.key, message.sender, message.address) == ("key-1", "SHOP", "+4915112345678")
        assert (message.html, message.subject, message.buttons, message.image_url) == ("", "", (), "")

    def test_the_first_link_follows_a_text_without_one(self) -> None:
        assert composed(Channel.SMS, "Sale!").text == f"Sale!\nhttps://go.example/c/{TOKEN}0"

    def test_a_message_without_links_stays_as_it_is(self) -> None:
        assert composed(Channel.SMS, "Sale!", links=()).text == "Sale!"

    @pytest.mark.parametrize("untracked", [{"is_trackable": False}, {"token": None}])
    def test_who_may_not_be_tracked_gets_the_target_itself(self, untracked: dict[str, Any]) -> None:
        message = composed(Channel.SMS, "{{ link }}", **untracked)
        assert message.text == "https://shop.example/A%201?for=Anna"

    def test_a_link_goes_before_an_attribute_of_the_same_name(self) -> None:
        message = composed(Channel.SMS, "{{ link }}", values={"link": "https://evil.example"})
        assert "evil" not in message.text

    def test_a_value_cannot_bring_lines_of_its_own(self) -> None:
        message = composed(Channel.SMS, "Hi {{ first_name }}", values={"first_name": "A\nYour bank: 0900"}, links=())
        assert message.text == "Hi A Your bank: 0900"

    def test_a_text_can_offer_to_unsubscribe(self) -> None:
        message = composed(Channel.SMS, "Sale! Stop: {{ unsubscribe }}", links=())
        assert message.text == f"Sale! Stop: {links.unsubscribe_url(7)}"


class TestMessengers:
    """Text, picture and a button, where the channel has them."""

    def test_a_button_leads_to_the_first_link(self) -> None:
        message = composed(
            Channel.VIBER,
            "Hi {{ first_name }}",
            button_label="For {{ first_name }}",
            image_url="https://x.example/i.png",
        )
        assert message.text == "Hi Anna"
        assert message.buttons == (Button(label="For Anna", url=f"https://go.example/c/{TOKEN}0"),)
        assert message.image_url == "https://x.example/i.png"

    def test_without_a_button_the_link_is_in_the_text(self) -> None:
        assert composed(Channel.VIBER, "Hi").text == f"Hi\nhttps://go.example/c/{TOKEN}0"

    def test_a_provider_without_buttons_and_pictures_gets_none(self) -> None:
        message = composed(
            Channel.VIBER,
            "Hi",
            button_label="Open",
            image_url="https://x.example/i.png",
            has_buttons=False,
            has_images=False,
        )
        assert (message.buttons, message.image_url) == ((), "")
        assert message.text == f"Hi\nhttps://go.example/c/{TOKEN}0"

    def test_a_push_has_a_title_and_leads_on_when_its_provider_can(self) -> None:
        by_facts = composed(Channel.PUSH, "Hi", subject="Sale for\n{{ first_name }}", button_label="Open")
        assert by_facts.subject == "Sale for Anna"
        assert by_facts.text.endswith(f"/c/{TOKEN}0")
        by_provider = composed(Channel.PUSH, "Hi", button_label="Open", has_buttons=True)
        assert (by_provider.text, by_provider.buttons[0].url) == ("Hi", f"https://go.example/c/{TOKEN}0")

    def test_nobody_has_to_listen_to_an_address(self) -> None:
        assert composed(Channel.VOICE, "Good morning").text == "Good morning"


class Page(HTMLParser):
    """A parsed mail: its elements with their attributes, and the text that is shown."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.shown: list[str] = []
        self._hidden = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag if tag in {"style", "title"} else self._hidden

    def handle_endtag(self, tag: str) -> None:
        self._hidden = "" if tag == self._hidden else self._hidden

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.shown.append(data)

    def all(self, tag: str, attribute: str) -> list[str | None]:
        return [attributes.get(attribute) for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join("".join(self.shown).split())


TEXT = "Dear {{ first_name }},\n\nyour code is {{ code }}. See {{ link }} & https://x.example/a?b=1&c=2.\nBye"


class TestMail:
    """The same in text and in HTML, with a way out and, if allowed, a pixel."""

    def test_the_text_part_reads_without_html(self) -> None:
        message = composed(Channel.EMAIL, TEXT, subject="Hi {{ first_name }}", button_label="Open")
        assert message.subject == "Hi Anna"
        assert message.text == (
            f"Dear Anna,\n\nyour code is A 1. See https://go.example/c/{TOKEN}0 & https://x.example/a?b=1&c=2.\nBye"
            f"\n\nOpen: https://go.example/c/{TOKEN}0"
            "\n\n-- \nYou receive this message because you agreed to such messages."
            f"\nUnsubscribe: {links.unsubscribe_url(7)}"
        )

    def test_the_html_part_has_the_same_words_links_picture_and_button(self) -> None:
        message = composed(
            Channel.EMAIL, TEXT, subject="<Hi>", button_label="Open", image_url='https://x.example/i.png?a="b"'
        )
        page = Page(message.html)
        assert page.text.startswith(f"Dear Anna, your code is A 1. See https://go.example/c/{TOKEN}0 & https://x.exa")
        assert page.all("a", "href") == [
            f"https://go.example/c/{TOKEN}0",
            "https://x.example/a?b=1&c=2",
            f"https://go.example/c/{TOKEN}0",
            links.unsubscribe_url(7),
            links.trap_url(7),
        ]
        assert page.all("img", "src") == ['https://x.example/i.png?a="b"', links.open_url(7)]
        assert len(page.all("p", "style")) == 2
        assert ("html", {"lang": "en", "dir": "ltr"}) in page.elements
        assert "<title>&lt;Hi&gt;</title>" in message.html
        assert "color-scheme" in message.html

    def test_marketing_can_be_left_with_one_click(self) -> None:
        assert composed(Channel.EMAIL, "x").unsubscribe_url == links.unsubscribe_url(7)

    def test_a_transactional_mail_offers_no_way_out(self) -> None:
        message = composed(Channel.EMAIL, "Your receipt", is_transactional=True, links=())
        assert message.unsubscribe_url == ""
        assert "nsubscribe" not in message.html + message.text

    def test_who_may_not_be_tracked_gets_neither_pixel_nor_trap(self) -> None:
        message = composed(Channel.EMAIL, TEXT, is_trackable=False, button_label="Open")
        page = Page(message.html)
        assert page.all("img", "src") == []
        assert page.all("a", "href") == [
            "https://shop.example/A%201?for=Anna",
            "https://x.example/a?b=1&c=2",
            "https://shop.example/A%201?for=Anna",
            links.unsubscribe_url(7),
        ]
        assert "/c/" not in message.text

    def test_a_persons_value_is_never_markup(self) -> None:
        values = {"first_name": "<img src=x onerror=alert(1)>\"'&amp;", "code": "javascript:alert(1)"}
        message = composed(Channel.EMAIL, TEXT, values=values, subject="{{ first_name }}", button_label="{{ code }}")
        page = Page(message.html)
        assert "<img src=x onerror=alert(1)>\"'&amp;" in page.text
        assert page.all("img", "src") == [links.open_url(7)]

    def test_an_address_that_goes_on_in_a_value_is_not_cut_in_half(self) -> None:
        message = composed(Channel.EMAIL, "See https://x.example/{{ code }} or https://y.example.", links=())
        assert Page(message.html).all("a", "href")[0] == "https://y.example"

    def test_lines_of_a_value_stay_lines(self) -> None:
        message = composed(Channel.EMAIL, "{{ code }}", values={"code": "1 x tea\n2 x cup"}, links=())
        assert "1 x tea<br>\n2 x cup" in message.html

    @pytest.mark.parametrize(("language", "direction"), [("he", "rtl"), ("ar", "rtl"), ("ru", "ltr"), ("??", "ltr")])
    def test_a_mail_is_written_in_its_languages_direction(self, language: str, direction: str) -> None:
        assert f'dir="{direction}"' in composed(Channel.EMAIL, "x", language=language).html

    @given(value=st.text(max_size=40), text=st.text(max_size=40))
    def test_nothing_a_person_or_an_author_writes_breaks_the_page(self, value: str, text: str) -> None:
        plain = Page(composed(Channel.EMAIL, "x", links=()).html)
        page = Page(composed(Channel.EMAIL, f"{text}{{{{ v }}}}", values={"v": value}, subject=text, links=()).html)
        assert frame(page) == frame(plain)


def frame(page: Page) -> list[str]:
    """The elements of a mail, but for those that lines and paragraphs make."""
    return [name for name, _ in page.elements if name not in {"br", "p"}]


class TestPreview:
    """What the editor shows is made by the same code."""

    def test_an_sms_is_measured_with_its_real_links(self) -> None:
        shown = preview(Content(text="Hi {{ first_name }} {{ link }}"), channel=Channel.SMS, links=[SHOP])
        assert shown.measure is not None
        assert shown.measure.characters == len("Hi  ") + links.tracked_length()
        assert shown.missing == ("first_name",)

    def test_what_has_a_fallback_or_a_value_is_not_missing(self) -> None:
        content = Content(text="{{ a }} {{ b | x }} {{ c }} {{ link }} {{ unsubscribe }}", subject="{{ d }}")
        shown = preview(content, channel=Channel.EMAIL, links=[SHOP], values={"a": "1"})
        assert shown.missing == ("d", "c")
        assert shown.measure is None
        assert shown.message.html
