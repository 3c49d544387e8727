"""Many contacts as shops have them, in two alphabets, and the pages that find and show them."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse

from campaigns.audience.finding import Sort, Wish, find
from campaigns.models import Contact, ContactImport, Segment, Suppression
from campaigns.models.campaigns import CampaignStatus
from tests.bench.filling import without_indexes
from tests.factories import make_campaign, make_enrolment

# Names come as often as names do: some thirty first names, a thousand last names, a mail address for two in three.
CROWD = """
WITH made AS (
    INSERT INTO campaigns_contact (external_id, first_name, last_name, language, country, time_zone, preferences,
        attributes, is_trackable, contact_import_id, created_at, updated_at)
    SELECT 'crm-' || n,
        (ARRAY['Олена', 'Анна', 'Иван', 'Семён', 'María', 'Sofía', 'John', 'Наталія', 'Тарас', 'Grace'])[1 + n %% 10],
        (ARRAY['Ковален', 'Шевчен', 'Бондар', 'Марк', 'Ткач', 'Garc', 'Smiths', 'Кузнец', 'Мельник', 'Їжак'])
            [1 + n / 10 %% 10] || (ARRAY['ко', 'ова', 'енко', 'ов', 'ía', 'son', 'ський', 'чук', 'ева', 'ич'])
            [1 + n / 100 %% 10] || CASE WHEN n %% 4 = 0 THEN '-' || chr(1072 + (n / 1000 %% 30)::int) ELSE '' END,
        (ARRAY['uk', 'uk', 'ru', 'es', 'en'])[1 + n %% 5], CASE WHEN n %% 500 = 0 THEN 'MD' ELSE 'UA' END,
        'Europe/Kyiv',
        '{}', '{}', true, 1 + n * 5 / %(people)s, now(), now()
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    RETURNING id, substr(external_id, 5)::bigint AS n
), addressed AS (
    INSERT INTO campaigns_address (contact_id, kind, value, value_hash, is_primary, is_live, created_at)
    SELECT id, 'phone', '+380' || (500000000 + n * 7919 %% 499999999), md5('p' || n), true, true, now() FROM made
    UNION ALL
    SELECT id, 'email', 'client' || n * 31 %% 1000003 || (ARRAY['@gmail.com', '@ukr.net', '@example.com'])[1 + n %% 3],
        md5('m' || n), true, true, now() FROM made WHERE n %% 3 < 2
), suppressed AS (
    INSERT INTO campaigns_suppression (address_kind, address_hash, channel, reason, note, created_at)
    SELECT 'phone', md5('p' || n), '', 'manual', '', now() FROM made WHERE n %% 300 = 0
)
INSERT INTO campaigns_consent (contact_id, channel, purpose, status, changed_at)
SELECT id, 'sms', 'marketing', 'granted', now() FROM made WHERE n %% 10 < 9
"""
AT_ONCE = 100_000
FILES = 6


def made(people: int) -> Mapping[str, str]:
    """Make `people` contacts; gives the paths of the pages by what they are called here."""
    for number in range(FILES):
        ContactImport.objects.create(name=f"file-{number}.csv", size=1, created_count=people // 5)
    tables = ("campaigns_contact", "campaigns_address", "campaigns_consent", "campaigns_suppression")
    with without_indexes(*tables), connection.cursor() as cursor:
        for first in range(0, people, AT_ONCE):
            cursor.execute(CROWD, {"first": first, "last": min(first + AT_ONCE, people) - 1, "people": people})
    return {**_lists(people), "a person": _person(people)}


def _lists(people: int) -> Mapping[str, str]:
    middle = Contact.objects.order_by("id")[people // 2]
    phone = middle.addresses.get(kind="phone").value
    often = Segment.objects.create(
        name="Ukraine", rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["UA"]}]}
    )
    seldom = Segment.objects.create(
        name="Moldova", rule={"op": "all", "rules": [{"field": "country", "is": "in", "value": ["MD"]}]}
    )
    latest = ContactImport.objects.order_by("id")[0].pk
    asked: Mapping[str, Mapping[str, object]] = {
        "newest": {},
        "by name": {"sort": Sort.NAME.value},
        "by name, the other way": {"sort": Sort.NAME_DOWN.value},
        "deep in the list": {"cursor": _deep(Wish())},
        "deep in the names": {"sort": Sort.NAME.value, "cursor": _deep(Wish(sort=Sort.NAME))},
        "a frequent name": {"q": "олена"},
        "a frequent name, by name": {"q": "олена", "sort": Sort.NAME.value},
        "the last name, by name": {"q": "їжакич", "sort": Sort.NAME.value},
        "a part of a name": {"q": "вален"},
        "two names": {"q": "шевченко анна"},
        "two names and a seldom part": {"q": "ткачова-ж анна"},
        "two letters": {"q": "ко"},
        "two letters that begin nothing": {"q": "щщ"},
        "half a number": {"q": f"{phone[6:9]} {phone[9:]}"},
        "four digits": {"q": phone[7:11]},
        "three digits": {"q": phone[8:11]},
        "the digits of all": {"q": "380"},
        "a mail address": {"q": "client12345"},
        "a part of all mail addresses": {"q": "gmail.com"},
        "an id": {"q": middle.external_id},
        "nobody": {"q": "нетакогослова"},
        "nobody, in Latin": {"q": "nosuchword"},
        "no such number": {"q": "0000000000"},
        "a country": {"country": "UA"},
        "a seldom country": {"country": "MD"},
        "a seldom country, by name": {"country": "MD", "sort": Sort.NAME.value},
        "a language, by name": {"language": "es", "sort": Sort.NAME.value},
        "reachable by SMS": {"channel": "sms"},
        "reachable by nothing": {"channel": "viber"},
        "not to be messaged": {"is_suppressed": "on"},
        "of a file": {"file": latest},
        "of a file, by name": {"file": latest, "sort": Sort.NAME.value},
        "of a segment": {"segment": often.pk},
        "of a seldom segment": {"segment": seldom.pk},
        "a name in a country, reachable": {"q": "анна", "country": "UA", "channel": "sms"},
    }
    return {name: f"{reverse('contact_list')}?{urlencode(query)}" for name, query in asked.items()}


def _deep(wish: Wish) -> str:
    """The cursor of a page far from the first."""
    at = find(wish, size=20_000).page.next_cursor
    return find(wish, cursor=at, size=20_000).page.next_cursor


def _person(people: int) -> str:
    contact = Contact.objects.order_by("id")[people // 3]
    for number in range(30):
        campaign = make_campaign(name=f"Campaign {number}", status=CampaignStatus.FINISHED)
        make_enrolment(campaign=campaign, contact=contact)
    assert Suppression.objects.exists()
    return reverse("contact_detail", args=[contact.pk])
