'use strict';
// Shows sites, doors and events to a person with a token. All text is set as text, never as HTML.

const find = (id) => document.getElementById(id);
const secondsBetween = 5;
let timer = null;

function make(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

async function ask(path) {
  const answer = await fetch(path, {
    headers: { Authorization: 'Bearer ' + sessionStorage.getItem('token') },
  });
  const body = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(body.detail), { status: answer.status });
  return body;
}

function doorCard(door, health) {
  const card = make('article', undefined, 'door');
  card.append(make('strong', door.name));
  card.append(make('p', door.id + (door.location ? ', ' + door.location : '')));
  const words = [health.online ? 'online' : 'offline', health.lock];
  if (health.open !== undefined) words.push(health.open ? 'open' : 'closed');
  if (health.mode) words.push(health.mode);
  if (health.simulated) words.push('simulated');
  card.append(make('p', words.join(', '), health.online ? 'good' : 'bad'));
  for (const late of health.late) card.append(make('p', late, 'bad'));
  return card;
}

async function showDoors() {
  const [sites, doors] = await Promise.all([ask('/v1/sites'), ask('/v1/doors?limit=100')]);
  const healths = await Promise.all(
    doors.items.map((door) => ask('/v1/doors/' + encodeURIComponent(door.id) + '/health')));
  const place = document.createDocumentFragment();
  for (const site of sites.items) {
    place.append(make('h3', site.name + ' (' + site.timeZone + ')'));
    const list = make('div', undefined, 'doors');
    doors.items.forEach((door, index) => {
      if (door.site === site.id) list.append(doorCard(door, healths[index]));
    });
    place.append(list);
  }
  if (doors.next) place.append(make('p', 'There are more doors than are shown here.'));
  find('sites').replaceChildren(place);
}

async function showEvents() {
  const path = find('check-ins').checked ? '/v1/check-ins' : '/v1/events';
  const events = await ask(path + '?limit=50');
  const rows = events.items.map((event) => {
    const row = make('tr');
    const what = event.type.replace(/^postern\.|\.v1$/g, '') + (event.reason ? ': ' + event.reason : '');
    const tone = event.checkInCandidate ? 'good' : event.reason ? 'bad' : '';
    row.append(
      make('td', new Date(event.time).toLocaleString()), make('td', event.door || event.controller),
      make('td', what, tone), make('td', event.person || ''), make('td', event.reservation || ''));
    return row;
  });
  find('events').replaceChildren(...rows);
}

async function show() {
  clearTimeout(timer);
  try {
    await Promise.all([showDoors(), showEvents()]);
    find('state').textContent = 'as of ' + new Date().toLocaleTimeString();
    signedIn(true);
  } catch (problem) {
    find('state').textContent = problem.message;
    if (problem.status === 401 || problem.status === 403) {
      sessionStorage.removeItem('token');
      signedIn(false);
      return;
    }
  }
  timer = setTimeout(show, secondsBetween * 1000);
}

function signedIn(isIn) {
  find('sign-in').hidden = isIn;
  find('house').hidden = !isIn;
  find('leave').hidden = !isIn;
}

find('sign-in').addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('token', find('token').value.trim());
  find('token').value = '';
  show();
});
find('leave').addEventListener('click', () => {
  clearTimeout(timer);
  sessionStorage.removeItem('token');
  find('state').textContent = '';
  signedIn(false);
});
find('check-ins').addEventListener('change', show);
if (sessionStorage.getItem('token')) show();
