"""Reports sent while what takes them is killed, and whether each that was accepted is counted."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from tests import processes, servers
from tests.faults import fleet

SENDERS = 8
MAX_PAUSE = 1.0  # seconds between two kills, and between a kill and the start
AFTER_ERROR = 0.05  # seconds
AGAIN = 10  # reports accepted before the next kill


@dataclass
class Told:
    """What senders saw: reports by name to a status, 0 where there was no answer."""

    answers: dict[str, int] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)

    @property
    def accepted(self) -> set[str]:
        return {name for name, status in self.answers.items() if status == 204}

    @property
    def lost(self) -> set[str]:
        return {name for name in self.accepted if name not in self.counts}

    @property
    def repeated(self) -> set[str]:
        return {name for name, count in self.counts.items() if count != 1}

    @property
    def invented(self) -> set[str]:
        return self.counts.keys() - self.answers.keys()

    def __str__(self) -> str:
        statuses = Counter(self.answers.values())
        return (
            f"{len(self.answers)} sent, {statuses[204]} answered 204, {statuses[503]} 503, "
            f"{statuses[0]} not at all; {sum(self.counts.values())} counted, {len(self.lost)} "
            f"lost, {len(self.repeated)} repeated. Killed: {dict(Counter(self.kills))}"
        )


def tell(sink: str, kills: int, seed: int) -> Told:
    """Send, kill and start again, and in the end count. The same seed kills in the same order."""
    told, over = Told(), threading.Event()
    dice = random.Random(seed)  # noqa: S311  # a story, no secret
    with fleet.running(sink) as site:
        senders = [
            threading.Thread(target=send, args=(told, number, site.web, over))
            for number in range(SENDERS)
        ]
        for sender in senders:
            sender.start()
        try:
            victims: list[str] = []
            for _ in range(kills):
                victims = victims or dice.sample(sorted(site.programs), len(site.programs))
                wait_for_more(told)
                time.sleep(dice.uniform(0, MAX_PAUSE))
                victim = site.programs[victims.pop()]
                victim.kill()
                told.kills.append(victim.name)
                time.sleep(dice.uniform(0, MAX_PAUSE) / 2)
                victim.run()
            wait_for_more(told)
        finally:
            over.set()
            for sender in senders:
                sender.join()
        site.drain()
        told.counts = site.counts()
    return told


def wait_for_more(told: Told) -> None:
    """Wait until the site is at work again."""
    enough, end = len(told.taken) + AGAIN, time.monotonic() + processes.PATIENCE
    while len(told.taken) < enough:
        assert time.monotonic() < end, f"nothing is accepted: {told}"
        time.sleep(processes.PAUSE)


def send(told: Told, number: int, port: int, over: threading.Event) -> None:
    """Send reports, each of a violation of its own and each once, until it is over."""
    connection = http.client.HTTPConnection(servers.HOST, port, timeout=processes.PATIENCE)
    headers = {"Content-Type": "application/csp-report"}
    count = 0
    while not over.is_set():
        name = f"n{count}.s{number}.example.net"
        count += 1
        report = {
            "document-uri": "https://www.example.com/",
            "violated-directive": "img-src",
            "effective-directive": "img-src",
            "original-policy": "img-src 'self'",
            "blocked-uri": f"https://{name}/a.png",
        }
        try:
            connection.request("POST", "/reports/", json.dumps({"csp-report": report}), headers)
            answer = connection.getresponse()
            answer.read()
            told.answers[name] = answer.status
            if answer.status == 204:
                told.taken.append(name)
        except (OSError, http.client.HTTPException):
            told.answers[name] = 0
            connection.close()
            time.sleep(AFTER_ERROR)
    connection.close()
