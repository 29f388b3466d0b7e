"""What cars are to the rest of the program."""

from mudir.records import register
from mudir.tests.fleet.models import Car

CARS = register(
    Car,
    slug="cars",
    icon="box",
    columns=["name", "state", "kilometres", "bought_date", "owner"],
    filters=["state", "kilometres", "bought_date", "owner"],
    search={"name": "A", "notes": "C"},
)
