#!/usr/bin/env python3
"""Events go to a web server that fails, is slow, refuses and goes away; signed, in order, and with stable ids."""
import base64
import hashlib
import hmac
import http.server
import json
import os
import socket
import threading
import time
import unittest

from channel_test import ChannelTest, append, serve
from service import DIPTYCH, eventually, free_port, run

SECRETS = ["whsec_" + base64.b64encode(b"the first secret").decode(), "a second secret"]
ROUNDS = int(os.environ.get("DIPTYCH_KILL_ROUNDS", "8"))


def key(secret):
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()


class Receiver:
    """A web server that does what `mood(number, event)` says: a status, or (status, headers), or None to never answer."""

    def __init__(self, mood=lambda number, event: 204, port=None):
        self.got, self.tries, self.connections, self.wrong = [], [], 0, []
        self.mood, self.lock = mood, threading.Lock()
        self.port = port or free_port()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                receiver.connections += 1
                super().setup()

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

            def handle_error(self, *_):
                pass  # who is killed says no good-bye

        self.server = Server(("127.0.0.1", self.port), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def take(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        event = json.loads(body)
        content = f"{event['id']}.{request.headers['webhook-timestamp']}.".encode() + body
        signatures = [base64.b64encode(hmac.new(key(one), content, hashlib.sha256).digest()).decode()
                      for one in SECRETS]
        with self.lock:
            if request.headers["webhook-id"] != event["id"]:
                self.wrong.append("id")
            if request.headers["webhook-signature"] not in (None, " ".join(f"v1,{one}" for one in signatures)):
                self.wrong.append("signature")
            if not request.headers["Content-Type"].startswith("application/cloudevents+json"):
                self.wrong.append("type")
            self.tries.append((request.path, event, dict(request.headers)))
            said = self.mood(len(self.tries), event)
            status, headers = said if isinstance(said, tuple) else (said, {})
            if status is not None and status < 300:
                self.got.append(event)
        if status is None:
            time.sleep(3)
            request.close_connection = True
            return
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Webhook(ChannelTest):
    def hook(self, port, more=""):
        self.declare("hook", f'to = "http://127.0.0.1:{port}/hooks/{{category}}/{{type}}"\npause_max = "300ms"\n{more}')

    def delivered(self, client, seconds=60):
        return eventually(lambda: client.get("/channels/hook").json["lag"] == 0, seconds)

    def test_each_event_is_posted_once_and_signed_with_every_secret(self):
        os.environ |= {"HOOK_NEW": SECRETS[0], "HOOK_OLD": SECRETS[1], "HOOK_AUTH": "Bearer abc"}
        with Receiver() as to:
            self.hook(to.port, 'secret = ["env:HOOK_NEW", "env:HOOK_OLD"]\nauthorization = "env:HOOK_AUTH"\n')
            with serve(self.data) as service:
                client = service.client()
                for number in range(20):
                    append(client, f"order-{number}", 5)
                append(client, "odd-1", 1, "a type/with ünï")
                self.assertTrue(self.delivered(client))
                self.assertNotIn("secret", client.get("/channels/hook").text)
            self.assertEqual(([], 101), (to.wrong, len(to.got)))
            self.assertEqual(0, self.assert_whole([one for one in to.got if one["subject"] != "odd-1"],
                                                  [f"order-{number}" for number in range(20)], 5))
            path, _, headers = next(one for one in to.tries if one[1]["subject"] == "odd-1")
            self.assertEqual("/hooks/odd/a%20type%2Fwith%20%C3%BCn%C3%AF", path)
            self.assertEqual("Bearer abc", headers["Authorization"])
            self.assertLess(abs(int(headers["webhook-timestamp"]) - time.time()), 60)
            self.assertLess(to.connections, 60, "connections are kept")

    def test_a_secret_that_is_not_set_is_told_at_the_start(self):
        self.hook(1, 'secret = "env:DIPTYCH_NOT_SET"\n')
        served = run(DIPTYCH, "serve", "--data", self.data, "--http", "127.0.0.1:0")
        self.assertEqual(2, served.returncode)
        self.assertIn("channel hook: secret is in the variable DIPTYCH_NOT_SET", served.stderr)

    def test_what_fails_for_now_is_tried_again_in_order(self):
        def mood(number, _):
            return {1: 500, 2: 503, 3: 429, 4: (503, {"Retry-After": "1"}), 5: None}.get(number % 9, 200)

        with Receiver(mood) as to:
            self.hook(to.port, "timeout_seconds = 1\n")
            with serve(self.data) as service:
                client = service.client()
                for number in range(6):
                    append(client, f"order-{number}", 4)
                self.assertTrue(self.delivered(client))
                self.assertEqual(0, client.get("/channels/hook").json["dead_letters"])
            self.assertEqual([], to.wrong)
            self.assertEqual(0, self.assert_whole(to.got, [f"order-{number}" for number in range(6)], 4))

    def test_what_is_refused_is_parked_with_what_follows_and_delivered_when_told(self):
        refuses = [True]

        def mood(_, event):
            return 422 if refuses[0] and event["subject"] == "order-1" and event["diptychversion"] == "2" else 200

        with Receiver(mood) as to:
            self.hook(to.port, 'on_refused = "park"\nattempts_max = 2\n')
            with serve(self.data) as service:
                client, url = service.client(), f"http://127.0.0.1:{service.port}"
                append(client, "order-1", 4)
                append(client, "order-2", 4)
                self.assertTrue(self.delivered(client))
                self.assertEqual(5, len(to.got))
                listed = run(DIPTYCH, "channel", "dead-letters", "hook", "--url", url)
                self.assertEqual("order-1 from version 2 on, 2 behind  order_placed  2 attempts  422\n", listed.stdout)
                refuses[0] = False
                retried = run(DIPTYCH, "channel", "retry", "hook", "order-1", "--url", url)
                self.assertEqual(0, retried.returncode, retried.stderr)
                self.assertTrue(eventually(lambda: client.get("/channels/hook").json["dead_letters"] == 0))
            self.assertEqual(0, self.assert_whole(to.got, ["order-1", "order-2"], 4))

    def test_what_is_refused_pauses_the_channel_until_somebody_resumes_it(self):
        refuses = [True]
        with Receiver(lambda *_: 400 if refuses[0] else 200) as to:
            self.hook(to.port, "attempts_max = 2\n")
            with serve(self.data) as service:
                client, url = service.client(), f"http://127.0.0.1:{service.port}"
                append(client, "order-1", 2)
                self.assertTrue(eventually(lambda: client.get("/channels/hook").json["state"] == "paused"))
                self.assertEqual(2, len(to.tries))
                refuses[0] = False
                self.assertEqual(0, run(DIPTYCH, "channel", "resume", "hook", "--url", url).returncode)
                self.assertTrue(self.delivered(client))
            self.assertEqual(2, len(to.got))

    def test_a_receiver_that_is_away_costs_pauses_and_nothing_else(self):
        port = free_port()
        self.hook(port)
        with serve(self.data) as service:
            client = service.client()
            append(client, "order-1", 3)
            waits = eventually(lambda: (now := client.get("/channels/hook").json)["state"] == "waiting" and now)
            self.assertEqual((3, 0), (waits["lag"], waits["since_start"]["delivered"]))
            append(client, "order-2", 3)
            with Receiver(port=port) as to:
                self.assertTrue(self.delivered(client))
                self.assertEqual(0, self.assert_whole(to.got, ["order-1", "order-2"], 3))
                self.assertEqual([], client.get("/health").json["degraded"])

    def test_kill_9_of_sender_and_receiver_loses_nothing(self):
        port, got = free_port(), []
        self.hook(port)
        for number in range(ROUNDS):
            to = Receiver(port=port)
            with serve(self.data) as service:
                client = service.client()
                for stream in range(5):
                    append(client, f"order-{stream}", 10)
                eventually(lambda: len(to.got) >= number * 5, 0.5)
                if number % 2:
                    to.stop()
                service.kill()
            if not number % 2:
                to.stop()
            got += to.got
        with Receiver(port=port) as to, serve(self.data) as service:
            self.assertTrue(self.delivered(service.client()))
            got += to.got
        self.assert_whole(got, [f"order-{stream}" for stream in range(5)], 10 * ROUNDS)


class Tls(ChannelTest):
    def test_a_certificate_that_nobody_vouches_for_is_not_believed(self):
        import ssl
        made = run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "key.pem",
                   "-out", self.folder / "cert.pem", "-days", "2", "-subj", "/CN=localhost",
                   "-addext", "subjectAltName=DNS:localhost")
        self.assertEqual(0, made.returncode, made.stderr)
        with Receiver() as to:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
            to.server.socket = context.wrap_socket(to.server.socket, server_side=True)
            self.declare("hook", f'to = "https://localhost:{to.port}/"\npause_max = "300ms"\n')
            with serve(self.data) as service:
                client = service.client()
                append(client, "order-1")
                waits = eventually(lambda: (now := client.get("/channels/hook").json)["state"] == "waiting" and now)
                self.assertRegex(waits["error"]["detail"], "certificate")
                self.assertEqual([], to.got)
            self.declare("hook", f'to = "https://localhost:{to.port}/"\nca_file = "{self.folder / "cert.pem"}"\n')
            with serve(self.data) as service:
                self.assertTrue(eventually(lambda: len(to.got) == 1))


if __name__ == "__main__":
    unittest.main()
