"""What the head of a client's page shows beside the record itself."""

from django import template
from django.utils import timezone

from mudir.clients.models import Client, Stage
from mudir.clients.registry import LIFECYCLE_TONES, OUT_OF_TOUCH_DAYS, TIER_TONES
from mudir.clients.stages import ASKS
from mudir.clients.views.relations import SHOWN, branches_of

register = template.Library()


@register.inclusion_tag("clients/cycle.html", takes_context=True)
def cycle(context: dict, client: Client) -> dict:
    """The ten stages with the client's place in them, what the stage asks for, and the way to the next one."""
    here = Stage(client.stage)
    following = Stage(here + 1) if here < Stage.REFERRAL else None
    return {
        "request": context["request"],
        "client": client,
        "stages": [{"stage": stage, "is_done": stage < here, "is_here": stage == here} for stage in Stage],
        "here": here,
        "following": following,
        "asks": ASKS[here],
        "days": (timezone.now() - client.stage_at).days if client.stage_at else 0,
        "late_days": OUT_OF_TOUCH_DAYS,
        "can_edit": context.get("can_edit", False),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag(takes_context=True)
def standing(context: dict, client: Client) -> dict:
    """Where the client stands: tones of its chips, how many branches the reader sees."""
    request = context["request"]
    user, branches = request.user, len(branches_of(request, client))
    if branches > SHOWN:
        branches = Client.objects.visible_to(user).filter(head_office=client).count()
    return {
        "tier_tone": TIER_TONES.get(client.tier, ""),
        "lifecycle_tone": LIFECYCLE_TONES.get(client.lifecycle, ""),
        "branches": branches,
    }
