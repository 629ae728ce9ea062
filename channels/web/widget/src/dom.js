// Building elements without markup: nothing that comes from outside is ever read as HTML.

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag @param {Record<string, any>} [given] @param {...(Node | string | null | false | undefined)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export const el = (tag, given = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name.startsWith("on")) {
      made.addEventListener(name.slice(2), guarded(value));
    } else if (value !== null && value !== undefined && value !== false) {
      made.setAttribute(name, value === true ? "" : String(value));
    }
  }
  made.append(.../** @type {(Node | string)[]} */ (children.filter(Boolean)));
  return made;
};

/** Return a function that tells of its errors but never throws them into the page.
 * @template {any[]} A @param {(...given: A) => any} act @returns {(...given: A) => any} */
export const guarded = (act) => (...given) => {
  try { return act(...given); } catch (error) { return console.warn("toiawase:", error); }
};

/** @param {string | undefined} label @param {() => any} act @param {Record<string, any>} [given] */
export const button = (label, act, given = {}) => el("button", { type: "button", onclick: act, ...given }, label);

/** Return an address that may be a link, null of any other scheme. */
export const safeUrl = (/** @type {string} */ url, /** @type {string} */ base) => {
  try {
    const parsed = new URL(url, base);
    return ["https:", "http:", "tel:", "mailto:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
};

/** Contrast of two computed colours (WCAG 2.2, relative luminance). */
export const contrast = (/** @type {string[]} */ ...colours) => {
  const [low = 0, high = 0] = colours.map((colour) => {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
      const value = Number(part) / 255;
      return value > 0.04045 ? ((value + 0.055) / 1.055) ** 2.4 : value / 12.92;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }).sort((one, other) => one - other);
  return (high + 0.05) / (low + 0.05);
};
