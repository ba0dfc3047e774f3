"""Whether the real Caddy, with deploy/Caddyfile, logs nothing of a delivery when no copy of the bot takes it: neither the webhook's
secret nor what somebody wrote. That it logs the failure itself is expected.

    caddy.py CADDY CADDYFILE
"""

import http.client
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time

SECRET = "s3cret-of-the-webhook"
WORDS = "words-of-somebody"
DELIVERY = f'{{"message":{{"text":"{WORDS}"}}}}'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def deliver(port):
    """The status of a delivery, once Caddy listens."""
    deadline = time.monotonic() + 20
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request("POST", "/telegram", DELIVERY, {"X-Telegram-Bot-Api-Secret-Token": SECRET})
            return connection.getresponse().status
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        finally:
            connection.close()


def log_of(caddy, configuration, directory):
    """What Caddy logs of one delivery."""
    port = free_port()
    file = pathlib.Path(directory, "Caddyfile")
    file.write_text(configuration)
    environment = {**os.environ, "BOT_HOST": f"http://127.0.0.1:{port}", "XDG_DATA_HOME": directory, "XDG_CONFIG_HOME": directory}
    with open(pathlib.Path(directory, "log"), "w+b") as log:
        command = [caddy, "run", "--adapter", "caddyfile", "--config", file]
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            status = deliver(port)
        finally:
            process.terminate()
            process.wait(20)
        log.seek(0)
        text = log.read().decode()
    if status not in (502, 503):
        sys.exit(f"caddy: a delivery that nobody takes has status {status}:\n{text}")
    return text


def main():
    caddy, path = sys.argv[1:]
    shipped = pathlib.Path(path).read_text()
    by_name = "dynamic a {$BOT_UPSTREAM:palabre} 8080"
    if by_name not in shipped:
        sys.exit(f"caddy: {path} does not name the copies as before")
    # No copy has an address; a copy has one, and nobody listens there.
    for configuration in shipped, shipped.replace(by_name, f"dynamic a 127.0.0.1 {free_port()}"):
        with tempfile.TemporaryDirectory() as directory:
            log = log_of(caddy, configuration, directory)
        for private in SECRET, WORDS, "/telegram":
            if private in log:
                sys.exit(f"caddy: {private} stands in the log:\n{log}")
        if '"level":"error"' not in log:
            sys.exit(f"caddy: the failure is not logged:\n{log}")


main()
