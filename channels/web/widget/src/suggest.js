// Suggestions while typing: an editable combobox with a list (ARIA Authoring Practices).

import { el } from "./dom.js";

const WAIT = 200;
const FEWEST = 2;

export class Suggestions {
  /** @type {AbortController | null} */ #asked = null;
  /** @type {number | undefined} */ #timer;
  /** @type {Candidate[]} */ #found = [];
  #active = -1;

  /**
   * @param {HTMLInputElement} input
   * @param {(typed: string, signal: AbortSignal) => Promise<Candidate[]>} look
   * @param {(candidate: Candidate) => void} choose
   * @param {(sentence: string) => void} say
   * @param {() => Strings} strings
   */
  constructor(input, look, choose, say, strings) {
    this.input = input;
    this.look = look;
    this.choose = choose;
    this.say = say;
    this.strings = strings;
    this.list = el("ul", { role: "listbox", id: "suggestions", hidden: true });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "suggestions");
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", (event) => this.#typed(/** @type {InputEvent} */ (event)));
    input.addEventListener("compositionend", () => this.#later());
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
  }

  get isOpen() { return !this.list.hidden; }

  /** Close the list; what is still on its way is dropped. */
  close() {
    clearTimeout(this.#timer);
    this.#asked?.abort();
    this.#asked = null;
    this.#active = -1;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  /** @param {InputEvent} event */
  #typed(event) {
    if (!event.isComposing) { this.#later(); }
  }

  #later() {
    this.close();
    if (this.input.value.trim().length >= FEWEST) {
      this.#timer = setTimeout(() => this.#look(), WAIT);
    }
  }

  async #look() {
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const found = await this.look(this.input.value, asked.signal);
      if (this.#asked === asked && !asked.signal.aborted) { this.#show(found); }
    } catch { /* suggestions are a help, their absence is none of the citizen's worries */ }
  }

  /** @param {Candidate[]} found */
  #show(found) {
    this.#found = found.slice(0, 5);
    this.list.replaceChildren(...this.#found.map((one, at) => el("li", {
      role: "option", id: `option-${at}`, "aria-selected": "false",
      // The field must not lose the focus before the click has chosen.
      onmousedown: (/** @type {Event} */ event) => event.preventDefault(),
      onclick: () => this.#take(at),
    }, one.question)));
    this.list.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    if (found.length) { this.say(`${this.#found.length}${this.strings().found}`); }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    // Chrome ends composing after this key, Safari before it but still says 229.
    if (event.isComposing || event.keyCode === 229 || !this.isOpen) { return; }
    const step = /** @type {Record<string, number>} */ ({ ArrowDown: 1, ArrowUp: -1 })[event.key];
    if (step) {
      event.preventDefault();
      this.#mark((this.#active + step + this.#found.length + 1) % (this.#found.length + 1));
    } else if (event.key === "Enter" && this.#active >= 0 && this.#active < this.#found.length) {
      event.preventDefault();
      this.#take(this.#active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  /** @param {number} at the one after the last is the field itself */
  #mark(at) {
    this.#active = at;
    [...this.list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    const marked = this.#found[at];
    if (!marked) { this.input.removeAttribute("aria-activedescendant"); return; }
    this.input.setAttribute("aria-activedescendant", `option-${at}`);
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
    // VoiceOver often passes over what aria-activedescendant names.
    this.say(marked.question);
  }

  /** @param {number} at */
  #take(at) {
    const chosen = this.#found[at];
    this.close();
    if (chosen) { this.choose(chosen); }
  }
}
