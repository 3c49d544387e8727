"""The variables as they are offered: what each is, an example, words to begin with."""

from campaigns.variable_offers import offers


def test_each_variable_says_what_it_is_and_what_it_is_for_somebody() -> None:
    links = {"link": "https://shop.example.com", "terms": "https://shop.example.com/terms"}
    values = {"first_name": "Ann", "city": "Lviv"}
    found = offers(["first_name", "city", "link", "terms", "unsubscribe"], links=links, values=values)
    assert [(offer.meaning, offer.example) for offer in found] == [
        ("first name", "Ann"),
        ("attribute of the contact", "Lviv"),
        ("the tracked link", "https://shop.example.com"),
        ("a tracked link", "https://shop.example.com/terms"),
        ("address to unsubscribe", ""),
    ]
    assert [offer.default for offer in found[:2]] == ["friend", "words"]
