pages.live = (place) => {
  const list = h("ol", { class: "events", "aria-live": "polite", "aria-relevant": "additions" });
  const empty = h("p", { class: "soft" }, T.live.empty);
  const older = h("button", { type: "button", hidden: true }, T.live.older);
  put(place, h("section", { class: "card" }, h("h2", {}, T.live.title), empty, list, older));
  let oldest = null;
  const seen = new Set();
  function add(event, atEnd) {
    if (seen.has(event.number)) return;
    seen.add(event.number);
    empty.hidden = true;
    if (oldest === null || event.number < oldest) oldest = event.number;
    const line = eventLine(event);
    if (atEnd) list.append(line); else list.prepend(line);
  }
  async function page() {
    const events = await ask("/v1/events?limit=30" + (oldest === null ? "" : "&before=" + oldest));
    for (const event of events) add(event, true);
    older.hidden = events.length < 30;
  }
  older.addEventListener("click", () => attempt(page));
  attempt(page);
  follow("/v1/events/sse", (event) => add(event, false));
};

function eventName(type) { return type.replace(/^postern\./, "").replace(/\.v1$/, ""); }
function eventLine(event) {
  const name = eventName(event.type);
  const kind = T.tones[name] === "plain" ? "" : T.tones[name] || "";
  const words = event.reason ? T.reasons[event.reason] || event.reason : "";
  const where = [event.door ? T.live.door + " " + event.door : null,
    event.reader ? T.live.reader + " " + event.reader : null, event.person].filter(Boolean).join(" · ");
  const plain = T.events[name];
  const detail = [plain ? name : null, ...Object.entries(event.detail || {}).sort()
    .map(([key, value]) => key + " " + value)].filter(Boolean).join(", ");
  return h("li", { "data-type": name },
    h("time", { class: "soft mono", datetime: new Date(event.timeMilliseconds).toISOString(),
      title: day(event.timeMilliseconds) }, time(event.timeMilliseconds)),
    h("div", {}, h("div", { class: "row" }, pill(plain || name, kind), h("span", {}, words),
      event.simulated ? h("span", { class: "soft small" }, "(" + T.live.simulated + ")") : null),
      where ? h("div", { class: "small" }, where) : null,
      detail ? h("div", { class: "soft small mono" }, detail) : null));
}

pages.frames = (place) => {
  const list = h("div", { class: "stack" });
  const empty = h("p", { class: "soft" }, T.frames.empty);
  const show = h("button", { type: "button", id: "frames-numbers", title: T.frames.recorded }, T.frames.show);
  show.addEventListener("click", () => attempt(async () => {
    const answer = await ask("/v1/live/disclose", { by: "console" });
    show.textContent = T.frames.shown + " " + answer.seconds + " s";
  }));
  put(place, h("div", { class: "stack" }, h("div", { class: "spread" }, h("h2", {}, T.frames.title), show),
    empty, list));
  follow("/v1/live/sse", (note) => {
    if (!["frame", "malformed", "lost"].includes(note.kind)) return;
    empty.hidden = true;
    list.prepend(frameCard(note));
    while (list.children.length > 20) list.lastChild.remove();
  });
};

function frameCard(note) {
  if (note.kind === "lost") return h("p", { class: "card warn-text" }, note.lost + " " + T.frames.lost);
  if (note.key) return h("p", { class: "card soft" }, T.frames.hidden + " (" + note.reader + ")");
  const range = (least, most) => least === most ? String(least) : least + "–" + most;
  const spacing = note.spacing && note.spacing[2] > 0
    ? range(note.spacing[1], note.spacing[2]) + " " + T.frames.apart : "";
  const widths = (note.pulses || []).map((pulse) => pulse[2]).filter((width) => width > 0);
  const wide = widths.length ? range(Math.min(...widths), Math.max(...widths)) + " " + T.frames.wide : "";
  const found = note.candidates || [], formats = note.formats || [];
  return h("section", { class: "card", "data-frame": note.kind },
    h("div", { class: "spread" },
      h("h3", {}, note.reader + ": " + note.bits + " " + T.frames.bits),
      note.kind === "malformed" ? pill(T.frames.fault + ": " + note.fault, "bad")
        : formats.length ? pill(T.frames.parity, "good") : pill(T.frames.none, "warn")),
    note.pulses ? h("div", { class: "scroll" }, pulseDrawing(note.pulses)) : null,
    note.bitText ? h("p", { class: "mono", style: null }, note.bitText.replace(/(.{8})/g, "$1 ")) : null,
    h("p", { class: "soft small" }, [spacing, wide].filter(Boolean).join(", ")),
    note.detail ? h("p", { class: "small" }, note.detail) : null,
    found.length ? null : h("p", {}, formats.map((name) => pill(name))),
    found.map((one) => h("p", {}, pill(one.format), " ",
      one.facility === undefined || one.facility === null ? "" : T.panel.facility + " " + one.facility + ", ",
      T.panel.number.toLowerCase() + " " + one.card)));
}

// Both lines rest high; a pulse is a dip, drawn wider than it is so that it can be seen.
function pulseDrawing(pulses) {
  const width = Math.max(560, pulses.length * 18), end = pulses[pulses.length - 1][1] + 1000;
  const x = (microseconds) => 40 + microseconds / end * (width - 50);
  const trace = (line, top) => {
    let path = "M34 " + top;
    for (const [bit, start] of pulses) {
      if (bit !== line) continue;
      path += "H" + (x(start) - 2).toFixed(1) + "V" + (top + 26) + "h4V" + top;
    }
    return s("path", { class: line ? "d1" : "d0", d: path + "H" + (width - 4) });
  };
  const picture = s("svg", { viewBox: "0 0 " + width + " 96", role: "img",
    "aria-label": pulses.map((pulse) => pulse[0]).join("") },
    s("text", { x: 4, y: 22 }, T.frames.line0), s("text", { x: 4, y: 66 }, T.frames.line1),
    trace(0, 12), trace(1, 56),
    s("text", { x: 34, y: 94 }, "0"),
    s("text", { x: width - 60, y: 94 }, (end / 1000).toFixed(1) + " ms"));
  picture.style.minWidth = Math.min(width, 900) + "px";
  picture.style.maxWidth = Math.max(width, 900) + "px";
  return picture;
}
