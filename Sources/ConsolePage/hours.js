pages.hours = (place) => {
  attempt(async () => {
    const configuration = await ask("/v1/configuration");
    if (!configuration) return put(place, h("p", { class: "card" }, T.hours.none));
    const facility = configuration.facility;
    const parts = [[T.hours.facility + " " + facility.name, facility]]
      .concat(configuration.scopes.map((one) => [T.hours.scope + " " + one.name, one]))
      .concat(configuration.doors.map((one) => [T.hours.door + " " + one.name, one]));
    const shown = parts.filter(([, one]) => one.accessHours || one.autoUnlockSchedule);
    put(place, h("div", { class: "stack" },
      h("h2", {}, T.hours.title + " (" + facility.timeZone + ")"),
      shown.length ? shown.map(([name, one]) => weekCard(name, one))
        : h("p", { class: "card" }, T.hours.never),
      holidayCard(facility.holidays || [])));
  });
};

function minutes(text) { const [hour, minute] = text.split(":").map(Number); return hour * 60 + minute; }

// A window over midnight is two pieces.
function pieces(hours) {
  const found = [];
  T.hours.days.forEach((name, index) => {
    for (const window of (hours && hours[name]) || []) {
      const from = minutes(window.from), to = minutes(window.to);
      if (to > from) found.push([index, from, to]);
      else { found.push([index, from, 1440]); if (to > 0) found.push([(index + 1) % 7, 0, to]); }
    }
  });
  return found;
}

function weekCard(name, settings) {
  const left = 44, width = 760, row = 30, top = 20;
  const x = (minute) => left + minute / 1440 * (width - left - 8);
  const picture = s("svg", { viewBox: "0 0 " + width + " " + (top + row * 7 + 6), role: "img",
    "aria-label": spoken(settings) });
  for (let hour = 0; hour <= 24; hour += 3) {
    picture.append(s("line", { class: "axis", x1: x(hour * 60), x2: x(hour * 60), y1: top, y2: top + row * 7 }),
      s("text", { x: x(hour * 60) - (hour === 24 ? 14 : 6), y: 13 }, hour));
  }
  T.hours.short.forEach((label, index) =>
    picture.append(s("text", { x: 4, y: top + row * index + 19 }, label)));
  for (const [index, from, to] of pieces(settings.accessHours)) {
    picture.append(s("rect", { class: "block", x: x(from), y: top + row * index + 4,
      width: x(to) - x(from), height: 12, rx: 3 }));
  }
  for (const [index, from, to] of pieces(settings.autoUnlockSchedule)) {
    picture.append(s("rect", { class: "unlock", x: x(from), y: top + row * index + 18,
      width: x(to) - x(from), height: 8, rx: 3 }));
  }
  // On a phone the picture is moved sideways rather than made too small to read.
  picture.style.minWidth = "34rem";
  picture.style.maxWidth = "60rem";
  return h("section", { class: "card" }, h("div", { class: "spread" }, h("h3", {}, name),
    h("span", { class: "row small" }, settings.accessHours ? legend("block", T.hours.access) : null,
      settings.autoUnlockSchedule ? legend("unlock", T.hours.unlock) : null)),
    h("div", { class: "scroll" }, picture));
}
function legend(kind, text) {
  const box = s("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" },
    s("rect", { class: kind, x: 1, y: 1, width: 12, height: 12, rx: 3 }));
  box.style.width = "14px";
  return h("span", { class: "row" }, box, text);
}
function spoken(settings) {
  const words = (hours) => T.hours.days.map((name) => name + " " + ((hours && hours[name]) || [])
    .map((one) => one.from + " to " + one.to).join(", ")).join("; ");
  return [settings.accessHours ? T.hours.access + ": " + words(settings.accessHours) : "",
    settings.autoUnlockSchedule ? T.hours.unlock + ": " + words(settings.autoUnlockSchedule) : ""].join(". ");
}
function holidayCard(holidays) {
  return h("section", { class: "card" }, h("h3", {}, T.hours.holidays),
    holidays.length ? h("table", {}, h("tbody", {}, holidays.map((one) =>
      h("tr", {}, h("td", { class: "mono" }, one.date), h("td", {}, one.name), h("td", {}, pill(one.effect))))))
      : h("p", { class: "soft" }, T.hours.noHolidays));
}
