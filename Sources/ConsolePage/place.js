pages.place = (place) => {
  const doors = state.status.doors;
  const door = choose("place-door", T.place.door, doors.map((one) => one.id), doors.map((one) => one.name));
  const latitude = input("latitude", T.place.latitude, { type: "number", step: "any", required: true });
  const longitude = input("longitude", T.place.longitude, { type: "number", step: "any", required: true });
  const accuracy = input("accuracy", T.place.accuracy, { type: "number", step: "any", min: 0 });
  const drawing = h("div", {}), outcome = h("div", { "aria-live": "polite" });
  async function look() {
    put(outcome);
    const fence = await ask("/v1/geofence", { door: door.select.value });
    put(drawing, fenceDrawing(fence));
    if (!fence) return;
    latitude.field.value = fence.center.lat;
    longitude.field.value = fence.center.lng;
  }
  async function go() {
    const location = { lat: Number(latitude.field.value), lng: Number(longitude.field.value) };
    if (accuracy.field.value) location.accuracyMeters = Number(accuracy.field.value);
    const fence = await ask("/v1/geofence", { door: door.select.value, location });
    put(drawing, fenceDrawing(fence, location));
    if (!fence) return;
    put(outcome, h("p", { class: "big " + (fence.passed ? "good-text" : "bad-text"), "data-passed": String(fence.passed) },
      fence.passed ? T.place.inside : T.place.outside),
      h("p", {}, Math.round(fence.distanceMeters) + " " + T.place.away),
      fence.reason ? h("p", {}, T.reasons[fence.reason] || fence.reason) : null);
  }
  door.select.addEventListener("change", () => attempt(look));
  put(place, h("div", { class: "wide" },
    h("section", { class: "card" }, h("h2", {}, T.place.title), drawing),
    h("form", { class: "card", onsubmit: (event) => { event.preventDefault(); attempt(go); } },
      door.label, h("div", { class: "fields" }, latitude.label, longitude.label, accuracy.label),
      h("button", { class: "main", type: "submit" }, T.place.go), outcome)));
  attempt(look);
};

function fenceDrawing(fence, point) {
  if (!fence) return h("p", { class: "soft" }, T.place.none);
  const size = 360, metersPerDegree = 111320, buffer = fence.accuracyBufferMeters;
  let reach = (fence.radiusMeters + buffer) * 1.25, dx = 0, dy = 0;
  if (point) {
    dx = (point.lng - fence.center.lng) * metersPerDegree * Math.cos(fence.center.lat * Math.PI / 180);
    dy = (point.lat - fence.center.lat) * metersPerDegree;
    reach = Math.max(reach, Math.min(Math.hypot(dx, dy) * 1.15, reach * 40));
  }
  const scale = size / 2 / reach, middle = size / 2;
  const bar = Math.pow(10, Math.floor(Math.log10(reach)));
  const picture = s("svg", { viewBox: "0 0 " + size + " " + size, role: "img",
    "aria-label": T.place.radius + " " + fence.radiusMeters + " " + T.place.metres },
    s("line", { class: "axis", x1: 0, x2: size, y1: middle, y2: middle }),
    s("line", { class: "axis", x1: middle, x2: middle, y1: 0, y2: size }),
    s("circle", { class: "circle", cx: middle, cy: middle, r: fence.radiusMeters * scale }),
    buffer ? s("circle", { class: "buffer", cx: middle, cy: middle, r: (fence.radiusMeters + buffer) * scale }) : null,
    s("circle", { class: "block", cx: middle, cy: middle, r: 4 }),
    point ? s("circle", { class: fence.passed ? "pass" : "fail", cx: middle + dx * scale, cy: middle - dy * scale, r: 6 }) : null,
    s("line", { class: "curve", x1: 12, x2: 12 + bar * scale, y1: size - 14, y2: size - 14 }),
    s("text", { x: 12, y: size - 20 }, bar + " " + T.place.metres));
  picture.style.maxWidth = "26rem";
  return h("div", {}, fence.enabled ? null : h("p", { class: "warn-text" }, T.place.off), picture,
    h("p", { class: "soft small" }, T.place.radius + " " + fence.radiusMeters + " " + T.place.metres
      + (buffer ? ", " + T.place.buffer + " " + buffer + " " + T.place.metres : "") + " (" + fence.source + ")"));
}
