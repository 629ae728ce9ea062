// The widget: a launcher and a panel, the conversation in it, and what the page may ask of it.

import { Api, Failure } from "./api.js";
import { button, contrast, el, guarded } from "./dom.js";
import { Memory } from "./memory.js";
import { choicesOf, contactOf, replyOf, spoken } from "./reply.js";
import { LANGUAGES, firstStrings, langTag, stringsOf } from "./strings.js";
import css from "./styles.css";
import { Suggestions } from "./suggest.js";

const PHONE = "(max-width: 640px)";
const SPOKEN_FOR = 1000;
const SLOW_AFTER = 6000;
const MOST_SHOWN = 50;
const LEAST_CONTRAST = 4.5;

export class ToiawaseChat extends HTMLElement {
  /** @type {Strings} */ #t = firstStrings("ja");
  /** @type {Site | null} */ #site = null;
  #busy = false;
  #started = false;
  #inline = false;
  #api = new Api("");
  #memory = /** @type {Memory} */ (/** @type {unknown} */ (null));
  #root = this.attachShadow({ mode: "open" });
  #launcher = button("", () => this.#open(true), { class: "launcher", part: "launcher", "aria-haspopup": "dialog" });
  #title = el("h2", { id: "title" });
  #closer = button("\u00d7", () => this.#close(), { class: "icon" });
  #languages = el("select", { id: "language", onchange: () => this.#speak(this.#languages.value) },
    ...LANGUAGES.map(([value, name]) => el("option", { value, lang: langTag(/** @type {string} */ (value)) }, name)));
  #languageLabel = el("label", { for: "language" });
  #larger = button("", () => this.#resize());
  #printer = button("", () => this.#print());
  #eraser = button("", () => this.#clear());
  #fullPage = el("a");
  #menuLabel = el("summary");
  #menu = el("details", { class: "menu" });
  #notices = el("div");
  #greeting = el("div");
  #log = el("div");
  #scroller = el("div", { class: "scroller", part: "log", tabindex: "0", role: "region" });
  #input = el("input", { type: "text", id: "text", autocomplete: "off", maxlength: 600, enterkeyhint: "send", "aria-describedby": "privacy problem" });
  #inputLabel = el("label", { for: "text" });
  #sender = el("button", { type: "submit" });
  #privacy = el("p", { id: "privacy", class: "small" });
  #problem = el("p", { id: "problem", class: "problem" });
  #form = el("form", { onsubmit: (/** @type {Event} */ event) => { event.preventDefault(); this.#ask(this.#input.value); } });
  #live = el("div", { class: "live", role: "log", "aria-live": "polite" });
  #dialog = el("dialog", { part: "panel", "aria-labelledby": "title",
    oncancel: (/** @type {Event} */ event) => { event.preventDefault(); this.#close(); },
    onkeydown: (/** @type {KeyboardEvent} */ event) => this.#key(event) });
  #suggestions = new Suggestions(this.#input, (typed, signal) => this.#api.suggest(typed, signal),
    (chosen) => { this.#choose(chosen, ""); }, (sentence) => this.#say(sentence), () => this.#t);

  connectedCallback() {
    if (!this.#started) { this.#started = true; guarded(() => this.#start())(); }
  }

  /** Open the panel. */
  open = guarded(() => this.#open(true));

  /** Close the panel. */
  close = guarded(() => this.#close());

  /** Ask in the citizen's name. */
  ask = guarded((/** @type {string} */ text) => { this.#open(false); this.#ask(String(text)); });

  /** Erase the conversation. */
  clear = guarded(() => this.#clear());

  #start() {
    const lang = this.dataset.lang ?? "ja";
    this.#memory = new Memory(LANGUAGES.some(([code]) => code === lang) ? lang : "ja");
    this.#api = new Api(this.dataset.base ?? "");
    this.#inline = this.dataset.mode === "inline";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    this.#root.adoptedStyleSheets = [sheet];
    this.#t = firstStrings(this.#memory.kept.lang);
    this.#build();
    this.#refuseFaintTheme();
    this.#upgradeLinks();
    this.#speak(this.#memory.kept.lang).then(guarded(() => {
      if (this.#inline || this.#memory.kept.open) { this.#open(false); }
      this.#tell("ready");
    }));
  }

  /** Show the widget in a language: its own words, then the city's. @param {string} lang */
  async #speak(lang) {
    const memory = this.#memory;
    memory.kept.lang = lang;
    memory.save();
    this.#t = await stringsOf(lang, this.#api.base);
    this.#site = null;
    this.setAttribute("lang", langTag(lang));
    this.#label();
    if (this.#dialog.open) { this.#greet(); }
  }

  #build() {
    this.#fullPage.href = `${this.#api.base}/chat`;
    this.#menu.append(this.#menuLabel, el("div", {}, this.#languageLabel, this.#languages, this.#larger, this.#printer, this.#eraser, this.#fullPage));
    this.#scroller.append(this.#notices, this.#greeting, this.#log);
    this.#form.append(this.#inputLabel, this.#privacy, el("div", { class: "row" }, this.#input, this.#sender), this.#problem, this.#suggestions.list);
    const dialog = this.#dialog;
    dialog.append(el("header", { part: "header" }, this.#title, this.#menu, !this.#inline && this.#closer), this.#scroller, this.#form, this.#live);
    dialog.className = this.#inline ? "inline" : "";
    dialog.dataset.size = String(this.#memory.kept.size);
    this.#root.append(...(this.#inline ? [] : [this.#launcher]), dialog);
    for (const kind of ["resize", "scroll"]) { window.visualViewport?.addEventListener(kind, () => this.#fit()); }
    if (this.dataset.position === "left") { this.classList.add("left"); }
  }

  #label() {
    const t = this.#t;
    /** @type {[HTMLElement, string | undefined][]} */
    const words = [
      [this.#launcher, this.dataset.launch || t.launch], [this.#title, this.dataset.title || t.title], [this.#menuLabel, t.menu],
      [this.#languageLabel, t.language], [this.#larger, t.large], [this.#eraser, t.clear], [this.#printer, t.print],
      [this.#fullPage, t.full], [this.#inputLabel, t.input], [this.#sender, t.ask],
    ];
    for (const [node, text] of words) { node.textContent = text ?? ""; }
    this.#closer.ariaLabel = t.close ?? "";
    this.#scroller.ariaLabel = t.title ?? "";
    this.#suggestions.list.ariaLabel = t.suggestions ?? "";
    this.#languages.value = this.#memory.kept.lang;
  }

  /** @param {boolean} focus whether the citizen opened it, and wants to be in it */
  #open(focus) {
    const dialog = this.#dialog;
    const memory = this.#memory;
    if (!dialog.open) {
      // On a phone the panel is all there is to see; beside a page the page stays usable.
      if (!this.#inline && matchMedia(PHONE).matches && focus) { dialog.showModal(); } else { dialog.show(); }
      if (!focus) { /** @type {HTMLElement | null} */ (this.#root.activeElement)?.blur(); }
      this.#launcher.setAttribute("hidden", "");
      memory.kept.open = true;
      memory.save();
      if (!this.#log.childElementCount) { this.#restore(); }
      this.#greet();
      this.#fit();
      this.#tell("open");
    }
    if (focus) { this.#input.focus(); }
  }

  #close() {
    const dialog = this.#dialog;
    const memory = this.#memory;
    if (!dialog.open || this.#inline) { return; }
    this.#suggestions.close();
    dialog.close();
    this.#launcher.removeAttribute("hidden");
    this.#launcher.focus();
    memory.kept.open = false;
    memory.save();
    this.#tell("close");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape" || event.isComposing || event.keyCode === 229) { return; }
    event.preventDefault();
    event.stopPropagation();
    if (this.#menu.open) { this.#menu.open = false; this.#menuLabel.focus(); } else { this.#close(); }
  }

  /** Keep the panel above the keyboard of a phone, which covers it without telling the page. */
  #fit() {
    const seen = window.visualViewport;
    if (!seen || this.#inline) { return; }
    const isPhone = matchMedia(PHONE).matches;
    this.#dialog.style.setProperty("--seen", isPhone ? `${seen.height}px` : "");
    this.#dialog.style.setProperty("--above", isPhone ? `${seen.offsetTop}px` : "");
  }

  async #greet() {
    if (this.#site) { return; }
    try {
      this.#site = await this.#api.site(this.#memory.kept.lang);
    } catch { return; }
    const site = this.#site;
    const lang = langTag(site.lang);
    this.#privacy.textContent = site.privacy; this.#privacy.lang = lang;
    this.#greeting.replaceChildren(el("p", { lang }, site.greeting), this.#topics());
    this.#showNotices(site.notices);
  }

  #topics() {
    const list = el("div", {});
    return el("details", { class: "topics", ontoggle: async () => {
      if (list.childElementCount) { return; }
      try {
        const topics = await this.#api.topics();
        const only = this.dataset.topic;
        list.append(...topics.filter((one) => !only || one.topic === only).map((one) => el("details", { open: Boolean(only) },
          el("summary", {}, one.topic),
          choicesOf(one.entries, "", this.#around))));
      } catch (error) { this.#fail(error); }
    } }, el("summary", {}, this.#t.topics), list);
  }

  /** @param {Notice[]} notices */
  #showNotices(notices) {
    this.#notices.replaceChildren(...notices.map((one) => el("p", { class: `notice ${one.level}`, lang: langTag(one.lang) },
      el("strong", {}, this.#t[one.level]), " ", one.text)));
  }

  /** @param {string} text */
  #ask(text) {
    this.#send(text, this.#api.ask, { text });
  }

  /** @param {Candidate} chosen @param {string} inquiry */
  #choose(chosen, inquiry) {
    this.#send(chosen.question, this.#api.choose, { entry_id: chosen.entry_id, inquiry_id: inquiry || null });
  }

  /** @param {string} asked @param {(body: object) => Promise<Reply>} call @param {object} body */
  async #send(asked, call, body) {
    const memory = this.#memory;
    const { lang, session } = memory.kept;
    if (this.#busy) { return; }
    this.#suggestions.close();
    this.#setBusy(true);
    this.#complain("");
    this.#say(this.#t.asking);
    this.#tell("ask");
    const slow = setTimeout(() => this.#complain(this.#t.slow), SLOW_AFTER);
    try {
      const reply = await call({ ...body, lang, session });
      const turn = { asked, reply, lang };
      if (this.#input.value.trim() === asked) { this.#input.value = ""; }
      this.#complain("");
      this.#show(turn);
      // What must not be seen by others is not kept in the tab either.
      if (!reply.private) { memory.kept.turns.push(turn); }
      memory.save();
      this.#say(this.#t.arrived + spoken(reply));
      this.#tell("answer", { kind: reply.kind });
    } catch (error) {
      if (!this.#input.value) { this.#input.value = asked; }
      this.#fail(error);
    } finally {
      clearTimeout(slow);
      this.#setBusy(false);
    }
  }

  /** What replies need of the widget. @returns {import("./reply.js").Around} */
  get #around() {
    return {
      t: this.#t,
      base: this.#api.base,
      choose: (candidate, inquiry) => this.#choose(candidate, inquiry),
      ask: (text) => this.#ask(text),
      leave: () => this.#leave(),
      feedback: (turn, helpful, reason) => this.#feedback(turn, helpful, reason),
      say: (sentence) => this.#say(sentence),
    };
  }

  /** @param {Turn} turn */
  #show(turn) {
    const log = this.#log;
    if (!turn.reply) { return; }
    const question = el("p", { class: "asked", part: "message" }, el("span", { class: "hidden" }, `${this.#t.you}：`), turn.asked);
    log.append(question, replyOf(turn, this.#around));
    while (log.childElementCount > 2 * MOST_SHOWN) { log.firstElementChild?.remove(); }
    this.#showNotices(turn.reply.notices);
    // Not scrollIntoView: it would move the page and the panel around the conversation too.
    const box = this.#scroller.scrollHeight > this.#scroller.clientHeight ? this.#scroller : this.#dialog;
    box.scrollTop += question.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
  }

  #restore() {
    for (const turn of this.#memory.kept.turns) { this.#show(turn); }
  }

  /** @param {Turn} turn @param {boolean} helpful @param {string} [reason] */
  async #feedback(turn, helpful, reason) {
    try {
      await this.#api.feedback({ inquiry_id: turn.reply?.inquiry_id, helpful, reason: reason || null });
    } catch { return false; }
    turn.helpful = helpful;
    this.#memory.save();
    this.#tell("feedback", { helpful });
    return true;
  }

  #clear() {
    this.#memory.clear();
    this.#log.replaceChildren();
    this.#input.value = ""; this.#input.focus();
    this.#menu.open = false;
    this.#complain("");
  }

  /** Leave no trace on the screen, for whom somebody may be looking over the shoulder. */
  #leave() {
    this.#clear();
    this.#close();
    if (this.dataset.leave) { location.replace(this.dataset.leave); }
  }

  #resize() {
    const { kept } = this.#memory;
    kept.size = (kept.size + 1) % 3;
    this.#memory.save();
    this.#dialog.dataset.size = String(kept.size);
  }

  /** Print the conversation alone: the page around it is hidden while it is printed. */
  #print() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@media print { body > :not(toiawase-chat) { display: none !important } }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    this.#menu.open = false;
    addEventListener("afterprint", () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    }, { once: true });
    print();
  }

  /** @param {unknown} error */
  #fail(error) {
    const failure = error instanceof Failure ? error : new Failure("failed");
    // What the citizen can mend needs no call.
    this.#complain(failure.sentence || this.#t[failure.reason], failure.reason !== "failed" || !failure.sentence);
    this.#tell("error", { reason: failure.reason });
  }

  /** Say beside the field what is wrong, and whom to call where it is not the citizen's doing.
   * @param {string | undefined} sentence @param {boolean} [withContact] */
  #complain(sentence, withContact = false) {
    const contact = withContact && this.#site?.contact;
    this.#problem.replaceChildren(sentence ?? "");
    this.#form.querySelector(".contact")?.remove();
    if (contact) { this.#problem.after(contactOf(contact, this.#t, this.#api.base)); }
    this.#input.toggleAttribute("aria-invalid", Boolean(sentence));
    if (sentence) { this.#say(sentence); }
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    // A disabled button would lose the focus it may have.
    this.#sender.setAttribute("aria-disabled", String(busy));
    this.#input.readOnly = busy;
  }

  /** Have a screen reader say a sentence; gone after a second, so that nobody stumbles on it.
   * @param {string | undefined} sentence */
  #say(sentence) {
    const said = el("p", {}, sentence ?? "");
    this.#live.append(said);
    setTimeout(() => said.remove(), SPOKEN_FOR);
  }

  /** Let the page know what happened, never what was asked. @param {string} name @param {object} [detail] */
  #tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`toiawase:${name}`, { bubbles: true, composed: true, detail }));
  }

  #refuseFaintTheme() {
    const seen = getComputedStyle(this.#inline ? this.#sender : this.#launcher);
    if (contrast(seen.color, seen.backgroundColor) < LEAST_CONTRAST) {
      this.classList.add("plain-theme");
      this.#dialog.classList.add("plain-theme");
      this.#launcher.classList.add("plain-theme");
      console.warn(`toiawase: the theme's contrast is under ${LEAST_CONTRAST}:1; the default colours are used`);
    }
  }

  /** Plain links to the full page open the widget instead, where it runs. */
  #upgradeLinks() {
    for (const link of document.querySelectorAll("a[data-toiawase]")) {
      link.addEventListener("click", (event) => { event.preventDefault(); this.open(); });
    }
  }
}
