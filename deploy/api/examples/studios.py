#!/usr/bin/env python3
"""Studios: each customer has one code, which opens the gates and the studio of every booking."""

from client import api, at, door, eventually, newest, reaches, seen

doors = [one["id"] for one in api("GET", "/v1/doors")["items"]]
gates, studio = doors[:1], doors[-1]

print("Two customers; Lena gets a code for good, unique at every door that she may come to")
for person in ("lena", "omar"):
    api("PUT", f"/v1/people/{person}", {"memberType": "customer"})
code = api("POST", "/v1/people/lena/code", {"digits": 8, "doors": doors})["code"]

print("She books the studio now and tomorrow: both have her code, at gate and studio")
places = sorted({*gates, studio})
for name, start in (("studio-1", 0), ("studio-2", 24 * 60)):
    booking = {"person": "lena", "doors": places, "startsAt": at(start), "endsAt": at(start + 90)}
    assert api("PUT", f"/v1/reservations/{name}", booking)["status_code"] in (200, 201)
    reaches(f"/v1/reservations/{name}", "active")
mark = newest()
door("keys", code + "#", "--between-keys-ms", "60")
seen(mark, "the gate opens, and the event says which booking", reservation="studio-1")

print("Omar would like the same code: the clash is told, door by door")
clash = api("POST", "/v1/people/omar/code", {"code": code, "doors": places})
assert clash["status_code"] == 409 and clash["type"] == "urn:postern:problem:clash", clash
print(f"    {clash['problems'][0]['path']}: {clash['problems'][0]['message']}")

print("Lena has shown her code around and gets a new one: every booking has it at once")
renewed = api("POST", "/v1/people/lena/code", {"digits": 8})["code"]
for name in ("studio-1", "studio-2"):
    reaches(f"/v1/reservations/{name}", "active")
mark = newest()
door("keys", code + "#", "--between-keys-ms", "60")
seen(mark, "the old one is denied", type="postern.access.denied.v1")
door("keys", renewed + "#", "--between-keys-ms", "60")
seen(mark, "the new one opens", reservation="studio-1", checkInCandidate=True)

print("A lesson moves to another day: same id, other times")
booking = {"person": "lena", "doors": places, "startsAt": at(2880), "endsAt": at(2970)}
moved = api("PUT", "/v1/reservations/studio-2", booking)
print(f"    opens at {moved['credentials'][0]['atDoors'][0]['opensAt']}")

print("The gates are looked after: what is late at each door")
for one in doors:
    eventually(f"{one} is online", lambda one=one: api("GET", f"/v1/doors/{one}/health")["online"])
