"""The conference program and what its users do. For tests."""
import itertools

from service import PROGRAMS, Service, eventually

CONFERENCE = PROGRAMS / "examples/conference/diptych-conference"
ORDER_ENDS = ("confirmed", "expired")


def conference(data, port=None, clock="PT0S"):
    return Service([CONFERENCE, "serve", "--port", "{port}", "--data", data, "--clock", clock], port)


class Users:
    """Everybody who uses one conference program, over one connection. Not for several threads."""

    def __init__(self, client):
        self.client = client
        self.numbers = itertools.count()

    def ask(self, command, **fields):
        return self.client.post(f"/commands/{command}", fields)

    def send(self, command, **fields):
        """Sends a command that is accepted, and returns its answer."""
        answer = self.ask(command, **fields)
        if answer.status not in (200, 201):
            raise AssertionError(f"{command} {fields}: {answer.status} {answer.text}")
        return answer.json

    def refusal(self, command, **fields):
        answer = self.ask(command, **fields)
        if answer.status != 409:
            raise AssertionError(f"{command} {fields}: {answer.status} {answer.text}")
        return answer.json["reason"]

    def row(self, view, **key):
        """The row of a view that shows everything; None if there is none."""
        rows = self.client.rows(view, **key)
        return rows[0] if rows else None

    def open_conference(self, name="c1", seats=None, window=None, buffer="PT0S"):
        """A published conference: seats is {type: (quantity, price)}."""
        seats = seats or {"full": (10, "100.50")}
        self.send("create_conference", conference=name, slug=name, name=name.upper(), description="", location="Ulm",
                  starts="2026-09-01", ends="2026-09-03", owner_name="Ada", owner_email="ada@example.org")
        if window:
            self.send("set_reservation_terms", conference=name, window=window, buffer=buffer)
        for seat_type, (quantity, price) in seats.items():
            self.send("create_seat", conference=name, seat_type=seat_type, name=seat_type.title(), description="",
                      quantity=quantity, price=price)
        self.send("publish_conference", conference=name)
        for seat_type, (quantity, _) in seats.items():
            self.until(lambda: self.free(seat_type, name) == quantity)

    def until(self, question, seconds=30.0):
        answer = eventually(question, seconds)
        if not answer:
            raise AssertionError(f"has not come true in {seconds} s: "
                                 f"{[row for row in self.client.rows('draft_orders')][-3:]}")
        return answer

    def all_follows(self):
        """Waits until processes have nothing more to do."""
        def is_quiet():
            if any(one["lag"] for one in self.client.get("/health").json["processes"]):
                return False
            return commands_are_answered(self.client.events())
        self.until(is_quiet)

    def free(self, seat_type="full", name="c1"):
        """Seats that are left, below zero if some are owed; None if there is no such type."""
        row = self.row("seat_types", conference_id=name, seat_type_id=seat_type)
        return row["remaining"] if row else None

    def want(self, order, name="c1", **seats):
        """Registers and returns the order once its reservation is settled."""
        self.send("register_to_conference", order=order, conference=name,
                  seats=[{"seat_type": one, "quantity": count} for one, count in seats.items()])
        return self.settled(order)

    def settled(self, order):
        def is_settled():
            row = self.row("draft_orders", order_id=order)
            return row if row and row["state"] != "pending_reservation" else None
        return self.until(is_settled)

    def reserved(self, order):
        """Seats that an order has, by type."""
        return {line["seat_type"]: line["reserved"] for line in self.row("draft_orders", order_id=order)["lines"]}

    def state(self, order):
        row = self.row("draft_orders", order_id=order)
        return row and row["state"]

    def becomes(self, order, state):
        return self.until(lambda: self.state(order) == state)

    def pay(self, order, amount=None, payment=None):
        """Pays what the order costs, or so much, and returns the payment's id."""
        payment = payment or f"{order}-payment-{next(self.numbers)}"
        amount = amount or str(self.row("priced_orders", order_id=order)["total"])
        self.send("initiate_third_party_processor_payment", payment=payment, order=order, amount=amount)
        self.send("complete_third_party_processor_payment", payment=payment)
        return payment

    def later(self, ahead):
        """It is so much later than the machine says."""
        answer = self.client.request("PUT", "/clock", {"ahead": ahead})
        if answer.status != 200:
            raise AssertionError(answer.text)


def commands_are_answered(events):
    """Whether each command that a process has sent was answered."""
    sent = sum(len(one["data"]["commands"]) for one in events if one["type"] == "$reaction")
    return sent == sum(one["type"] in ("$accepted", "$refused", "$failed") for one in events)


def seats_in(order):
    return sum(line["reserved"] for line in order["lines"])


def held_seats(events):
    """What each reservation holds or has kept, and what is left of each type, told by the log alone."""
    held, free = {}, {}
    for event in events:
        data = event["data"]
        kind = event["type"].removeprefix("registration.")
        for change in data.get("seats", []) if kind == "available_seats_changed" else data.get("changes", []):
            free[change["seat_type"]] = free.get(change["seat_type"], 0) + change["quantity"]
        if kind == "seats_reserved":
            held[data["reservation"]] = {one["seat_type"]: one["quantity"] for one in data["granted"] if one["quantity"]}
        elif kind == "seats_reservation_cancelled":
            held[data["reservation"]] = {}
    return held, free
