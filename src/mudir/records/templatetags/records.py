"""What templates of records draw in great numbers."""

from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mudir.kit.templatetags.mudir import icon
from mudir.records.board import Card

register = template.Library()


@register.simple_tag(takes_context=True)
def board_cards(context: dict, cards: list[Card]) -> SafeString:
    """The cards of a column. Drawn here, because a template for each of 200 took more than half of a board's time."""
    slug, by = context["record_type"].slug, context["field"].id
    can_move, has_steps = context["can_move"], context["has_steps"]
    since, missing, late_icon = _("In this column since"), _("Missing:"), icon("clock", label=_("too long"))
    none = f'<div class="next none">{icon("alert")}{escape(_("No next step"))}</div>' if has_steps else ""
    menu, move_icon = escape(_("Move to…")), icon("more", label=_("Move to…"))
    step_icons = {True: icon("clock"), False: icon("arrow", flip=True)}
    drawn = []
    for card in cards:
        url = f"/{slug}/{card.key}/"
        move_url = f"{url}move/?by={by}"
        over = f'<span class="who"><bdi>{escape(card.over)}</bdi></span>' if card.over else ""
        time, facts, lacks, step, move = "", "", "", none, ""
        if card.since:
            late, sign = (' class="late"', late_icon) if card.is_late else ("", "")
            time = f'<time{late} title="{escape(since)}">{sign}{escape(card.since)}</time>'
        if card.facts or time:
            facts = f'<div class="money">{card.facts}{time}</div>'
        if card.missing:
            lacks = f'<div class="lacks">{escape(missing)} {escape(card.missing)}</div>'
        if card.step:
            day = f"<time>{escape(card.step_day)}</time>" if card.step_day else ""
            step = (f'<div class="next{" late" if card.step_is_late else ""}">{step_icons[card.step_is_late]}'
                    f'<bdi class="cut">{escape(card.step)}</bdi>{day}</div>')
        if can_move:
            move = (f'<a class="move" href="{move_url}" data-menu="move-menu" title="{menu}">{move_icon}'
                    f'<span class="sr-only"> {card.title}</span></a>')
        drawn.append(
            f'<li class="deal" id="card-{card.key}" data-at="{escape(card.value)}"'
            f'{f' data-move="{move_url}"' if can_move else ""}>'
            f'<div class="top"><div>{over}<div><a href="{url}"><b>{card.title}</b></a></div></div>{card.owner}</div>'
            f"{facts}{lacks}{step}{move}</li>")
    return mark_safe("".join(drawn))  # noqa: S308  every part is escaped here or by what made the card
