"use strict";
const SVG = "http://www.w3.org/2000/svg";
const state = { csrf: null, status: null, page: null, leave: [] };

// Elements. Text is always text, never markup.
function h(name, attributes, ...children) {
  return fill(document.createElement(name), attributes, children);
}
function s(name, attributes, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}
function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child.nodeType ? child : String(child));
  }
  return element;
}
function put(place, ...children) { place.replaceChildren(...children.flat(Infinity).filter(Boolean)); }
function byId(id) { return document.getElementById(id); }
function pill(text, kind) { return h("span", { class: "pill " + (kind || "") }, text); }

let toastTimer = 0;
function toast(text) {
  byId("toast").textContent = text;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { byId("toast").textContent = ""; }, 4000);
}

// Requests. What changes something carries the session's word.
async function ask(path, body) {
  const options = { headers: {} };
  if (body !== undefined) {
    options.method = "POST";
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
    if (state.csrf) options.headers["X-Postern-CSRF"] = state.csrf;
  }
  const answer = await fetch(path, options);
  const text = await answer.text();
  const value = text ? JSON.parse(text) : null;
  if (answer.status === 401 && path !== "/v1/session") { showSignIn(); }
  if (!answer.ok) throw new Error(value && value.message ? value.message : answer.statusText);
  return value;
}
async function attempt(work) {
  try { return await work(); } catch (error) { toast(T.failed + error.message); return null; }
}

// A stream that ends with its page.
function follow(path, onValue) {
  const source = new EventSource(path);
  source.onmessage = (event) => onValue(JSON.parse(event.data));
  state.leave.push(() => source.close());
}
function repeat(milliseconds, work) {
  const timer = setInterval(work, milliseconds);
  state.leave.push(() => clearInterval(timer));
}

// Times are shown in the reader's own zone, and say so.
function time(milliseconds) {
  return new Date(milliseconds).toLocaleTimeString([], { hour12: false });
}
function day(milliseconds) { return new Date(milliseconds).toLocaleDateString(); }
function dayAndTime(milliseconds) { return day(milliseconds) + " " + time(milliseconds); }
function span(seconds) {
  if (seconds < 120) return seconds + " s";
  if (seconds < 7200) return Math.floor(seconds / 60) + " min";
  if (seconds < 172800) return Math.floor(seconds / 3600) + " h";
  return Math.floor(seconds / 86400) + " d";
}

async function refresh() {
  try {
    state.status = await ask("/v1/status");
  } catch (error) {
    byId("summary").textContent = T.summary.lost;
    return;
  }
  const status = state.status;
  byId("name").textContent = status.controller;
  document.title = status.controller + " – Postern";
  byId("summary").textContent = [
    status.simulated ? T.summary.simulated : T.summary.real,
    status.cloud.connected ? T.summary.connected : T.summary.alone,
    "posternd " + status.software, "up " + span(status.uptimeSeconds),
  ].join(" · ");
  showPlansInForce(status.plans);
  if (state.page && state.page.update) state.page.update(status);
}

const pages = {};
function pageNames() {
  return Object.keys(T.pages).filter((name) =>
    name !== "panel" || (state.status && state.status.simulated));
}
function show() {
  if (!state.csrf) return showSignIn();
  const wanted = location.hash.slice(1);
  const name = pageNames().includes(wanted) ? wanted : "doors";
  for (const leave of state.leave.splice(0)) leave();
  put(byId("nav"), pageNames().map((one) =>
    h("a", { href: "#" + one, "aria-current": one === name ? "page" : null }, T.pages[one])));
  byId("nav").hidden = false;
  byId("sign-out").hidden = false;
  const current = document.querySelector("nav [aria-current]");
  if (current.scrollIntoView) current.scrollIntoView({ block: "nearest", inline: "center" });
  put(byId("content"));
  state.page = pages[name](byId("content")) || null;
  byId("content").dataset.page = name;
  if (state.page && state.page.update && state.status) state.page.update(state.status);
}

function showSignIn() {
  for (const leave of state.leave.splice(0)) leave();
  state.csrf = null;
  state.page = null;
  byId("nav").hidden = true;
  showPlansInForce([]);
  byId("sign-out").hidden = true;
  const code = h("input", {
    id: "code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 8, required: true,
  });
  put(byId("content"), h("form", {
    class: "card", onsubmit: (event) => { event.preventDefault(); attempt(() => signIn(code.value.trim())); },
  }, h("h2", {}, T.signIn.title), h("label", {}, T.signIn.code, code),
    h("button", { class: "main", type: "submit" }, T.signIn.go),
    h("p", { class: "soft small" }, T.signIn.how), h("p", { class: "soft small" }, T.signIn.once)));
  byId("content").dataset.page = "signIn";
}
async function signIn(code) {
  const answer = await ask("/v1/session", { code });
  state.csrf = answer.csrf;
  await begin();
}
async function begin() {
  await refresh();
  show();
}
function doorNames() { return (state.status ? state.status.doors : []).map((door) => door.id); }
function choose(id, label, values, names) {
  const select = h("select", { id }, values.map((value, index) =>
    h("option", { value }, names ? names[index] : value)));
  return { select, label: h("label", {}, label, select) };
}
function input(id, label, attributes) {
  const field = h("input", { id, ...attributes });
  return { field, label: h("label", {}, label, field) };
}
