"""The users: who works, who stays, who must change a password, who guesses, who is locked out."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

from .load_browser import Answer, Browser, Log
from .load_guesses import Attempt
from .load_rules import AGE, CHANGE, EXPIRE, HOME, IDLE, PASSWORD, RECHECK, UNLOCK

# A time is recorded to the second, and at most a tenth of the idle time late.
ROUNDED = 1
LATE = IDLE / 10
MARGIN = 0.05  # seconds beyond a limit, when somebody waits for it
BURST = 8  # guesses at once


@dataclass
class Run:
    """What all users share: where the site is, until when to go on, and what came out."""

    ports: list[int]
    until: float
    log: Log = field(default_factory=lambda: Log([], []))
    attempts: list[Attempt] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def goes_on(self) -> bool:
        return time.time() < self.until

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def browser(self, number: int) -> Browser:
        return Browser(self.ports, f"198.18.{number // 250}.{number % 250 + 1}", self.log)


class Visitor:
    """A user at a browser. Every answer is held against what the limits of a session say."""

    def __init__(self, run: Run, number: int, username: str) -> None:
        self.run = run
        self.browser = run.browser(number)
        self.username = username
        self.changes = 0
        self.login: Answer | None = None  # of the session at hand
        self.last: Answer | None = None

    @property
    def password(self) -> str:
        return PASSWORD.format(self.changes)

    async def log_in(self) -> None:
        answer = await self.browser.login(self.username, self.password)
        if answer.status != 302 or answer.location != HOME:
            self.run.log.broken(f"{self.username} could not log in: {answer.status}")
            return
        self.login = self.last = answer

    async def page(self, path: str = HOME, *, port: int = 0) -> Answer:
        return self.seen(await self.browser.get(path, port=port))

    async def post(self, kind: str, path: str, **fields: str) -> Answer:
        return self.seen(await self.browser.post(kind, path, **fields))

    def seen(self, answer: Answer) -> Answer:
        """Note whether the session had ended, and whether it could have, and had to."""
        login, last = self.login, self.last
        if answer.status == 0 or login is None or last is None:
            return answer
        idle, age = answer.sent - last.answered, answer.sent - login.answered
        latest = min(login.sent + AGE - ROUNDED, last.sent + IDLE - ROUNDED - LATE)
        if answer.wants_login:
            self.login = None
            self.run.count("sessions ended")
            if answer.answered < latest:
                self.run.log.broken(f"a session of {self.username} ended too early")
        elif idle > IDLE or age > AGE:
            self.run.log.broken(
                f"a session of {self.username} lived too long: {idle:.2f} s idle, {age:.2f} s old"
            )
        self.last = answer
        return answer


async def pause(least: float, most: float) -> None:
    await asyncio.sleep(random.uniform(least, most))  # noqa: S311


async def work(run: Run, number: int, username: str) -> None:
    """Log in, look at some pages, go away for longer than allowed, and come back."""
    visitor = Visitor(run, number, username)
    while run.goes_on():
        await visitor.log_in()
        for _ in range(random.randint(2, 6)):  # noqa: S311
            await pause(0.5, 2)
            if (await visitor.page()).wants_login:
                break
        if visitor.login is not None:
            await asyncio.sleep(IDLE + MARGIN)
            await visitor.page()


async def stay(run: Run, number: int, username: str) -> None:
    """Be active until the session is too old, and once more just then."""
    visitor = Visitor(run, number, username)
    while run.goes_on():
        await visitor.log_in()
        while (login := visitor.login) is not None:
            left = login.answered + AGE + MARGIN - time.time()
            await asyncio.sleep(max(0, min(left, random.uniform(1, 2))))  # noqa: S311
            await visitor.page()


async def change(run: Run, number: int, username: str) -> None:
    """Change a password that is expired, and have it expire again."""
    visitor = Visitor(run, number, username)
    while run.goes_on():
        if visitor.login is None:
            await visitor.log_in()
        await pause(0.5, 1.5)
        answer = await visitor.page()
        if answer.status == 302 and answer.location == CHANGE:
            await _change(visitor)
        elif answer.status == 200:
            await _expire(visitor)


async def _change(visitor: Visitor) -> None:
    run, new = visitor.run, PASSWORD.format(visitor.changes + 1)
    fields = {"new_password1": new, "new_password2": new}
    answer = await visitor.post("change", CHANGE, old_password=visitor.password, **fields)
    if answer.wants_login:
        return
    if answer.status != 302 or answer.location != HOME:
        run.log.broken(f"{visitor.username} could not change a password: {answer.status}")
        return
    visitor.changes += 1
    run.count("passwords changed")
    answer = await visitor.page()
    if answer.status != 200 and not answer.wants_login:
        run.log.broken(f"{visitor.username} is sent to {answer.location} after the change")


async def _expire(visitor: Visitor) -> None:
    run = visitor.run
    told = await visitor.post("expire", EXPIRE)
    if told.status != 204:
        return
    other = random.choice(run.ports)  # noqa: S311
    if other != told.port:  # another process may not know yet
        await asyncio.sleep(random.uniform(0, RECHECK))  # noqa: S311
    while True:
        answer = await visitor.page(port=other)
        if answer.wants_login:
            return
        if answer.status == 302:
            run.count("expired passwords noticed")
            return
        if other == told.port or answer.sent > told.answered + RECHECK:
            run.log.broken(f"the expired password of {visitor.username} went on")
            return
        await pause(0.5, 1)


async def guess(run: Run, number: int, victim: str) -> None:
    """Guess at an account, and when it opens again, at the same moment as all the others."""
    for index in range(10**9):
        if not run.goes_on():
            return
        answer = await _try(run, number, victim, 0, f"guess-{number}-{index}")
        if answer.status == 429 and random.random() < 0.7:  # noqa: S311
            # It is rounded up: the account opens at some moment of the last second.
            early = random.choice((0, random.random()))  # noqa: S311
            await asyncio.sleep(answer.retry_after - early)
        else:
            await pause(0.5, 3)


async def be_locked_out(run: Run, number: int, username: str, pk: int, admin: str) -> None:
    """Be guessed at from all sides, be refused, be unlocked, and get in with the next attempt."""
    for turn in range(0, 10**9, 2):
        if not run.goes_on():
            return
        guesses = [f"guess-{username}-{turn}-{index}" for index in range(BURST)]
        await asyncio.gather(*[_try(run, number, username, turn, each) for each in guesses])
        right = f"{PASSWORD.format(0)}#{username}-{turn}"
        answer = await _try(run, number, username, turn, right)
        if answer.status == 429:
            await _unlock(run, number, username, pk, admin, turn + 1)
        await pause(0.5, 2)


async def _unlock(run: Run, number: int, username: str, pk: int, admin: str, turn: int) -> None:
    visitor = Visitor(run, number, admin)
    while True:
        await visitor.log_in()
        answer = await visitor.post("unlock", UNLOCK.format(pk))
        if not answer.wants_login:  # as when the answer to the login took too long
            break
    visitor.browser.close()
    if answer.status != 302:
        run.log.broken(f"{admin} could not unlock {username}: {answer.status}")
        return
    right = f"{PASSWORD.format(0)}#{username}-{turn}"
    answer = await _try(run, number, username, turn, right)
    if answer.status == 302:
        run.count("unlocked, and in")
    else:
        run.log.broken(f"an unlock of {username} was lost: {answer.status}")


async def _try(run: Run, number: int, account: str, turn: int, password: str) -> Answer:
    """Send one password from a browser that nobody knows."""
    browser = run.browser(number)

    def note(answer: Answer) -> None:
        run.attempts.append(Attempt(account, turn, password, answer))

    try:
        return await browser.login(account, password, "guess", note=note)
    finally:
        browser.close()
