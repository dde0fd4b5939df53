pages.explain = (place) => {
  const ways = Object.keys(T.explain.ways);
  const door = choose("explain-door", T.explain.door, doorNames());
  const how = choose("explain-how", T.explain.how, ways, ways.map((one) => T.explain.ways[one]));
  const person = input("explain-person", T.explain.person, { autocomplete: "off" });
  const card = input("explain-card", T.explain.card, { autocomplete: "off", placeholder: "H10301:12:345" });
  const at = input("explain-at", T.explain.at, { type: "datetime-local" });
  // Empty until there is an answer, and while another one is asked for.
  const answer = h("div", { "aria-live": "polite" });
  put(place, h("div", { class: "wide" }, h("form", { class: "card", onsubmit: (event) => {
    event.preventDefault();
    attempt(async () => {
      const question = { door: door.select.value, presentation: how.select.value };
      if (person.field.value.trim()) question.person = person.field.value.trim();
      else if (card.field.value.trim()) question.card = card.field.value.trim();
      if (at.field.value) question.atLocal = at.field.value.slice(0, 16);
      put(answer);
      put(answer, h("section", { class: "card" }, explanation(await ask("/v1/explain", question))));
    });
  } }, h("h2", {}, T.explain.title), door.label, person.label, card.label, how.label, at.label,
    h("button", { class: "main", type: "submit" }, T.explain.go)),
    answer));
};

function explanation(found) {
  const good = found.decision === "grant";
  return h("div", { class: "stack" },
    h("p", { class: "big " + (good ? "good-text" : "bad-text"), "data-decision": found.decision },
      good ? T.explain.grant : T.explain.deny),
    found.reason ? h("p", {}, T.reasons[found.reason] || found.reason) : null,
    found.memberText ? h("p", { class: "small" }, T.explain.member + ": " + found.memberText) : null,
    found.advice ? h("p", { class: "small" }, T.explain.todo + ": " + found.advice) : null,
    found.at ? h("p", { class: "soft small mono" }, found.at) : null,
    h("table", {}, h("tbody", {}, found.explanation.map((step) => h("tr", {},
      h("td", { class: step.passed ? "good-text" : "bad-text" }, step.passed ? "✓" : "✗"),
      h("td", { class: "small words" }, h("div", { class: "soft mono" }, step.rule), step.detail,
        step.source ? h("span", { class: "soft" }, " (" + step.source + ")") : null))))));
}
