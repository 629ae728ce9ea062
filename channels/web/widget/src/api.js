// Asking the service: no cookies, one error type that says what the citizen should read.

export class Failure extends Error {
  /** @param {string} reason a name of the widget's words @param {string} [sentence] the city's own */
  constructor(reason, sentence = "") {
    super(reason);
    this.reason = reason;
    this.sentence = sentence;
  }
}

/** Names of the widget's words for a status. */
const REASONS = /** @type {Record<number, string>} */ ({ 429: "busy", 503: "busy" });

export class Api {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
  }

  /** @param {string} path @param {RequestInit} [init] @returns {Promise<any>} */
  async #call(path, init = {}) {
    let response;
    try {
      response = await fetch(`${this.base}/api/v1/${path}`, { credentials: "omit", ...init });
    } catch (error) {
      if (init.signal?.aborted) { throw error; }
      throw new Failure(navigator.onLine === false ? "offline" : "failed");
    }
    if (response.ok) { return response.json(); }
    // What the city says of a question it cannot take, or of a channel it closed, is its own.
    const told = [422, 503].includes(response.status) && await response.json().catch(() => 0);
    throw new Failure(REASONS[response.status] ?? "failed", told?.error?.message);
  }

  /** @param {string} path @param {object} body @returns {Promise<any>} */
  #post(path, body) {
    return this.#call(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** @returns {Promise<Reply>} */
  ask = (/** @type {object} */ asked) => this.#post("questions", asked);

  /** @returns {Promise<Reply>} */
  choose = (/** @type {object} */ chosen) => this.#post("choices", chosen);

  /** @param {object} feedback */
  feedback(feedback) { return this.#post("feedback", feedback); }

  /** @param {string} lang @returns {Promise<Site>} */
  site(lang) { return this.#call(`site?lang=${encodeURIComponent(lang)}`); }

  /** @returns {Promise<Topic[]>} */
  topics() { return this.#call("topics"); }

  /** @param {string} typed @param {AbortSignal} signal @returns {Promise<Candidate[]>} */
  suggest(typed, signal) { return this.#call(`suggestions?q=${encodeURIComponent(typed)}`, { signal }); }
}
