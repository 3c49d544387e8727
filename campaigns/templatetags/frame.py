"""What the layout alone needs: the menu, the theme, and a block shown a second time."""

from django import template
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.safestring import SafeString

from campaigns import appearance, menu, palette

register = template.Library()


@register.simple_tag(takes_context=True)
def menu_sections(context: Context) -> tuple[menu.LinkSection, ...]:
    """`{% menu_sections as sections %}`: the side bar's sections for this user."""
    return menu.for_request(context["request"])


@register.simple_tag(takes_context=True)
def action_links(context: Context) -> list[menu.Link]:
    """`{% action_links as actions %}`: the actions with a shortcut that this user may do."""
    return palette.action_links(context["request"])


@register.simple_tag(takes_context=True)
def theme(context: Context) -> appearance.Theme:
    """`{% theme as chosen %}`: the theme of this browser; works without a request, as in the page of a crash."""
    return appearance.theme_of(context.get("request"))


@register.simple_tag(takes_context=True)
def block_again(context: Context, name: str) -> SafeString:
    """`{% block_again "title" %}`: what the page put into block `name`, once more.

    A page states its title once; the browser's tab and the heading both show it.
    """
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return block.render(context) if block else SafeString()
