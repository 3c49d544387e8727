"""A forecast as a person reads it: bounds, where a rate comes from, how far a budget goes, what was not expected."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext, ngettext

from campaigns import wording
from campaigns.forecasting.budget import BudgetReach, Verdict
from campaigns.forecasting.comparing import Beside, Comparison
from campaigns.forecasting.comparing import Verdict as Outcome
from campaigns.forecasting.history import Known
from campaigns.forecasting.ranges import Range
from campaigns.forecasting.sms_parts import Parts


def people_bounds(range_: Range) -> str:
    """The bounds of a number of people or messages: "820 to 1,040", or the one number that is sure."""
    whole = range_.in_people()
    return _bounds(wording.number(whole.least), wording.number(whole.highest))


def money_bounds(range_: Range, currency: str) -> str:
    """The bounds of a cost: "$82 to $104"."""
    return _bounds(wording.money(range_.least, currency), wording.money(range_.highest, currency))


def _bounds(least: str, highest: str) -> str:
    return least if least == highest else gettext("%(least)s to %(highest)s") % {"least": least, "highest": highest}


def source(known: Known) -> str:
    """Where the share of those who act comes from."""
    shares = {
        "expected": wording.percent(known.rate.expected, 1),
        "least": wording.percent(known.rate.least, 1),
        "highest": wording.percent(known.rate.highest, 1),
    }
    told = known.source
    if told.is_assumed:
        return (
            gettext(
                "%(expected)s of those who get it act, at least %(least)s, at most %(highest)s: so the product assumes."
                " Nobody has measured it, and your finished campaigns do not tell yet."
            )
            % shares
        )
    sentence = ngettext(
        "%(expected)s of %(people)s people acted, in %(campaigns)s finished campaign (%(names)s).",
        "%(expected)s of %(people)s people acted, in %(campaigns)s finished campaigns (%(names)s).",
        told.campaigns,
    )
    names = ", ".join(told.names) + (", …" if told.campaigns > len(told.names) else "")
    counted = {"people": wording.number(told.people), "campaigns": wording.number(told.campaigns), "names": names}
    return sentence % {**shares, **counted}


def parts(measured: Parts) -> str:
    """How many parts an SMS has on average, and how that is known."""
    sentence = ngettext(
        "SMS parts on average: %(parts)s, as the text of %(count)s person has.",
        "SMS parts on average: %(parts)s, as the texts of %(count)s people have.",
        measured.measured,
    )
    on_average = round(measured.overall, 1)
    is_whole = on_average == on_average.to_integral_value()
    return sentence % {
        "parts": wording.number(on_average, 0 if is_whole else 1),
        "count": wording.number(measured.measured),
    }


def budget(reach: BudgetReach, amount: Decimal | None, currency: str) -> str:
    """How far a budget of `amount` goes."""
    sentences = {
        Verdict.UNLIMITED: gettext("No budget: nothing stops the campaign because of what it costs."),
        Verdict.CERTAIN: gettext("The budget of %(budget)s is enough for everybody, even if nobody acts."),
        Verdict.ENOUGH: gettext(
            "The budget of %(budget)s is enough for everybody, as far as can be foretold. The campaign stops before it"
            " is exceeded."
        ),
        Verdict.CLOSE: gettext(
            "The budget of %(budget)s is enough for what is expected, but not for the most that is. The campaign stops"
            " before it is exceeded."
        ),
        Verdict.SHORT: ngettext(
            "The budget of %(budget)s is enough for about %(enough)s of %(people)s person. The campaign stops before it"
            " is exceeded.",
            "The budget of %(budget)s is enough for about %(enough)s of %(people)s people. The campaign stops before it"
            " is exceeded.",
            reach.people,
        ),
    }
    counted = {"enough": wording.number(reach.enough_for), "people": wording.number(reach.people)}
    return sentences[reach.verdict] % {"budget": wording.money(amount, currency), **counted}


def verdict(beside: Beside) -> str:
    """What to say beside a figure: "" where it is as expected, or may still become so."""
    match beside.verdict:
        case Outcome.ABOVE:
            return gettext("more than expected")
        case Outcome.BELOW:
            return gettext("less than expected")
    return ""


def surprises(found: Comparison) -> Iterator[str]:
    """A sentence for each figure of the whole campaign that is outside its bounds."""
    money = {"sent": False, "acted": False, "cost": True}
    sentences = {
        ("sent", Outcome.ABOVE): gettext("More messages left than expected: %(actual)s, and not %(bounds)s."),
        ("sent", Outcome.BELOW): gettext("Fewer messages left than expected: %(actual)s, and not %(bounds)s."),
        ("acted", Outcome.ABOVE): gettext("More people acted than expected: %(actual)s, and not %(bounds)s."),
        ("acted", Outcome.BELOW): gettext("Fewer people acted than expected: %(actual)s, and not %(bounds)s."),
        ("cost", Outcome.ABOVE): gettext("It cost more than expected: %(actual)s, and not %(bounds)s."),
        ("cost", Outcome.BELOW): gettext("It cost less than expected: %(actual)s, and not %(bounds)s."),
    }
    for name, is_money in money.items():
        each: Beside = getattr(found.whole, name)
        if sentence := sentences.get((name, each.verdict)):
            told = (
                (wording.money(each.actual, found.currency), money_bounds(each.expected, found.currency))
                if is_money
                else (wording.number(each.actual), people_bounds(each.expected))
            )
            yield sentence % {"actual": told[0], "bounds": told[1]}
