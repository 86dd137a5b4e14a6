"""Messages of the three services that the order history is made of, and of accounts; and who takes them."""
import datetime
import json
import pathlib
import urllib.parse

from service import PROGRAMS, Service, eventually

ORDER_HISTORY = PROGRAMS / "examples/order_history/diptych-order-history"
EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "examples/order_history"


def history(data, *more):
    return Service([ORDER_HISTORY, "serve", "--port", "{port}", "--data", data, *more])


def ago(days=0.0, seconds=0):
    when = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days, seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def message(stream, version, kind, data, at=None, message_id=None):
    return {"message_id": message_id or f"{stream}/{version}", "stream": stream, "version": version, "type": kind,
            "data": data, "occurred_at": at or ago(seconds=60)}


def created(order, consumer="c1", at=None, items=("Chicken Vindaloo",), restaurant="Ajanta", quantity=1):
    lines = [{"menu_item_id": str(i), "name": name, "price": 12.34, "quantity": quantity}
             for i, name in enumerate(items)]
    return message(order, 1, "order_created", {
        "order_id": order, "consumer_id": consumer, "restaurant_id": f"r-{restaurant}", "restaurant_name": restaurant,
        "line_items": lines, "order_total": round(12.34 * quantity, 2), "delivery_address": {"street": "Oak 1", "city": "Bonn"}}, at)


def order_event(order, version, kind, at=None, **more):
    return message(order, version, kind, {"order_id": order, **more}, at)


def ticket_event(order, version, kind, at=None):
    return message(f"ticket-{order}", version, kind, {"order_id": order}, at)


def delivery_created(delivery, order, at=None):
    return message(delivery, 1, "delivery_created", {"delivery_id": delivery, "order_id": order}, at)


def delivery_event(delivery, version, kind, at=None):
    return message(delivery, version, kind, {"delivery_id": delivery}, at)


def send(client, source, body, expected=(200, 201, 202)):
    answer = client.post(f"/inbox/{source}", body)
    if answer.status not in expected:
        raise AssertionError(f"{source} {body}: {answer.status} {answer.text}")
    return answer


def settled(client, *sources):
    """Waits until nothing is held, and the view shows everything."""
    if not eventually(lambda: all(client.get(f"/inbox/{one}").json["waiting"] == 0 for one in sources)):
        raise AssertionError([client.get(f"/inbox/{one}").text for one in sources])
    return client.rows("order_history")


FIVE = [("order", created("o", at="2026-03-01T12:00:00Z")),
        ("order", order_event("o", 2, "order_authorized", "2026-03-01T12:01:00Z")),
        ("ticket", ticket_event("o", 1, "ticket_created", "2026-03-01T12:02:00Z")),
        ("delivery", delivery_created("d", "o", "2026-03-01T12:03:00Z")),
        ("delivery", delivery_event("d", 2, "delivery_picked_up", "2026-03-01T12:04:00Z"))]


def of_order(number):
    """The five messages about an order of its own."""
    return [(source, json.loads(json.dumps(one).replace('"o"', f'"o{number}"').replace('"d"', f'"d{number}"')
                                .replace('"o/', f'"o{number}/').replace('"d/', f'"d{number}/')
                                .replace("ticket-o", f"ticket-o{number}")))
            for source, one in FIVE]


def without_names(row, number):
    """A row as it would be for the order "o"."""
    return json.loads(json.dumps(row).replace(f'"o{number}"', '"o"').replace(f'"d{number}"', '"d"'))


def credited(number, account="acc", amount=1):
    return {"message_id": f"credit-{number}", "stream": account, "type": "account_credited",
            "data": {"account_id": account, "amount": amount}}


def whole(client, order):
    answer = client.get(f"/orders/{order}")
    if answer.status != 200:
        raise AssertionError(f"{order}: {answer.status} {answer.text}")
    return answer.json


def page(client, **parameters):
    token = client.get("/events?limit=1&direction=backward").json["seen"]
    return client.get("/orders?" + urllib.parse.urlencode({"at_least": token, **parameters}))


def found(client, **parameters):
    answer = page(client, **parameters)
    if answer.status != 200:
        raise AssertionError(f"{parameters}: {answer.status} {answer.text}")
    return [order["orderId"] for order in answer.json["orders"]]


def recorded(client):
    """Source and id of each message that has become an event, sorted."""
    return sorted((event["metadata"]["source"], event["metadata"]["message_id"])
                  for event in client.events() if not event["type"].startswith("$"))


def odd_ones(rows):
    """Those that are not what the first is, but for their names."""
    first = without_names(rows[0], rows[0]["order_id"][1:])
    return [row for row in rows if without_names(row, row["order_id"][1:]) != first]
