/* Conveniences only: every action of the console is a plain form and works without this file. */
(() => {
  "use strict";
  const MINUTE = 60_000;
  const WARN = 5;

  /** Keeps what is being written in this tab, so that nothing is lost when the session ends. */
  function keepDrafts() {
    for (const form of document.querySelectorAll("form[data-draft]")) {
      const key = `draft ${form.dataset.draft}`;
      const restored = restore(form, key);
      if (restored) form.dispatchEvent(new CustomEvent("restored", { bubbles: true }));
      form.addEventListener("input", () => store(form, key));
      form.addEventListener("submit", () => sessionStorage.setItem(`${key} sent`, "1"));
    }
    const saved = document.querySelector("[data-draft-saved]");
    if (saved) {
      sessionStorage.removeItem(`draft ${saved.dataset.draftSaved}`);
    }
  }

  function store(form, key) {
    const values = [...form.elements]
      .filter((one) => one.name && one.type !== "hidden" && one.type !== "submit")
      .map((one) => [one.name, one.type === "checkbox" || one.type === "radio" ? one.checked : one.value]);
    try { sessionStorage.setItem(key, JSON.stringify(values)); } catch { /* full: nothing is kept */ }
  }

  function restore(form, key) {
    let values;
    try { values = JSON.parse(sessionStorage.getItem(key) || "null"); } catch { return false; }
    if (!values || form.dataset.fresh === "no") return false;
    let changed = false;
    for (const [name, value] of values) {
      const field = form.elements.namedItem(name);
      if (!(field instanceof HTMLElement)) continue;
      if (typeof value === "boolean") { changed ||= field.checked !== value; field.checked = value; }
      else if (field.value !== value) { field.value = value; changed = true; }
    }
    const told = form.querySelector(".draft-restored");
    if (changed && told) {
      told.hidden = false;
      told.querySelector("button").addEventListener("click", () => {
        sessionStorage.removeItem(key);
        location.reload();
      });
    }
    return changed;
  }

  /** Warns before the session ends; going on is one press. */
  function warnBeforeEnd() {
    const minutes = Number(document.body.dataset.idleMinutes);
    const box = document.querySelector(".idle");
    if (!minutes || !box) return;
    let timer = 0;
    const again = () => {
      clearTimeout(timer);
      box.hidden = true;
      timer = setTimeout(() => {
        box.querySelector(".left").textContent = String(WARN);
        box.hidden = false;
      }, (minutes - WARN) * MINUTE);
    };
    box.querySelector(".go-on").addEventListener("click", async () => {
      const answer = await fetch("/staff/still-here", { headers: { accept: "text/html" } });
      if (answer.ok) again(); else location.assign(`/staff/sign-in?then=${encodeURIComponent(location.pathname)}`);
    });
    again();
  }

  /** Shows how far a long piece of work has come, without loading the whole page again. */
  function followWork() {
    const work = document.querySelector("[data-work]");
    if (!work) return;
    const look = async () => {
      try {
        const answer = await fetch(work.dataset.work, { headers: { accept: "text/html" } });
        const text = await answer.text();
        if (!answer.ok || answer.headers.get("x-finished")) { location.reload(); return; }
        work.replaceChildren(...new DOMParser().parseFromString(text, "text/html").body.childNodes);
      } catch { /* the next look may succeed */ }
      setTimeout(look, 1_000);
    };
    setTimeout(look, 1_000);
  }

  /** Sends a form in place and shows what comes back in the page: checks while editing, trials. */
  function sendInPlace() {
    for (const button of document.querySelectorAll("button[data-into]")) {
      const form = button.form;
      const target = document.getElementById(button.dataset.into);
      const send = async () => {
        const body = new URLSearchParams(new FormData(form));
        // Without an address of its own, the button's would be that of the page.
        const address = button.hasAttribute("formaction") ? button.formAction : form.action;
        try {
          const answer = await fetch(address, { method: "POST", body, headers: { "x-part": "1" } });
          if (!answer.ok && answer.status !== 422) return;
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          target.replaceChildren(...page.body.childNodes);
        } catch { /* what was shown stays */ }
      };
      button.addEventListener("click", (event) => { event.preventDefault(); void send(); });
      if (button.hasAttribute("data-live")) {
        let timer = 0;
        form.addEventListener("input", (event) => {
          if (event.target.closest("[data-no-live]")) return;
          clearTimeout(timer);
          timer = setTimeout(send, 600);
        });
      }
    }
  }

  /** Shortcuts are off until they are switched on: single keys disturb voice input (WCAG 2.1.4). */
  function offerShortcuts() {
    const toggle = document.getElementById("shortcuts");
    if (!(toggle instanceof HTMLInputElement)) return;
    const KEY = "staff shortcuts";
    toggle.checked = localStorage.getItem(KEY) === "on";
    toggle.addEventListener("change", () => localStorage.setItem(KEY, toggle.checked ? "on" : "off"));
    const items = [...document.querySelectorAll("[data-item]")];
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select");
      if (!toggle.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
      if (typing && typing !== toggle) return;
      const at = items.findIndex((one) => one.contains(document.activeElement));
      const go = (to) => { items[to]?.querySelector("a, button")?.focus(); items[to]?.scrollIntoView({ block: "center" }); };
      if (event.key === "j") go(Math.min(at + 1, items.length - 1));
      else if (event.key === "k") go(Math.max(at - 1, 0));
      else {
        const pressed = (items[at] ?? document).querySelector(`[data-key="${CSS.escape(event.key)}"]`);
        if (pressed) { event.preventDefault(); pressed.click(); }
      }
    });
  }

  keepDrafts();
  warnBeforeEnd();
  followWork();
  sendInPlace();
  offerShortcuts();
})();
