"""The numbered rules of the contract, from conformance.md, and what became of each."""

import os
import re
import traceback

here = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(here, "..", "..", "conformance.md")


class Broken(Exception):
    """What was seen against a rule."""


class NotTested(Exception):
    """Why a rule could not be tested here."""


def sentences(side):
    """The rules of `cloud` or `door` by number, as the document has them."""
    found = {}
    with open(DOCUMENT) as file:
        for line in file:
            match = re.match(rf"\| {side}\.(\d+) \| (.*?) \|", line)
            if match:
                found[int(match[1])] = match[2]
    return found


class Rules:
    """The checks of one side: functions with the decorator `@rules(number)`."""

    def __init__(self, side):
        self.side = side
        self.checks = []
        # What was seen beside the checks, by rule: a message that breaks a rule for all messages.
        self.seen = {}

    def __call__(self, *numbers):
        def register(check):
            self.checks.append((numbers, check))
            return check
        return register

    def note(self, number, what):
        """A message broke a rule, whatever check is running."""
        self.seen.setdefault(number, []).append(what)

    def run(self, player, only=None):
        """Runs the checks in their order; returns the exit status."""
        wanted = sentences(self.side)
        covered = {number for numbers, _ in self.checks for number in numbers}
        if covered != set(wanted):
            raise SystemExit(f"the document has the rules {sorted(wanted)}, the kit {sorted(covered)}")
        outcome = {}
        for numbers, check in self.checks:
            if only and not only & set(numbers):
                continue
            try:
                check(player)
                answer = ("pass", "")
            except NotTested as reason:
                answer = ("not tested", str(reason))
            except Broken as what:
                answer = ("FAIL", str(what))
            except Exception as error:  # A message that has another shape than the contract's.
                frame = traceback.extract_tb(error.__traceback__)[-1]
                answer = ("FAIL", f"{type(error).__name__}: {error} ({frame.name}, line {frame.lineno})")
            for number in numbers:
                if outcome.get(number, ("pass",))[0] != "FAIL":
                    outcome[number] = answer
        for number, seen in self.seen.items():
            if number in outcome:
                outcome[number] = ("FAIL", seen[0] + (f" (and {len(seen) - 1} more)" if seen[1:] else ""))
        for number in sorted(outcome):
            word, what = outcome[number]
            print(f"{word:10}  {self.side}.{number:<2}  {wanted[number]}")
            if what:
                print(f"{'':14}{what[:600]}")
        words = [word for word, _ in outcome.values()]
        print(f"{words.count('pass')} rules hold, {words.count('FAIL')} are broken, "
              f"{words.count('not tested')} were not tested")
        return 1 if "FAIL" in words else 0


def expect(condition, what):
    if not condition:
        raise Broken(what)


def known(value, what):
    """The value, which a check waited for."""
    if value is None:
        raise Broken(what)
    return value
