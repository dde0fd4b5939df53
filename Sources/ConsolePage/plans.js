// The plans for an emergency: who passes in each, and how to start, practise or end it.
pages.plans = (place) => {
  const reason = input("plan-reason", T.plans.reason, { maxlength: 200 });
  const list = h("div", { class: "stack" });
  put(place, h("div", { class: "stack" },
    h("section", { class: "card" }, h("h2", {}, T.plans.title), reason.label),
    list));
  let shown = "";
  async function look() {
    const plans = await attempt(() => ask("/v1/plans"));
    if (!plans || JSON.stringify(plans) === shown) return;
    shown = JSON.stringify(plans);
    const focus = document.activeElement && document.activeElement.id;
    put(list, plans.length ? plans.map((plan) => planCard(plan, order))
      : h("section", { class: "card" }, h("p", { class: "soft" }, T.plans.none)));
    if (focus && byId(focus)) byId(focus).focus();
  }
  function order(plan, change) {
    attempt(async () => {
      const why = reason.field.value.trim();
      if (!why) { reason.field.focus(); throw new Error(T.plans.missing); }
      if (!confirm(T.plans.orders[change] + " " + (plan.name || plan.id) + "?")) return;
      await ask("/v1/plans", { plan: plan.id, change, by: "console", reason: why });
      await look();
      await refresh();
    });
  }
  look();
  repeat(2000, look);
};

function planCard(plan, order) {
  const kind = { off: "", inForce: "bad", drill: "warn" }[plan.state];
  const isOff = plan.state === "off";
  const changes = isOff
    ? [plan.startedBy.includes("console") ? "start" : null, plan.startedBy.includes("console") && plan.drill ? "drill" : null]
    : [plan.state === "drill" && plan.startedBy.includes("console") ? "start" : null,
      plan.endedBy.includes("console") ? "end" : null];
  return h("section", { class: "card" + (plan.state === "inForce" ? " trouble" : ""), "data-plan": plan.id, "data-state": plan.state },
    h("div", { class: "spread" }, h("h2", {}, plan.name || plan.id), h("span", { class: "soft mono" }, plan.id)),
    h("p", {}, pill(T.plans.states[plan.state], kind), " ", plan.rank ? T.plans.rank + " " + plan.rank : ""),
    isOff ? null : h("p", {}, planWords(plan)),
    plan.passes && plan.passes.length
      ? [h("h3", {}, T.plans.passes), h("ul", {}, plan.passes.map((one) => h("li", {}, one)))] : null,
    h("p", { class: "soft small" }, T.plans.starts + " " + plan.startedBy.join(", ") + "; " + T.plans.ends + " "
      + plan.endedBy.join(", ")),
    h("div", { class: "row" }, changes.filter(Boolean).map((change) => h("button", {
      type: "button", id: "plan-" + change + "-" + plan.id, class: change === "start" ? "danger" : null,
      onclick: () => order(plan, change),
    }, T.plans.orders[change]))));
}

function planWords(plan) {
  return [T.plans.since + " " + dayAndTime(plan.sinceMilliseconds),
    plan.untilMilliseconds ? T.plans.until + " " + dayAndTime(plan.untilMilliseconds) : T.plans.open,
    T.plans.startedBy + " " + plan.by + (plan.reason ? ": " + plan.reason : "")].join(", ");
}

// On every page: what is in force is known wherever somebody looks.
function showPlansInForce(plans) {
  const banner = byId("banner");
  const words = (plans || []).map((plan) =>
    (plan.name || plan.id) + ": " + T.plans.states[plan.state] + ", " + planWords(plan));
  if (banner.dataset.words === words.join()) return;
  banner.dataset.words = words.join();
  banner.hidden = !words.length;
  banner.className = (plans || []).some((plan) => plan.state === "inForce") ? "bad" : "warn";
  put(banner, words.map((one) => h("a", { href: "#plans" }, one)));
}
