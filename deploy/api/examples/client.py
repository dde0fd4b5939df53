"""What the three examples have in common: requests to the API, and somebody at the demo's door.

POSTERNCLOUD_API is where `posterncloud serve --api-port` answers, POSTERNCLOUD_TOKEN a token of it.
"""

import datetime
import json
import os
import subprocess
import time
import urllib.error
import urllib.request


def api(method, path, body=None):
    """The JSON of the answer, with the status as `status_code`."""
    request = urllib.request.Request(
        os.environ["POSTERNCLOUD_API"] + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Authorization": "Bearer " + os.environ["POSTERNCLOUD_TOKEN"],
            "Content-Type": "application/json",
        },
    )
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as problem:
        status, text = problem.code, problem.read()
    return {**(json.loads(text) if text else {}), "status_code": status}


def at(minutes):
    """The time so many minutes from now."""
    time_then = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    return time_then.isoformat(timespec="seconds")


def eventually(what, look):
    """What `look` returns, as soon as that is something."""
    end = time.monotonic() + 20
    while not (found := look()):
        assert time.monotonic() < end, f"not seen: {what}"
        time.sleep(0.1)
    print(f"    {what}")
    return found


def reaches(path, status):
    """The credentials behind a path come into a status at every door."""

    def look():
        answer = api("GET", path)
        return all(one["status"] == status for one in answer.get("credentials", [answer]))

    eventually(f"{path} is {status}", look)


def door(*words):
    """Somebody stands at the simulated door of the demo."""
    subprocess.run(["postern", "panel", *words], check=True)


def newest():
    """The cursor of the newest event."""
    events = api("GET", "/v1/events?limit=1")["items"]
    return events[0]["cursor"] if events else "0"


def seen(after, what, **members):
    """The next event with these members."""

    def look():
        for event in api("GET", f"/v1/events?after={after}")["items"]:
            if all(event.get(name) == value for name, value in members.items()):
                return event
        return None

    return eventually(what, look)
