pages.health = (place) => {
  const charts = h("div", { class: "grid" }), report = h("section", { class: "card" });
  const button = h("button", { class: "main", type: "button" }, T.health.diagnose);
  const sync = h("button", { type: "button", onclick: () => attempt(async () => {
    await ask("/v1/sync", {});
    toast(T.health.synced);
  }) }, T.health.sync);
  put(place, h("div", { class: "stack" }, h("div", { class: "row" }, button, sync), report,
    h("h2", {}, T.health.history), charts));
  async function diagnose() {
    button.disabled = true;
    put(report, h("p", { class: "soft", role: "status" }, T.health.running));
    const found = await attempt(() => ask("/v1/diagnosis"));
    button.disabled = false;
    if (found) put(report, diagnosisTable(found));
  }
  async function history() {
    const samples = await attempt(() => ask("/v1/history"));
    if (!samples) return;
    const of = (name, get, digits) => chart(name, samples.map((one) => [one.timeMilliseconds, get(one)])
      .filter(([, value]) => value !== null && value !== undefined), digits);
    put(charts, of(T.health.backlog, (one) => one.backlog, 0),
      of(T.health.connected, (one) => one.connected ? 1 : 0, (value) => value ? T.health.yes : T.health.no),
      of(T.health.offset, (one) => one.clockOffsetSeconds, 0),
      of(T.health.disk, (one) => one.diskFreeBytes === undefined ? null : one.diskFreeBytes / 1048576, 0),
      of(T.health.commit, (one) => one.commitMilliseconds, 1));
  }
  button.addEventListener("click", diagnose);
  diagnose();
  history();
  repeat(10000, history);
};

function diagnosisTable(found) {
  const kinds = { ok: "good", warning: "warn", failure: "bad" };
  const order = { failure: 0, warning: 1, ok: 2 };
  const checks = [...found.checks].sort((a, b) => order[a.outcome] - order[b.outcome]);
  return h("div", {}, h("p", { class: "soft small" },
    found.checks.length + " " + T.health.checks + ", " + found.tookMilliseconds + " " + T.health.took),
    h("ul", { class: "checks" }, checks.map((check) => h("li", { "data-check": check.id },
      h("div", {}, pill(T.outcome[check.outcome], kinds[check.outcome])),
      h("div", {}, h("div", {}, check.finding),
        check.advice ? h("div", { class: "small" }, T.health.todo + ": " + check.advice) : null,
        h("div", { class: "soft small mono" }, check.id))))));
}

// A small chart: the curve, its ends in time, and the least, greatest and last value.
function chart(name, points, digits) {
  const width = 320, height = 90;
  if (points.length < 2) {
    return h("section", { class: "card" }, h("h3", {}, name), h("p", { class: "soft" }, T.health.none));
  }
  const show = typeof digits === "function" ? digits : (value) => value.toFixed(digits);
  const values = points.map(([, value]) => value);
  const low = Math.min(...values, 0), high = Math.max(...values), from = points[0][0];
  const to = points[points.length - 1][0];
  const x = (at) => 4 + (at - from) / Math.max(to - from, 1) * (width - 8);
  const y = (value) => height - 18 - (value - low) / Math.max(high - low, 1e-9) * (height - 30);
  const path = points.map(([at, value], index) =>
    (index ? "L" : "M") + x(at).toFixed(1) + " " + y(value).toFixed(1)).join("");
  const last = show(values[values.length - 1]);
  return h("section", { class: "card" }, h("div", { class: "spread" }, h("h3", {}, name), h("strong", {}, last)),
    s("svg", { viewBox: "0 0 " + width + " " + height, role: "img",
      "aria-label": name + ": " + last + ", " + show(Math.min(...values)) + " – " + show(high) },
      s("line", { class: "axis", x1: 4, x2: width - 4, y1: height - 18, y2: height - 18 }),
      s("path", { class: "area", d: path + "V" + (height - 18) + "H4Z" }), s("path", { class: "curve", d: path }),
      s("text", { x: 4, y: height - 4 }, time(from)),
      s("text", { x: width - 56, y: height - 4 }, time(to))));
}
