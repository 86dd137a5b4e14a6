"""The catalogue of products as its clients fill and read it. For tests."""
import pathlib
import urllib.parse

from service import PROGRAMS, Service

PRODUCTS = PROGRAMS / "examples/products/diptych-products"
VIEWS = pathlib.Path(__file__).resolve().parents[2] / "examples/products/views"


def products(data, *more):
    return Service([PRODUCTS, "serve", "--port", "{port}", "--data", data, *more])


def send(client, name, /, expected=(200, 201), **command):
    answer = client.post(f"/commands/{name}", command)
    if answer.status not in expected:
        raise AssertionError(f"{name} {command}: {answer.status} {answer.text}")
    return answer


def declare(client):
    """Two categories; the first with a field of each kind of rule."""
    for category in ("light", "rug"):
        send(client, "add_category", category=category, name=category.title())
    send(client, "add_field", field="color", category="light", name="Color", type="String", regex="[a-z]+")
    send(client, "add_field", field="note", category="light", name="Note", type="String", not_empty=True)
    send(client, "add_field", field="watts", category="light", name="Watts", type="Integer", min=1, max=100)
    send(client, "add_field", field="size", category="rug", name="Size", type="Integer")


def expected_row(number):
    """What fill() makes of product number n: many rows are equal by each sort column."""
    ratings = [1 + (number + i) % 5 for i in range(number % 3)]
    return {"product": f"p{number:02}", "name": f"Lamp {number}", "category": "light",
            "order_amount": number % 4,
            "review": {"average": sum(ratings) / len(ratings) if ratings else 0.0, "count": len(ratings),
                       "sum": sum(ratings)},
            "fields": {"color": ("red", "blue")[number % 2], "watts": (9, 10, 100)[number % 3]}}


def fill(client, count=24):
    declare(client)
    for number in range(count):
        row = expected_row(number)
        product = row["product"]
        send(client, "add_product", product=product, name=row["name"], category="light")
        send(client, "change_field_value", product=product, field="watts", value=1)  # at first
        for field, value in row["fields"].items():
            send(client, "change_field_value", product=product, field=field, value=value)
        for i in range(number % 3):
            send(client, "add_review", review=f"r{number}-{i}", product=product, user=f"u{i}",
                 rating=1 + (number + i) % 5)
        if number % 4:
            send(client, "complete_order", order=f"o{number}", product=product, amount=number % 4)
    return [expected_row(number) for number in range(count)]


def view(client, *conditions):
    answer = client.get("/views/products?" + "&".join(urllib.parse.quote(one, safe="=&.(),") for one in conditions))
    if answer.status != 200:
        raise AssertionError(f"{conditions}: {answer.status} {answer.text}")
    return answer.json


def names(rows):
    return [row["product"] for row in rows]
