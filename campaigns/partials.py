"""How a page is rendered: the whole of it, or for htmx only the fragment that changes.

A fragment lives in the page that owns it, as `{% partialdef rows inline %} … {% endpartialdef %}`
(`{% load partials %}`), and the view names it:

    @require_GET
    @requires(Permission.MANAGE_CONTACTS)
    def segment_list(request: SignedInRequest) -> HttpResponse:
        return render_partial(request, "segments/list.html", {"segments": …}, fragment="rows")

A browser without JavaScript, a link opened in a new tab and htmx's own restoring of history get the
page. Where one page has several fragments, the element that asks chooses by its `hx-target`:
`fragment={"rows": "rows", "preview": "preview"}` maps the target's id to the fragment's name.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.messages import get_messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails


def render_partial(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    fragment: str | Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render `template`, or `template#fragment` if htmx asks for a part of the page.

    `fragment` is a fragment's name, or a mapping from the id of htmx's target to such names; without
    one the whole template is rendered. Waiting messages go to a fragment's page as toasts.
    Give `status=422` with a form that has errors: htmx swaps it in like a success.
    """
    name = _wanted_fragment(request, fragment)
    source = f"{template}#{name}" if name else template
    response = render(request, source, dict(context or {}), status=status)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    if name:
        show_toasts(request, response)
    return response


def ask(
    request: HttpRequest,
    *,
    question: str,
    effects: Sequence[str],
    yes: str,
    back: str,
    form: Form | None = None,
    is_dangerous: bool = True,
    status: int = 200,
) -> HttpResponse:
    """Ask before something that cannot be taken back: a page, or the inside of the dialog that htmx opened.

    `question` is the heading, `effects` say in sentences what will happen and to how many, `yes` is the
    button ('' where nothing can be done), `back` the address to return to. The answer is a POST to the same
    address, with the fields of `form` if there is one. Link to it by `parts/confirm_link.html`.
    """
    context = {
        "question": question,
        "effects": effects,
        "yes": yes,
        "back": back,
        "form": form or "",
        "is_dangerous": is_dangerous,
        "action": request.path,
    }
    return render_partial(request, "parts/confirm.html", context, fragment="question", status=status)


def show_toasts(request: HttpRequest, response: HttpResponse) -> None:
    """Hand the messages waiting for this user to the page that htmx keeps, which shows them as toasts."""
    toasts = [{"level": message.level_tag, "text": str(message)} for message in get_messages(request)]
    if toasts:
        trigger_client_event(response, "toasts", {"toasts": toasts})


def _wanted_fragment(request: HttpRequest, fragment: str | Mapping[str, str] | None) -> str | None:
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by django-htmx's middleware
    if not htmx or htmx.boosted or htmx.history_restore_request:
        return None
    if fragment is None or isinstance(fragment, str):
        return fragment
    return fragment.get(htmx.target or "")
