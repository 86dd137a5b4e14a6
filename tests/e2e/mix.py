"""Random commands for the allocation service: what a client sends, and what was acknowledged."""
import random

SKUS = ["lamp", "rug", "vase"]


class Commands:
    """An endless mix of commands, each with an id of its own. Repeatable by its seed."""

    def __init__(self, seed, name):
        self.random = random.Random(f"{seed}/{name}")
        self.name = name
        self.sent = 0

    def next(self):
        """(command, body, command id)"""
        self.sent += 1
        sku = self.random.choice(SKUS)
        roll = self.random.random()
        if self.sent <= len(SKUS) or roll < 0.15:
            sku = SKUS[self.sent % len(SKUS)]
            command, body = "create_batch", {
                "batch": f"{self.name}_b{self.random.randrange(10)}_{sku}", "product": sku,
                "quantity": self.random.randrange(5, 40)}
        elif roll < 0.30:
            batch = f"{self.name}_b{self.random.randrange(10)}_{sku}"
            command, body = "change_batch_quantity", {
                "batch": batch, "quantity": self.random.randrange(0, 40)}
        else:
            command, body = "allocate", {
                "order": f"o{self.random.randrange(200)}", "product": sku,
                "quantity": self.random.randrange(1, 5)}
        return command, body, f"{self.name}-{self.sent}"
