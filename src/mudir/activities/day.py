"""What there is to do now, and why: gathered in a fixed number of queries, every list bounded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from mudir.accounts.models import User
from mudir.accounts.roles import Act, Reach
from mudir.activities.days import week_start
from mudir.activities.models import Call, Task
from mudir.activities.occasions import Occasion, occasions_of
from mudir.clients.completeness import stale_facts
from mudir.clients.models import Client, Contact, ContactRole, Tier
from mudir.clients.registry import OUT_OF_TOUCH_DAYS
from mudir.records import registry
from mudir.records.projection import masked

AHEAD = 7  # days that are looked forward to
MOST_OVERDUE, MOST_AHEAD = 15, 25  # tasks
MOST_CLIENTS = 5
MOST_FACTS = 3
COUNTED = 100  # beyond that, "100+" says enough


@dataclass(frozen=True)
class Total:
    count: int
    is_exact: bool


@dataclass(frozen=True)
class StaleClient:
    client: Client
    fact: str  # the key fact that waits longest for a confirmation


@dataclass(frozen=True)
class Day:
    tasks: list[Task]  # open ones, the earliest first: overdue, then those of the days ahead
    contacts: dict[int, Contact]  # those of the tasks that the person sees
    overdue: int
    today: int
    later: int
    done_today: int
    silent: list[Client]  # longest without contact, those never contacted last
    silent_total: Total
    stale: list[StaleClient]
    stale_total: Total
    occasions: list[Occasion]
    calls: int  # of this week
    reached: int
    done: int  # tasks of this week
    without_step: Total
    has_clients: bool


def my_day(user: User, *, today: date) -> Day:
    """Everything of the person's own; `today` is the day in their zone."""
    mine = Client.objects.visible_to(user).filter(owner=user)
    is_working = ~Q(lifecycle="lost")
    silent = mine.filter(is_working, last_contact_at__lt=_midnight(today - timedelta(days=OUT_OF_TOUCH_DAYS)))
    never = mine.filter(is_working, last_contact_at__isnull=True)
    longest = list(silent.order_by("last_contact_at", "pk")[:MOST_CLIENTS])
    longest += list(never.order_by("pk")[: MOST_CLIENTS])
    stale = mine.filter(stale_date__lte=today)
    own = Task.objects.all().present_to(user).filter(owner=user)  # whom they are with is asked for at once, below
    open_tasks = own.filter(done_at__isnull=True)
    in_order = open_tasks.select_related("client", "call").order_by(
        "due_date", F("due_time").asc(nulls_last=True), "pk")
    tasks = list(in_order.filter(due_date__lt=today)[:MOST_OVERDUE])
    tasks += in_order.filter(due_date__gte=today, due_date__lt=today + timedelta(days=AHEAD))[:MOST_AHEAD]
    counts = open_tasks.aggregate(
        overdue=Count("pk", filter=Q(due_date__lt=today)), today=Count("pk", filter=Q(due_date=today)),
        later=Count("pk", filter=Q(due_date__gte=today + timedelta(days=AHEAD))),
    )
    week = _midnight(week_start(today, user))
    done = own.filter(done_at__gte=week).aggregate(
        week=Count("pk"), today=Count("pk", filter=Q(done_at__gte=_midnight(today))))
    calls = Call.objects.visible_to(user).filter(owner=user, started_at__gte=week).aggregate(
        all=Count("pk"), reached=Count("pk", filter=Q(outcome=Call.Outcome.REACHED)))
    roles = ContactRole.objects.filter(  # who sees a task sees its client and everybody there
        contact__in={task.contact_id for task in tasks if task.contact_id}, contact__trashed_at__isnull=True,
        client__in={task.client_id for task in tasks if task.contact_id})
    contacts = {role.contact_id: masked(role.contact, user) for role in roles.select_related("contact")}
    if user.rights.reach_of(Act.VIEW, Contact._meta.label_lower, hangs=True) is not Reach.ALL:
        contacts = {contact.pk: masked(contact, user) for contact in Contact.objects.visible_to(user).filter(
            pk__in=contacts)}
    for task in tasks:
        masked(task, user)
        if task.client is not None:
            masked(task.client, user)
    hidden = registry.for_model(Client).hidden_from(user)
    waiting = list(stale.order_by("stale_date", "pk")[:MOST_FACTS])
    return Day(
        tasks=tasks, contacts=contacts,
        overdue=counts["overdue"], today=counts["today"], later=counts["later"], done_today=done["today"],
        silent=[masked(client, user) for client in longest[:MOST_CLIENTS]],
        silent_total=_total(silent), stale=[
            StaleClient(client, facts[0]) for client in waiting
            if (facts := [fact for fact in stale_facts(client, today=today) if fact not in hidden])],
        stale_total=_total(stale), occasions=occasions_of(user, today=today, days=AHEAD), calls=calls["all"],
        reached=calls["reached"], done=done["week"],
        without_step=_total(mine.filter(is_working, next_step_date__isnull=True)),
        has_clients=bool(longest) or Client.objects.visible_to(user).exists(),
    )


def first_of(day: Day, today: date) -> Task | None:
    """What to begin with: promised call backs, then key clients, then what waits longest. Only what is due."""
    due = [task for task in day.tasks if task.due_date <= today]

    def rank(task: Task) -> tuple:
        is_promised = task.call is not None and task.call.outcome == Call.Outcome.CALL_BACK
        is_key = task.client is not None and task.client.tier == Tier.KEY
        return not is_promised, not is_key, task.due_date, task.due_time or time.max, task.pk

    return min(due, key=rank, default=None)


def _total(rows: QuerySet) -> Total:
    counted = rows.order_by().values("pk")[: COUNTED + 1].count()
    return Total(min(counted, COUNTED), counted <= COUNTED)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
