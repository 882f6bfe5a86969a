"""Bookings: what was paid, when, and for what."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Booking:
    day: date
    account: str
    cents: int


def parse_line(line: str) -> Booking:
    """Reads `2026-03-01 food 12.50`."""
    day, account, amount = line.split()
    whole, _, fraction = amount.partition(".")
    sign = -1 if whole.startswith("-") else 1
    cents = abs(int(whole)) * 100 + int((fraction + "00")[:2])
    return Booking(date.fromisoformat(day), account, sign * cents)


def balance(bookings: list[Booking], account: str) -> int:
    """The sum of an account in cents."""
    return sum(booking.cents for booking in bookings if booking.account == account)
