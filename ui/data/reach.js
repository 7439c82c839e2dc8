// What this page asks of its server, and what becomes of the page where that does not come. It is read
// in the head, before Gradio, which would wait for ever for what was under way, or load the page anew
// and lose what is being typed: here each such event is ended, and a stream that broke is closed, so
// that the next event opens another. It says "lost" {words, under}: one sentence for the reader, empty
// where no more is to be said, and whether events were under way that nothing will come of; "back"
// once the server answers again.
(() => {
  const ASKED = /\/gradio_api\/(queue\/join|queue\/data|component_server|upload)\/?$/;
  const AGAIN = 2000, PATIENCE = 5000; // milliseconds
  const SILENT = 40000; // that a stream can be without a word: Gradio says each 15 seconds that it is there
  const DOWN = "Footnote cannot be reached, and nothing new comes: see that it still runs where it was started, and that you are connected to it. This page goes on by itself once it answers.";
  const MISSED = "The connection broke off, and what you did last may not have arrived: look, and do it again if it is not there.";
  const SAID = {
    401: "You are not logged in any more: reload this page and log in.",
    413: "That is too large to be sent at once: send fewer or smaller files, or less text.",
    503: "Footnote has too much to do at this moment: do it again in a while.",
  };
  const failed = (how) => `Footnote could not do that${how}: do it again, and reload this page if it fails once more.`;
  const GONE = [502, 504]; // what a proxy says for a server that is down
  const open = new Set(), ended = new Set(); // events: under way, and told to be over before they were known
  const say = (name, detail) => {
    (window.footnoteSaid ??= new Map()).set(name, detail);
    window.dispatchEvent(new CustomEvent(`footnote:${name}`, { detail }));
  };
  let down = false, leaving = false, timer = 0, last = 0, breakOff = null;
  const leave = () => { leaving = true; setTimeout(() => { leaving = false; }, PATIENCE); };
  addEventListener("beforeunload", leave);
  addEventListener("pagehide", leave);

  const asked = window.fetch.bind(window);
  const answers = async () => {
    try {
      const root = window.gradio_config?.root || location.origin;
      return (await asked(`${root}/gradio_api/app_id`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) })).status < 500;
    } catch { return false; }
  };
  const look = async (missed) => {
    clearTimeout(timer);
    if (await answers()) {
      if (down) { down = false; window.footnoteSaid?.delete("lost"); say("back", {}); }
      else if (missed) {
        say("lost", { words: MISSED, under: false });
        timer = setTimeout(look, AGAIN); // a server that ends answers for a moment yet
      }
      return;
    }
    if (!down && !leaving) {
      down = true;
      say("lost", { words: DOWN, under: false });
      breakOff?.();
    }
    timer = setTimeout(look, AGAIN);
  };
  // Why something did not come: a status, or 0 where there was no answer at all.
  const lose = (status, { under, missed = true }) => {
    if (leaving) return;
    if (status && !GONE.includes(status)) return say("lost", { words: SAID[status] || failed(` (error ${status})`), under });
    if (under) say("lost", { words: "", under });
    if (!down) look(missed);
  };

  const lines = (messages) => new TextEncoder().encode(messages.map((message) => `data: ${JSON.stringify(message)}\n\n`).join(""));
  // What lets Gradio end all that is under way, and open another stream for what comes next.
  const end = (controller) => {
    const over = [...open].map((event_id) => ({ msg: "process_completed", event_id, success: true, output: { data: [], is_generating: false } }));
    const under = open.size > 0;
    open.clear();
    controller.enqueue(lines([...over, { msg: "close_stream", event_id: null }]));
    controller.close();
    return under;
  };
  const OVER = /"msg": ?"(process_completed|unexpected_error)"[^{}]*?"event_id": ?"([^"]+)"/g;
  const LONGEST = 200; // characters in which the beginning of a message may be parted
  const heard = (answer, signal) => {
    const reader = answer.body.getReader(), decoder = new TextDecoder();
    let tail = "", broken = () => {};
    const breaks = new Promise((done) => { broken = () => done({ done: true }); });
    breakOff = broken;
    last = Date.now();
    return new Response(new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await Promise.race([reader.read(), breaks]);
          if (!done) {
            last = Date.now();
            controller.enqueue(value);
            tail = tail.slice(-LONGEST) + decoder.decode(value, { stream: true });
            for (const [, how, id] of tail.matchAll(OVER)) {
              if (!open.delete(id)) ended.add(id);
              else if (how === "unexpected_error") say("lost", { words: failed(""), under: true });
            }
            return;
          }
        } catch { /* it broke off */ }
        if (breakOff === broken) breakOff = null;
        if (signal?.aborted) return controller.close();
        reader.cancel().catch(() => {});
        const under = end(controller);
        lose(0, { under, missed: under });
      },
      cancel: (why) => reader.cancel(why).catch(() => {}),
    }), { headers: answer.headers });
  };
  // A connection can be lost without a word, as when a computer sleeps.
  setInterval(() => { if (breakOff && open.size && Date.now() - last > SILENT) { last = Date.now(); look(false); } }, PATIENCE);
  const silent = () => new Response(new ReadableStream({ start: end }));
  const nothing = () => new Response(JSON.stringify({ detail: [] }), { status: 422 });

  window.fetch = async (input, init) => {
    const [, kind] = ASKED.exec(new URL(input.url || input, location.href).pathname) || [];
    if (!kind) return asked(input, init);
    const under = () => kind === "queue/join" || (kind === "queue/data" && open.size > 0);
    let answer;
    try { answer = await asked(input, init); } catch (error) {
      if (error.name === "AbortError") throw error;
      lose(0, { under: under() });
      if (kind === "queue/join") return nothing();
      if (kind === "queue/data") return silent();
      throw error;
    }
    if (!answer.ok) {
      lose(answer.status, { under: under() });
      return kind === "queue/join" ? nothing() : kind === "queue/data" ? silent() : answer;
    }
    if (kind === "queue/join") {
      const { event_id } = await answer.clone().json().catch(() => ({}));
      if (event_id && !ended.delete(event_id)) open.add(event_id);
    }
    return kind === "queue/data" ? heard(answer, input.signal || init?.signal) : answer;
  };
})();
