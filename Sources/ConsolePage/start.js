(async () => {
  byId("sign-out").textContent = T.signIn.out;
  byId("sign-out").addEventListener("click", () => attempt(async () => {
    await ask("/v1/session/end", {});
    showSignIn();
  }));
  addEventListener("hashchange", () => show());
  const code = /^#(\d{8})$/.exec(location.hash);
  if (code) history.replaceState(null, "", "/");
  const session = await attempt(() => ask("/v1/session"));
  if (session && session.signedIn) state.csrf = session.csrf;
  else if (code) await attempt(() => signIn(code[1]));
  if (state.csrf) await begin(); else showSignIn();
  setInterval(() => { if (state.csrf) refresh(); }, 1000);
})();
