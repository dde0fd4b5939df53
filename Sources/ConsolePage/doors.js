pages.doors = (place) => {
  const troubles = h("section", { class: "card", "aria-label": T.doors.troubles });
  const tiles = h("div", { class: "grid" });
  const readers = h("div", { class: "grid" });
  put(place, h("div", { class: "stack" }, troubles, tiles, h("h2", {}, T.doors.readers), readers));
  let shown = "";
  return {
    update(status) {
      const now = JSON.stringify([status.troubles, status.doors, status.readers]);
      if (now === shown) return;
      shown = now;
      troubles.className = status.troubles.length ? "card trouble" : "card";
      put(troubles, status.troubles.length
        ? [h("h2", {}, T.doors.troubles), h("ul", {}, status.troubles.map((one) => h("li", {}, one)))]
        : h("p", { class: "good-text" }, T.doors.fine));
      const focus = document.activeElement && document.activeElement.id;
      put(tiles, status.doors.map(doorTile));
      put(readers, status.readers.map(readerTile));
      if (focus && byId(focus)) byId(focus).focus();
    },
  };
};

function doorTile(door) {
  const released = door.lock === "released";
  const relay = door.relayActive === undefined || door.relayActive === null
    ? pill(T.doors.noRelay, "bad") : pill(door.relayActive ? T.doors.relayOn : T.doors.relayOff);
  const leaf = door.open === undefined || door.open === null
    ? pill(T.doors.noContact) : pill(door.open ? T.doors.open : T.doors.shut, door.open ? "warn" : "");
  const kind = door.alarms.length ? "alarm" : released ? "released" : "";
  return h("section", { class: "card tile " + kind, "aria-label": door.name, "data-door": door.id },
    h("div", { class: "spread" }, h("h3", {}, door.name), h("span", { class: "soft mono" }, door.id)),
    h("p", { class: "big " + (released ? "warn-text" : "good-text"), "data-lock": door.lock },
      released ? T.doors.released : T.doors.secured),
    h("p", {}, leaf, " ", relay, " ",
      door.mode !== "normal" ? pill(door.mode + (door.modeWhy ? " – " + door.modeWhy : ""), "warn") : null, " ",
      door.bellMilliseconds ? pill(T.doors.rings, "warn") : null, " ",
      door.configured ? null : pill(T.doors.unconfigured, "warn"),
      door.alarms.map((one) => [" ", pill(T.doors.alarm + ": " + one, "bad")])),
    door.bellMilliseconds ? h("div", { class: "row" },
      [["open", T.doors.letIn], ["refuse", T.doors.refuse]].map(([answer, text]) => h("button", {
        type: "button", id: "bell-" + answer + "-" + door.id,
        onclick: () => attempt(() => ask("/v1/bell/answer", { door: door.id, answer, by: "console" })),
      }, text))) : null,
    h("div", { class: "row" },
      h("button", {
        type: "button", id: "identify-" + door.id,
        onclick: () => attempt(async () => {
          await ask("/v1/identify", { door: door.id });
          toast(T.doors.beeping + " " + door.name);
        }),
      }, T.doors.identify),
      h("button", {
        type: "button", id: "test-" + door.id, disabled: released,
        onclick: () => attempt(async () => {
          if (!confirm(T.doors.askTest)) return;
          const result = await ask("/v1/relay/test", { door: door.id, by: "console" });
          toast(result.after !== result.before
            ? T.doors.moved + " " + result.holdMilliseconds / 1000 + " s" : T.doors.notMoved);
        }),
      }, T.doors.test)));
}

function readerTile(reader) {
  return h("section", { class: "card", "aria-label": reader.id },
    h("div", { class: "spread" }, h("h3", { class: "mono" }, reader.id),
      h("span", { class: "soft" }, reader.door)),
    reader.osdp
      ? h("p", {}, reader.osdp.pairing ? T.doors.pairing : reader.osdp.absence
        ? pill(T.doors.notServed + " " + reader.osdp.absence, "bad") : T.doors.line)
      : h("p", {}, reader.frames + " " + T.doors.frames + ", " + reader.malformed + " " + T.doors.damaged),
    reader.lockedOutMilliseconds
      ? pill(T.doors.lockedOut + " " + Math.ceil(reader.lockedOutMilliseconds / 1000) + " s", "bad") : null);
}
