"""Every page in a real browser, in both themes and at both widths: for everybody, by keyboard, without an error."""

import pytest

from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.weighing import Scales
from tests.pages.book import PAGES
from tests.pages.inhabited import inhabit

# As the first page that somebody opens, over an empty cache; and as any other.
FIRST, NEXT = 350_000, 300_000
# So that those who run tests side by side share the pages.
PARTS = 3

pytestmark = pytest.mark.django_db(transaction=True)

# Those that look the same with the focus as without it. What stands for a hidden one, as a label does, may show it.
UNSEEN_FOCUS = """
() => {
  const focusable = "a[href], button, input, select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const shows = ["outlineStyle", "outlineWidth", "outlineColor", "boxShadow", "borderColor", "backgroundColor"];
  const around = (element) => [element, element.parentElement, element.nextElementSibling, ...(element.labels || [])];
  const look = (element) => JSON.stringify(around(element).map(
    (each) => each && shows.map((name) => getComputedStyle(each)[name])));
  const kept = document.activeElement;
  const unseen = [];
  for (const element of document.querySelectorAll(focusable)) {
    if (element.disabled || !element.checkVisibility({checkVisibilityCSS: true}) || element.type === "hidden") continue;
    element.blur();
    const before = look(element);
    element.focus({focusVisible: true, preventScroll: true});
    if (document.activeElement === element && look(element) === before) unseen.push(element.outerHTML.slice(0, 120));
    element.blur();
  }
  return unseen;
}
"""


@pytest.mark.parametrize("part", range(PARTS))
def test_every_page_suits_everybody(page_as: PageAs, width: int, part: int, suits_everybody: SuitsEverybody) -> None:
    seen = inhabit()
    visitor, stranger = page_as(user=seen.user, width=width), page_as(width=width)
    scales = {page: Scales(page) for page in (visitor, stranger)}
    faults: list[str] = []
    for leaf in PAGES[part::PARTS]:
        page = stranger if leaf.is_public else visitor
        page.goto(leaf.path(seen))
        try:
            suits_everybody(page, leaf.title)
        except AssertionError as fault:
            faults.append(f"{leaf.title}: {fault}")
        faults += [f"{leaf.title}: {fault}" for fault in scales[page].faults(first=FIRST, after_it=NEXT)]
        faults += [f"{leaf.title}: the focus is not to be seen on {element}" for element in page.evaluate(UNSEEN_FOCUS)]
    assert not faults, "\n".join(faults)
