"""A view in which each event counts once and in its place, who appends to it, and what it must show."""
import json

from service import DIPTYCH, Service, run

MODULUS = 1_000_003
KEYS = 40

# An event that is skipped, applied twice or out of its turn changes `folded` for good.
TEXT = """-- @view tally {mode}
create table tally (key text primary key, n integer not null, folded integer not null, last integer not null);
-- @event added (key text, amount integer)
-- @on added
insert into tally (key, n, folded, last) values (:key, 1, :amount, :$position)
on conflict (key) do update set n = n + 1, folded = (folded * {factor} + :amount) % {modulus}, last = :$position;
-- @serve limit 1000
"""


def text(factor, mode="async"):
    """Another factor is another version of the view."""
    return TEXT.format(factor=factor, mode=mode, modulus=MODULUS)


def version_of(folder, factor):
    file = folder / "asked.sql"
    file.write_text(text(factor))
    return json.loads(run(DIPTYCH, "view", "check", file, "--json").stdout)["files"][0]["version"]


def event(number, sender):
    return {"stream": f"key-{number % KEYS}", "type": "added",
            "data": {"key": f"k{number * 7 % KEYS}", "amount": number * 31 % 997, "sender": sender, "number": number}}


def lines(count, sender="base"):
    return [json.dumps(event(number, sender)) + "\n" for number in range(count)]


def serve(data, *more):
    return Service([DIPTYCH, "serve", "--data", data, "--http", "127.0.0.1:{port}", *more])


def rows_of(answer):
    """Position, and rows by key."""
    if answer.status != 200:
        raise AssertionError(f"{answer.status} {answer.text}")
    position = int(answer.headers["Diptych-Token"].partition(".")[2])
    return position, {row["key"]: (row["n"], row["folded"], row["last"]) for row in answer.json}


class Truth:
    """What the log says. Asks it only for what is new."""

    def __init__(self):
        self.events = []
        self.seen = 0

    def read(self, client):
        while True:
            page = client.get(f"/events?limit=5000&after={self.seen}").json
            self.events += [(one["position"], one["data"]) for one in page["events"]]
            self.seen = int(page["seen"].partition(".")[2])
            if page["at_end"]:
                return self

    def folds(self, factor, positions):
        """Rows as of each of these positions."""
        rows, made, events = {}, {}, iter(self.events)
        following = next(events, None)
        for position in sorted(set(positions)):
            while following and following[0] <= position:
                at, data = following
                n, folded, _ = rows.get(data["key"], (0, 0, 0))
                rows[data["key"]] = (n + 1, (folded * factor + data["amount"]) % MODULUS, at)
                following = next(events, None)
            made[position] = dict(rows)
        return made

    def sent_by(self, sender):
        return [(position, data["number"]) for position, data in self.events if data["sender"] == sender]


class Appender:
    """Appends until the server is gone. What has no answer is sent again as it was."""

    def __init__(self, sender):
        self.sender = sender
        self.acknowledged = []  # positions, by number
        self.wrong = []

    def append(self, client):
        try:
            while True:
                number = len(self.acknowledged)
                answer = client.post("/events", {"events": [event(number, self.sender)]},
                                     Idempotency_Key=f"{self.sender}-{number}")
                if answer.status == 201:
                    self.acknowledged.append(answer.json["first"])
                elif answer.status != 503:
                    self.wrong.append(f"{number}: {answer.status} {answer.text}")
                    return
        except ConnectionError:
            client.close()

    def check(self, test, truth):
        """All that was acknowledged is there, where it was said to be; and perhaps one more."""
        test.assertEqual([], self.wrong)
        expected = [(position, number) for number, position in enumerate(self.acknowledged)]
        found = truth.sent_by(self.sender)
        test.assert_same_list(expected, found[:len(expected)])
        test.assertLessEqual(len(found), len(expected) + 1)
