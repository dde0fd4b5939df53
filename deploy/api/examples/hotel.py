#!/usr/bin/env python3
"""A hotel: a stay has key cards, which are lost, replaced, extended and end at check-out."""

from client import api, at, door, eventually, newest, reaches, seen

room = api("GET", "/v1/doors")["items"][0]["id"]


def card(number):
    return {"format": "H10301", "facility": 77, "number": number}


def hold_up(number):
    mark = newest()
    door("badge", "--format", "H10301", "--facility", "77", "--card", number)
    return mark


print(f"Check-in: two key cards for {room}, until tomorrow; no code")
api("PUT", "/v1/people/guest-501", {"memberType": "guest"})
stay = {
    "person": "guest-501",
    "tenant": "hotel-am-see",
    "doors": [room],
    "startsAt": at(0),
    "endsAt": at(20 * 60),
    "code": False,
    "cards": [card("2001"), card("2002")],
}
api("PUT", "/v1/reservations/stay-501", stay)
reaches("/v1/reservations/stay-501", "active")
seen(hold_up("2002"), "the second card opens the room", reservation="stay-501")

print("One card is lost: the stay goes on with a new one in its place")
stay["cards"] = [card("2001"), card("2003")]
api("PUT", "/v1/reservations/stay-501", stay)
reaches("/v1/reservations/stay-501", "active")
seen(hold_up("2002"), "the lost card is denied", type="postern.access.denied.v1")
seen(hold_up("2003"), "the new card opens", reservation="stay-501", checkInCandidate=True)

print("The guest stays a night longer")
stay["endsAt"] = at(44 * 60)
api("PUT", "/v1/reservations/stay-501", stay)
reaches("/v1/reservations/stay-501", "active")

print("Both cards are in the room: the desk opens, with a reason, and sees that the lock moved")
order = api("POST", f"/v1/doors/{room}/admin-unlocks", {"reason": "keys left in", "by": "desk"})
path = f"/v1/unlocks/{order['id']}"
eventually("confirmed by the door", lambda: api("GET", path)["state"] == "confirmed")

print("Check-out: nothing opens any more, and the record stays")
assert api("DELETE", "/v1/reservations/stay-501")["state"] == "cancelled"
reaches("/v1/reservations/stay-501", "revoked")
seen(hold_up("2001"), "the first card is denied", type="postern.access.denied.v1")
for one in api("GET", "/v1/reservations/stay-501")["credentials"]:
    print(f"    {one['id']}: {one['status']}, revoked at {one['revokedAt']}")
