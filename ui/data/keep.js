// Which conversation this page is, and whether this browser keeps it: as {token, turns} under one
// key for each user, in local storage. The server looks at all of it before it is drawn again.
const USER = window.gradio_config?.username || "";
const KEPT = `footnote-kept ${USER}`;
const MOST_KEPT = 400000; // characters; browsers keep about five million of a site, and a request is limited
const kept = () => {
  try {
    const found = JSON.parse(localStorage.getItem(KEPT));
    return typeof found?.token === "string" && /^[0-9a-f]{32}$/.test(found.token) && Array.isArray(found.turns) ? found : null;
  } catch { return null; }
};
// The conversation is found again by this secret; it ends with the browser's tab, unless it is kept.
const token = () => {
  const own = () => { try { return sessionStorage.getItem(`footnote ${USER}`); } catch { return null; } };
  window.footnoteToken ??= own() || kept()?.token || Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  try { sessionStorage.setItem(`footnote ${USER}`, window.footnoteToken); } catch { /* then it ends with the page */ }
  return window.footnoteToken;
};
const isKept = () => kept()?.token === token();
const asKept = ({ number, question, searched, state, reason, model, short, overview, says, fallback, aside, sentences, sources }) => ({ number, question, searched, state, reason, model, short, overview, says, fallback, aside, sentences, sources });
// Keep these turns, the newest where they are too long; false where the browser refuses.
const keep = (views) => {
  const turns = views.filter((view) => view.state === "answered" || view.state === "abstained").map(asKept);
  const written = () => JSON.stringify({ token: token(), turns });
  while (turns.length && written().length > MOST_KEPT) turns.shift();
  try { localStorage.setItem(KEPT, written()); return true; } catch { return false; }
};
const stopKeeping = () => { try { localStorage.removeItem(KEPT); } catch { /* then nothing was kept */ } };
