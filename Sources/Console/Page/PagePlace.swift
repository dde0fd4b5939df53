/// The geofence on a plain scaled drawing, with the result of a dry run.
let pagePlace = #"""
  pages.place = (place) => {
    attempt(async () => {
      const configuration = await ask("/v1/configuration");
      if (!configuration) return put(place, h("p", { class: "card" }, T.hours.none));
      const door = choose("place-door", T.place.door, configuration.doors.map((one) => one.id),
        configuration.doors.map((one) => one.name));
      const latitude = input("latitude", T.place.latitude, { type: "number", step: "any", required: true });
      const longitude = input("longitude", T.place.longitude, { type: "number", step: "any", required: true });
      const accuracy = input("accuracy", T.place.accuracy, { type: "number", step: "any", min: 0 });
      const person = input("place-person", T.place.person, { required: true, autocomplete: "off" });
      const drawing = h("div", {}), outcome = h("div", { "aria-live": "polite" });
      function fence() { return effectiveFence(configuration, door.select.value); }
      function draw(point, good) { put(drawing, fenceDrawing(fence(), point, good)); }
      door.select.addEventListener("change", () => { put(outcome); draw(); });
      put(place, h("div", { class: "wide" },
        h("section", { class: "card" }, h("h2", {}, T.place.title), drawing),
        h("form", { class: "card", onsubmit: (event) => {
          event.preventDefault();
          attempt(async () => {
            const location = { lat: Number(latitude.field.value), lng: Number(longitude.field.value) };
            if (accuracy.field.value) location.accuracyMeters = Number(accuracy.field.value);
            const answer = await ask("/v1/explain", { door: door.select.value,
              person: person.field.value.trim(), presentation: "mobile", location });
            const step = answer.explanation.find((one) => /geofence/i.test(one.rule));
            const passed = step ? step.passed : answer.decision === "grant";
            draw(location, passed);
            put(outcome, h("p", { class: passed ? "good-text" : "bad-text", "data-passed": passed },
              passed ? T.place.inside : T.place.outside),
              h("p", { class: "small" }, step ? step.detail : T.reasons[answer.reason] || ""));
          });
        } }, door.label, h("div", { class: "fields" }, latitude.label, longitude.label, accuracy.label),
          person.label, h("button", { class: "main", type: "submit" }, T.place.go), outcome)));
      const known = fence();
      if (known) { latitude.field.value = known.center.lat; longitude.field.value = known.center.lng; }
      draw();
    });
  };

  // Door before scope before facility, as the rules merge them.
  function effectiveFence(configuration, id) {
    const door = configuration.doors.find((one) => one.id === id);
    if (door && door.geofence) return door.geofence;
    const scope = configuration.scopes.filter((one) => one.doors.includes(id) && one.geofence)
      .sort((a, b) => b.priority - a.priority)[0];
    return scope ? scope.geofence : configuration.facility.geofence || null;
  }

  function fenceDrawing(fence, point, good) {
    if (!fence || !fence.center) return h("p", { class: "soft" }, T.place.none);
    const size = 360, metersPerDegree = 111320, buffer = fence.accuracyBufferMeters || 0;
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
      point ? s("circle", { class: good ? "pass" : "fail", cx: middle + dx * scale, cy: middle - dy * scale, r: 6 }) : null,
      s("line", { class: "curve", x1: 12, x2: 12 + bar * scale, y1: size - 14, y2: size - 14 }),
      s("text", { x: 12, y: size - 20 }, bar + " " + T.place.metres));
    picture.style.maxWidth = "26rem";
    return h("div", {}, fence.enabled ? null : h("p", { class: "warn-text" }, T.place.off), picture,
      h("p", { class: "soft small" }, T.place.radius + " " + fence.radiusMeters + " " + T.place.metres
        + (buffer ? ", " + T.place.buffer + " " + buffer + " " + T.place.metres : "")));
  }
  """#
