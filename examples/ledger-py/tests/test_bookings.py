import unittest
from datetime import date

from ledger.bookings import Booking, balance, parse_line


class ParseLine(unittest.TestCase):
    def test_reads_a_booking(self):
        self.assertEqual(parse_line("2026-03-01 food 12.50"), Booking(date(2026, 3, 1), "food", 1250))

    def test_reads_a_negative_amount(self):
        self.assertEqual(parse_line("2026-03-02 rent -700.05").cents, -70005)


class Balance(unittest.TestCase):
    def test_adds_one_account(self):
        lines = ["2026-03-01 food 1.00", "2026-03-02 rent 2.00", "2026-03-03 food 0.50"]
        self.assertEqual(balance([parse_line(line) for line in lines], "food"), 150)


if __name__ == "__main__":
    unittest.main()
