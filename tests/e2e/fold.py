"""The allocation service folded from its events by a second hand, to compare views and check invariants."""
from collections import defaultdict

from service import eventually


class Fold:
    """What the events say, and every promise that they break."""

    def __init__(self, events=()):
        self.batches = {}  # batchref -> {sku, quantity, available}
        self.lines = {}  # (order, sku, quantity) -> batchref, None if it waits, "" between two batches
        self.broken = []
        self.events = []
        self.versions = defaultdict(int)
        self.add(events)

    def add(self, events):
        """Takes the events that come next."""
        for event in events:
            self.events.append(event)
            self.versions[event["stream"]] += 1
            if event["position"] != len(self.events):
                self.broken.append(f"{event} is not at position {len(self.events)}")
            if event["version"] != self.versions[event["stream"]]:
                self.broken.append(f"{event} has a gap before it")
            kind = event["type"].removeprefix("shop.")
            if hasattr(self, kind):
                getattr(self, kind)(event["data"])

    def expect(self, truth, otherwise, data):
        if not truth:
            self.broken.append(f"{otherwise}: {data}")

    def batch_created(self, data):
        self.expect(data["batch"] not in self.batches, "batch created twice", data)
        self.batches[data["batch"]] = {
            "sku": data["product"], "quantity": data["quantity"], "available": data["quantity"]}

    def batch_quantity_changed(self, data):
        batch = self.batches[data["batch"]]
        batch["available"] += data["quantity"] - batch["quantity"]
        batch["quantity"] = data["quantity"]
        self.expect(batch["available"] >= 0, "over-allocated", data)

    def allocated(self, data):
        key, batch = self.key(data), self.batches[data["batch"]]
        self.expect(not self.lines.get(key), "line in two batches", data)
        self.expect(batch["sku"] == data["product"], "batch of another product", data)
        self.lines[key] = data["batch"]
        batch["available"] -= data["quantity"]
        self.expect(batch["available"] >= 0, "over-allocated", data)

    def deallocated(self, data):
        self.expect(self.lines.get(self.key(data)) == data["batch"], "line was not there", data)
        self.lines[self.key(data)] = ""
        self.batches[data["batch"]]["available"] += data["quantity"]

    def back_ordered(self, data):
        self.expect(not self.lines.get(self.key(data)), "line has a batch and waits", data)
        self.lines[self.key(data)] = None

    @staticmethod
    def key(data):
        return data["order"], data["product"], data["quantity"]

    def stuck(self):
        """Lines that wait although a batch has room for them, or are between two batches."""
        return [key for key, batch in self.lines.items() if not batch and (
            batch == "" or any(b["sku"] == key[1] and b["available"] >= key[2] for b in self.batches.values()))]

    def views(self):
        """What the views must show."""
        return {
            "allocations": sorted((o, s, q, b) for (o, s, q), b in self.lines.items() if b),
            "order_lines": sorted((o, s, q, state(b), b or None) for (o, s, q), b in self.lines.items()),
            "stock": sorted((ref, b["sku"], b["quantity"], b["available"]) for ref, b in self.batches.items()),
        }


def state(batch):
    return {None: "out_of_stock", "": "deallocated"}.get(batch, "allocated")


def shown(client):
    """What the views show."""
    return {
        "allocations": sorted(
            (r["order_id"], r["sku"], r["quantity"], r["batchref"]) for r in client.rows("allocations")),
        "order_lines": sorted(
            (r["order_id"], r["sku"], r["quantity"], r["state"], r["batchref"])
            for r in client.rows("order_lines")),
        "stock": sorted(
            (r["batchref"], r["sku"], r["quantity"], r["available"]) for r in client.rows("stock")),
    }


def settled(client):
    """The events once reallocation has nothing left to do, or after a while the events as they are."""
    return settled_fold(client).events


def settled_fold(client):
    """The fold of the events once reallocation has nothing left to do, or after a while as it is."""
    fold = Fold()

    def quiet():
        fold.add(client.events(after=len(fold.events)))
        return not fold.stuck()

    eventually(quiet)
    return fold


def events_and_views(client):
    """The fold of all events, and the views as they show just these events."""

    def at_one_time():
        fold = settled_fold(client)
        views = shown(client)
        return None if client.events(after=len(fold.events)) else (fold, views)

    return eventually(at_one_time)
