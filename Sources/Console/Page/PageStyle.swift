/// Colours follow the reader's wish for dark or light; sizes follow the screen.
let pageStyle = #"""
  :root {
    --ground: #f4f5f2; --card: #ffffff; --line: #d9dcd5; --text: #1d211c; --soft: #5c645a;
    --accent: #1d5c4d; --on-accent: #ffffff; --good: #1c7a45; --warn: #8a5a00; --bad: #b3261e;
    --good-soft: #e2f3e8; --warn-soft: #fbefd6; --bad-soft: #fbe4e2; --d0: #0b62a4; --d1: #a4410b;
    color-scheme: light dark;
  }
  @media (prefers-color-scheme: dark) {
    :root {
      --ground: #151815; --card: #1e231f; --line: #353c36; --text: #e7ebe5; --soft: #a3ada2;
      --accent: #7fcfb8; --on-accent: #0e211b; --good: #6fd398; --warn: #e6b95c; --bad: #ff8a80;
      --good-soft: #1c3526; --warn-soft: #3a2f17; --bad-soft: #412220; --d0: #6cb8f0; --d1: #f0a06c;
    }
  }
  * { box-sizing: border-box; }
  body {
    margin: 0; background: var(--ground); color: var(--text);
    font: 16px/1.45 system-ui, "DejaVu Sans", sans-serif;
  }
  h1 { font-size: 1.15rem; margin: 0; }
  h2 { font-size: 1.25rem; margin: 0 0 .75rem; }
  h3 { font-size: 1rem; margin: 0 0 .5rem; }
  p { margin: .25rem 0; }
  code, .mono { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
  .skip { position: absolute; left: -99rem; }
  .skip:focus { left: .5rem; top: .5rem; background: var(--card); padding: .5rem; z-index: 5; }
  header {
    display: flex; gap: .75rem 1.25rem; align-items: center; flex-wrap: wrap;
    padding: .7rem 1.25rem; background: var(--card); border-bottom: 1px solid var(--line);
  }
  header p { color: var(--soft); margin: 0; flex: 1; min-width: 12rem; }
  .brand { display: flex; align-items: center; gap: .6rem; }
  .mark {
    width: 1.1rem; height: 1.5rem; border: 2px solid var(--accent); border-radius: .55rem .55rem 0 0;
    position: relative;
  }
  .mark::after {
    content: ""; position: absolute; right: .15rem; top: .7rem; width: .22rem; height: .22rem;
    border-radius: 50%; background: var(--accent);
  }
  nav {
    display: flex; overflow-x: auto; background: var(--card); border-bottom: 1px solid var(--line);
    padding: 0 .75rem; position: sticky; top: 0; z-index: 2; scrollbar-width: thin;
  }
  nav[hidden] { display: none; }
  nav a {
    padding: .7rem .8rem; color: var(--soft); text-decoration: none; white-space: nowrap;
    border-bottom: 3px solid transparent;
  }
  nav a[aria-current] { color: var(--text); border-bottom-color: var(--accent); font-weight: 600; }
  main { padding: 1.25rem; max-width: 76rem; margin: 0 auto; outline: none; }
  .grid { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(19rem, 1fr)); }
  .wide { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
  .wide > *, .grid > * { align-self: start; }
  .card {
    background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 1rem 1.1rem;
    min-width: 0;
  }
  .stack > * + * { margin-top: 1rem; }
  .row { display: flex; gap: .5rem; flex-wrap: wrap; align-items: center; }
  .spread { display: flex; gap: .5rem; justify-content: space-between; align-items: baseline; flex-wrap: wrap; }
  .soft { color: var(--soft); }
  .small { font-size: .875rem; }
  .big { font-size: 1.7rem; font-weight: 650; line-height: 1.15; }
  .pill {
    display: inline-block; padding: .1rem .6rem; border-radius: 1rem; font-size: .85rem;
    background: var(--ground); border: 1px solid var(--line);
  }
  .pill.good { background: var(--good-soft); color: var(--good); border-color: transparent; }
  .pill.warn { background: var(--warn-soft); color: var(--warn); border-color: transparent; }
  .pill.bad { background: var(--bad-soft); color: var(--bad); border-color: transparent; }
  .good-text { color: var(--good); } .warn-text { color: var(--warn); } .bad-text { color: var(--bad); }
  .trouble { background: var(--bad-soft); border-color: transparent; }
  .trouble ul { margin: .25rem 0 0; padding-left: 1.2rem; }
  .tile { border-left: .4rem solid var(--good); }
  .tile.released { border-left-color: var(--warn); }
  .tile.alarm { border-left-color: var(--bad); }
  .tile .row { margin-top: .8rem; }
  button, .button, input, select {
    font: inherit; color: inherit; border-radius: .5rem; border: 1px solid var(--line);
    background: var(--card); padding: .5rem .8rem; min-height: 2.6rem;
  }
  button { cursor: pointer; }
  button.main { background: var(--accent); color: var(--on-accent); border-color: transparent; font-weight: 600; }
  button:disabled { opacity: .55; cursor: default; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  label { display: block; font-size: .875rem; color: var(--soft); }
  label > input, label > select { display: block; width: 100%; margin-top: .2rem; color: var(--text); }
  form { display: grid; gap: .8rem; align-content: start; }
  form.stack > * + * { margin-top: 0; }
  .fields { display: grid; gap: .8rem; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); }
  ol.events { list-style: none; margin: 0; padding: 0; }
  ol.events li {
    display: grid; grid-template-columns: 6.2rem 1fr; gap: .15rem .8rem; padding: .55rem 0;
    border-top: 1px solid var(--line);
  }
  ol.events li:first-child { border-top: 0; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: .4rem .6rem .4rem 0; border-top: 1px solid var(--line); vertical-align: top; }
  td:first-child { white-space: nowrap; width: 1%; }
  thead th { border-top: 0; font-size: .85rem; color: var(--soft); font-weight: 500; }
  .scroll { overflow-x: auto; padding-bottom: .5rem; }
  svg { display: block; width: 100%; height: auto; }
  svg text { fill: var(--soft); font-size: 11px; }
  svg .axis { stroke: var(--line); stroke-width: 1; }
  svg .block { fill: var(--accent); opacity: .8; }
  svg .unlock { fill: var(--warn); opacity: .8; }
  svg .holiday { fill: var(--bad); opacity: .16; }
  svg .d0 { stroke: var(--d0); } svg .d1 { stroke: var(--d1); }
  svg .d0, svg .d1 { fill: none; stroke-width: 1.5; }
  svg .area { fill: var(--accent); opacity: .14; }
  svg .curve { fill: none; stroke: var(--accent); stroke-width: 1.6; }
  svg .circle { fill: var(--accent); fill-opacity: .12; stroke: var(--accent); stroke-width: 2; }
  svg .buffer { fill: none; stroke: var(--accent); stroke-width: 1; stroke-dasharray: 4 4; }
  svg .pass { fill: var(--good); } svg .fail { fill: var(--bad); }
  .keypad { display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; max-width: 15rem; }
  .keypad button { font-size: 1.25rem; min-height: 3.2rem; }
  .reader { display: flex; gap: 1.2rem; flex-wrap: wrap; align-items: flex-start; }
  .lamp {
    width: 2.4rem; height: 2.4rem; border-radius: 50%; border: 2px solid var(--line); background: var(--ground);
  }
  .lamp.on { background: #2fbf71; border-color: #2fbf71; box-shadow: 0 0 1rem #2fbf71; }
  .lamp.sound.on { background: #3b82f6; border-color: #3b82f6; box-shadow: 0 0 1rem #3b82f6; }
  .lock { width: 6.5rem; height: 9rem; border: 3px solid var(--line); border-radius: .4rem; position: relative; perspective: 20rem; background: var(--ground); }
  .leaf { position: absolute; inset: 0; background: var(--accent); border-radius: .2rem; transform-origin: left; transition: transform .25s; }
  .leaf::after { content: ""; position: absolute; right: .5rem; top: 50%; width: .5rem; height: .5rem; border-radius: 50%; background: var(--on-accent); }
  .open .leaf { transform: rotateY(-62deg); }
  .lock.released { border-color: var(--warn); }
  #toast {
    position: fixed; left: 50%; bottom: 1.2rem; transform: translateX(-50%); background: var(--text);
    color: var(--ground); padding: .6rem 1rem; border-radius: .6rem; max-width: 90vw; z-index: 9;
  }
  #toast:empty { display: none; }
  @media (max-width: 40rem) {
    main { padding: .8rem; } header { padding: .6rem .8rem; }
    ol.events li { grid-template-columns: 1fr; }
    .grid { grid-template-columns: 1fr; }
    nav { padding: 0 .2rem; }
    header p { order: 3; flex-basis: 100%; font-size: .875rem; }
    #sign-out { margin-left: auto; }
    .keypad { max-width: none; width: 100%; } .reader form { width: 100%; }
  }
  @media (prefers-reduced-motion: reduce) { .leaf { transition: none; } }
  """#
