// Who is inside each area that counts, as a list that can be printed, and who got out of a fire.
pages.muster = (place) => {
  const lists = h("div", { class: "stack" });
  const print = h("button", { class: "main", type: "button", id: "muster-print", onclick: () => window.print() },
    T.muster.print);
  put(place, h("div", { class: "stack" }, h("div", { class: "row" }, print), lists));
  let shown = "";
  async function look() {
    const areas = await attempt(() => ask("/v1/muster"));
    if (!areas || JSON.stringify(areas) === shown) return;
    shown = JSON.stringify(areas);
    put(lists, areas.length ? areas.map(areaCard)
      : h("section", { class: "card" }, h("p", { class: "soft" }, T.muster.none)));
  }
  look();
  repeat(2000, look);
};

function areaCard(area) {
  const limits = [area.least ? T.muster.least + " " + area.least : null,
    area.most ? T.muster.most + " " + area.most + " (" + area.atMost + ")" : null].filter(Boolean);
  const kind = { normal: "good", low: "warn", full: "warn", over: "bad" }[area.standing];
  const fire = area.evacuation;
  return h("section", { class: "card", "data-area": area.id, "data-count": area.count },
    h("div", { class: "spread" }, h("h2", {}, area.name), h("span", { class: "soft mono" }, area.id)),
    h("p", { class: "big" }, area.count + " " + T.muster.inside),
    h("p", {}, pill(T.muster.standings[area.standing], kind), " ", limits.join(", ")),
    area.known ? null : h("p", { class: "bad-text" }, T.muster.unknown),
    people(area.people, T.muster.since),
    fire ? [h("h3", {}, T.muster.fire + " " + dayAndTime(fire.beganMilliseconds)
        + (fire.endedMilliseconds ? "" : ", " + T.muster.sounds)),
      h("p", { class: fire.notSeen.length ? "bad-text" : "good-text" }, fire.notSeen.length + " " + T.muster.notSeen),
      people(fire.notSeen, T.muster.since),
      h("p", {}, fire.left.length + " " + T.muster.left), people(fire.left, T.muster.leftAt)] : null);
}

function people(list, word) {
  if (!list.length) return null;
  return h("table", {}, h("tbody", {}, list.map((one) => h("tr", { "data-person": one.person },
    h("td", { class: "words" }, one.person),
    h("td", { class: "soft" }, word + " " + dayAndTime(one.timeMilliseconds))))));
}
