// Which conversation this page is: the server finds it again by this token, as long as the browser's
// tab is open; of who is known it is the id of the kept one.
const USER = window.gradio_config?.username || "";
const ofTab = () => { try { return sessionStorage.getItem(`footnote ${USER}`); } catch { return null; } };
const become = (id) => {
  window.footnoteToken = id;
  try { sessionStorage.setItem(`footnote ${USER}`, id); } catch { /* then it ends with the page */ }
  return id;
};
const newToken = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
const token = () => window.footnoteToken ?? become(ofTab() || newToken());
