// Which conversation this page is: the server finds it again by this token, as long as the browser's
// tab is open; of who is known it is the id of the kept one.
const USER = window.gradio_config?.username || "";
// Which library this tab of the browser asks; empty for the one that the page was started with.
const LIBRARY = `footnote-library ${USER}`;
const library = () => { try { return sessionStorage.getItem(LIBRARY) || ""; } catch { return ""; } };
const KEY = library() ? `footnote ${USER} ${library()}` : `footnote ${USER}`;
// Every event and every call says so; of one that fails `reach.js` tells, and what it gives has `lost`.
trigger = ((fire) => (name, detail) => fire(name, { ...detail, library: library() }))(trigger);
server = ((asked) => new Proxy({}, { get: (_, name) => async (wanted) => (await asked[name]({ ...wanted, library: library() })) ?? { lost: true } }))(server);
const ofTab = () => { try { return sessionStorage.getItem(KEY); } catch { return null; } };
const become = (id) => {
  window.footnoteToken = id;
  try { sessionStorage.setItem(KEY, id); } catch { /* then it ends with the page */ }
  return id;
};
const newToken = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
const token = () => window.footnoteToken ?? become(ofTab() || newToken());
