"""Every kind of condition, found by its field and operator; the form offers them in this order."""

from campaigns.audience.rule_age import (
    AgeAtLeast,
    AgeAtMost,
    AgeBetween,
    BirthDateKnown,
    BirthdayToday,
    BirthdayWithin,
)
from campaigns.audience.rule_attributes import AttributeDay, AttributeNumber, AttributePresent, AttributeText
from campaigns.audience.rule_permission import ConsentIs, Reachable
from campaigns.audience.rule_profile import AddedByFile, AddedLately, AddedOnDay, Country, Language, Name, Preferences
from campaigns.audience.rule_schema import Condition

# Field → operator → the class of the condition.
CONDITIONS: dict[str, dict[str, type[Condition]]] = {
    "age": {"between": AgeBetween, "at_least": AgeAtLeast, "at_most": AgeAtMost},
    "birthday": {"today": BirthdayToday, "within_days": BirthdayWithin},
    "birth_date": {"known": BirthDateKnown, "unknown": BirthDateKnown},
    "preferences": {"any_of": Preferences, "all_of": Preferences, "none_of": Preferences},
    "language": {"in": Language, "not_in": Language},
    "country": {"in": Country, "not_in": Country},
    "name": {"contains": Name},
    "attribute": {
        "equals": AttributeText,
        "not_equals": AttributeText,
        "contains": AttributeText,
        "set": AttributePresent,
        "not_set": AttributePresent,
        "at_least": AttributeNumber,
        "at_most": AttributeNumber,
        "before": AttributeDay,
        "since": AttributeDay,
    },
    "reachable": {"on": Reachable, "not_on": Reachable},
    "consent": {"granted": ConsentIs, "withdrawn": ConsentIs, "none": ConsentIs},
    "created_at": {"within_days": AddedLately, "since": AddedOnDay, "before": AddedOnDay},
    "contact_import": {"is": AddedByFile, "is_not": AddedByFile},
}
