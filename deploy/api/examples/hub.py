#!/usr/bin/env python3
"""A hub: monthly members come with a card at all hours, others book by the hour and get a code."""

from client import api, at, door, newest, reaches, seen

doors = [one["id"] for one in api("GET", "/v1/doors")["items"]]
print(f"The hub has {len(doors)} doors: {', '.join(doors)}")

print("Mira becomes a member: one credential without an end, under the hub's own id")
api("PUT", "/v1/people/mira", {"memberType": "monthly"})
api(
    "PUT",
    "/v1/credentials/member-mira",
    {
        "person": "mira",
        "doors": doors,
        "card": {"format": "H10301", "facility": 40, "number": "1001"},
    },
)
reaches("/v1/credentials/member-mira", "active")
mark = newest()
door("badge", "--format", "H10301", "--facility", "40", "--card", "1001")
seen(mark, "she holds up her card and is let in", person="mira", checkInCandidate=True)

print("Noah books an hour, which begins in five minutes: the door takes his code already")
api("PUT", "/v1/people/noah", {"memberType": "guest"})
booking = {"person": "noah", "doors": doors[:1], "startsAt": at(5), "endsAt": at(65)}
assert api("PUT", "/v1/reservations/hub-77", booking)["status_code"] == 201
assert api("PUT", "/v1/reservations/hub-77", booking)["status_code"] == 200, "a retry is harmless"
reaches("/v1/reservations/hub-77", "active")
code = api("GET", "/v1/people/noah/code")["code"]
mark = newest()
door("keys", code + "#", "--between-keys-ms", "60")
seen(mark, "his check-in names the booking", reservation="hub-77", checkInCandidate=True)

print("He stays longer, then cancels the rest: his code opens no more")
api("PUT", "/v1/reservations/hub-77", {**booking, "endsAt": at(125)})
reaches("/v1/reservations/hub-77", "active")
assert api("DELETE", "/v1/reservations/hub-77")["state"] == "cancelled"
reaches("/v1/reservations/hub-77", "revoked")
mark = newest()
door("keys", code + "#", "--between-keys-ms", "60")
seen(mark, "he is denied", type="postern.access.denied.v1")

print("Mira's payment fails: switched off, and on again when it comes")
api("PUT", "/v1/people/mira", {"memberType": "monthly", "accessEnabled": False})
api("PUT", "/v1/people/mira", {"memberType": "monthly"})
assert api("GET", "/v1/people/mira")["accessEnabled"] is False, "a PUT that does not name it leaves it"
api("PUT", "/v1/people/mira", {"memberType": "monthly", "accessEnabled": True})
assert api("GET", "/v1/people/mira")["accessEnabled"] is True
