// What the tab remembers: the conversation and how it is read. Gone with the tab, or on request.

const KEY = "toiawase";
const MOST_TURNS = 20;

export class Memory {
  /** @type {{ session: string, turns: Turn[], lang: string, size: number, open: boolean }} */
  kept;

  /** @param {string} lang */
  constructor(lang) {
    this.kept = { session: newSession(), turns: [], lang, size: 0, open: false };
    try {
      const found = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
      if (found && Array.isArray(found.turns)) { Object.assign(this.kept, found); }
    } catch { /* without storage it lasts as long as the page */ }
  }

  save() {
    this.kept.turns = this.kept.turns.slice(-MOST_TURNS);
    try { sessionStorage.setItem(KEY, JSON.stringify(this.kept)); } catch { /* see above */ }
  }

  clear() {
    this.kept.turns = [];
    this.kept.session = newSession();
    this.save();
  }
}

const newSession = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2) + String(Math.random()).slice(2);
