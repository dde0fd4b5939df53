/// The page's frame; everything in it is made by the script.
let pageHTML = #"""
  <!doctype html>
  <html lang="en">
  <head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>Postern</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="/style.css">
  <script src="/texts.js" defer></script>
  <script src="/app.js" defer></script>
  </head>
  <body>
  <a class="skip" href="#content">Skip to content</a>
  <header>
    <div class="brand"><span class="mark" aria-hidden="true"></span><h1 id="name">Postern</h1></div>
    <p id="summary" role="status" aria-live="polite"></p>
    <button id="sign-out" type="button" hidden></button>
  </header>
  <nav id="nav" aria-label="Pages" hidden></nav>
  <main id="content" tabindex="-1"></main>
  <div id="toast" role="status" aria-live="assertive"></div>
  <noscript><p class="card">This page needs JavaScript. The command line does not: run
  <code>postern status</code>.</p></noscript>
  </body>
  </html>
  """#
