#!/usr/bin/env python3
"""Events go out as mail: once, but for the one whose answer was lost, in order, to servers that refuse and go away."""
import email
import email.policy
import json
import os
import random
import socketserver
import threading
import unittest

from channel_test import ChannelTest, append, serve
from service import eventually, free_port, run

ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))


class MailServer:
    """Takes mail as SMTP says. `mood(number, recipients)` gives the reply to a recipient: "250" or another."""

    def __init__(self, mood=lambda number, recipient: "250", port=None):
        self.got, self.asked, self.mood, self.lock = [], 0, mood, threading.Lock()
        self.port = port or free_port()
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                server.talk(self.rfile, lambda line: self.wfile.write(line.encode() + b"\r\n"))

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            allow_reuse_address = True

            def handle_error(self, *_):
                pass  # who is killed says no good-bye

        self.server = Server(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def talk(self, lines, say):
        say("220 test")
        recipients = []
        for line in lines:
            word = line.split(b":")[0].split()[0].upper() if line.strip() else b""
            if word in (b"EHLO", b"HELO"):
                say("250 test")
            elif word == b"MAIL":
                recipients = []
                say("250 ok")
            elif word == b"RCPT":
                recipient = line.decode().split("<")[1].split(">")[0]
                with self.lock:
                    self.asked += 1
                    said = self.mood(self.asked, recipient)
                if said == "250":
                    recipients.append(recipient)
                say(f"{said} said")
            elif word == b"DATA":
                say("354 go on")
                text = b""
                for part in lines:
                    if part == b".\r\n":
                        break
                    text += part[1:] if part.startswith(b".") else part
                with self.lock:
                    self.got.append((recipients, email.message_from_bytes(text, policy=email.policy.default)))
                say("250 taken")
            elif word == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def order(client, name, number=1, address="ada@example.org"):
    answer = client.post("/events", {"events": [
        {"stream": f"order-{name}", "type": "placed", "data": {"order": name, "n": n, "email": address, "name": "Ädä"}}
        for n in range(number)]})
    assert answer.status == 201, answer.text


class Mail(ChannelTest):
    def mail(self, port, more=""):
        self.declare("mail", f'to = "smtp://127.0.0.1:{port}"\nonce = true\nfrom = "shop@example.org"\n'
                             'recipients = ["{data.email}"]\nsubject = "Order {data.order}, grüße"\n'
                             f'body = "Hello {{data.name}}\\n.\\nBye\\n"\npause_max = "300ms"\n{more}')

    def delivered(self, client):
        return eventually(lambda: client.get("/channels/mail").json["lag"] == 0, 60)

    def test_an_event_is_a_mail_with_its_id(self):
        with MailServer() as to:
            self.mail(to.port, "attach = true\n")
            with serve(self.data) as service:
                client = service.client()
                order(client, "o1")
                self.assertTrue(self.delivered(client))
                event = client.events()[0]
            (recipients, mail), = to.got
            self.assertEqual(["ada@example.org"], recipients)
            self.assertEqual(("shop@example.org", "ada@example.org", "Order o1, grüße",
                              f"<{event['id']}@example.org>"),
                             (mail["From"], mail["To"], mail["Subject"], mail["Message-ID"]))
            self.assertEqual("Hello Ädä\n.\nBye\n", mail.get_body().get_content())
            attached, = mail.iter_attachments()
            self.assertEqual("application/cloudevents+json", attached.get_content_type())
            self.assertEqual(event["id"], json.loads(attached.get_content())["id"])

    def test_a_mail_that_is_refused_is_parked_and_one_that_can_not_be_taken_now_is_tried_again(self):
        def mood(number, recipient):
            return "550" if recipient == "nobody@example.org" else "451" if number % 3 == 1 else "250"

        with MailServer(mood) as to:
            self.mail(to.port, 'on_refused = "park"\nattempts_max = 2\n')
            with serve(self.data) as service:
                client = service.client()
                order(client, "o1", 2)
                order(client, "o2", 1, "nobody@example.org")
                order(client, "o3", 1, "not an address")
                self.assertTrue(self.delivered(client))
                letters = client.get("/channels/mail/dead-letters").json["dead_letters"]
                self.assertEqual(["order-o2", "order-o3"], [one["stream"] for one in letters])
                self.assertIn("550", letters[0]["why"])
                self.assertIn("'not an address' is no mail address", letters[1]["why"])
            self.assertEqual(2, len(to.got))

    def test_kill_9_repeats_no_more_than_the_mail_whose_answer_was_lost(self):
        port, got = free_port(), []
        chance = random.Random(os.environ.get("DIPTYCH_TEST_SEED", "3"))
        self.mail(port)
        for _ in range(ROUNDS):
            with MailServer(port=port) as to, serve(self.data) as service:
                order(service.client(), "o1", 10)
                wanted = chance.randrange(12)
                eventually(lambda: len(to.got) >= wanted, 1)
                service.kill()
                eventually(lambda: False, 0.05)
                got += to.got
        with MailServer(port=port) as to, serve(self.data) as service:
            self.assertTrue(self.delivered(service.client()))
            got += to.got
        ids = [mail["Message-ID"] for _, mail in got]
        self.assertEqual(10 * ROUNDS, len(set(ids)))
        self.assertLessEqual(len(ids) - len(set(ids)), ROUNDS)
        # In order, and a repetition is of the one before.
        first = list(dict.fromkeys(ids))
        self.assertEqual(ids, sorted(ids, key=first.index))


if __name__ == "__main__":
    unittest.main()
