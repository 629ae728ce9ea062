// The element and its script tag: one classic script on any page, which never throws into it.

import { ToiawaseChat } from "./element.js";

const TAG = "toiawase-chat";
const script = /** @type {HTMLScriptElement | null} */ (document.currentScript);

const place = () => {
  if (document.querySelector(TAG)) { return; }
  const made = document.createElement(TAG);
  for (const [name, value] of Object.entries(script?.dataset ?? {})) {
    made.setAttribute(`data-${name}`, value ?? "");
  }
  made.setAttribute("data-base", new URL(script?.src ?? location.href).origin + basePath());
  if (script?.dataset.mode === "inline" && script.parentElement?.closest("body")) {
    script.after(made);
  } else {
    document.body.append(made);
  }
};

/** The part of the script's path before /widget/: a service may live below a path of its host. */
const basePath = () => new URL(script?.src ?? location.href).pathname.split("/widget/")[0]?.replace(/\/$/, "") ?? "";

try {
  if (!customElements.get(TAG)) {
    customElements.define(TAG, ToiawaseChat);
    Object.defineProperty(window, "Toiawase", { value: Object.freeze({ version: VERSION, element: () => document.querySelector(TAG) }) });
  }
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", place);
  } else {
    place();
  }
} catch (error) {
  console.warn("toiawase:", error);
}
