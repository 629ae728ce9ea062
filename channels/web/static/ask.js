// Answers on the page itself. Without this file the form is sent to /chat and works just as well.
"use strict";
(() => {
  const form = document.getElementById("ask");
  const input = form.elements.namedItem("text");
  const button = form.querySelector("button");
  const conversation = document.getElementById("conversation");
  const status = document.getElementById("status");
  let busy = false;

  const announce = (sentence) => {
    status.textContent = sentence;
    setTimeout(() => { status.textContent = ""; }, 1500);
  };

  const setBusy = (value) => {
    busy = value;
    button.setAttribute("aria-disabled", String(value));
    input.readOnly = value;
  };

  const show = (asked, page) => {
    const reply = new DOMParser().parseFromString(page, "text/html").querySelector("article.reply");
    if (!reply) { return false; }
    const question = document.createElement("p");
    question.className = "asked";
    question.textContent = asked;
    conversation.hidden = false;
    conversation.append(question, document.adoptNode(reply));
    question.scrollIntoView({ block: "nearest" });
    const heading = reply.querySelector("h2, .prompt");
    announce(`回答が届きました。${heading ? heading.textContent : ""}`);
    return true;
  };

  const session = form.elements.namedItem("session").value;

  const post = (action, fields) => fetch(action, {
    method: "POST",
    headers: { Accept: "text/html" },
    body: new URLSearchParams(fields),
  });

  const ask = async (text) => {
    setBusy(true);
    announce("回答を探しています");
    try {
      const response = await post("/chat", { text, session });
      return response.ok && show(text, await response.text());
    } catch {
      return false;
    } finally {
      setBusy(false);
    }
  };

  form.addEventListener("submit", async (event) => {
    const text = input.value.trim();
    if (!text || busy) { if (busy) { event.preventDefault(); } return; }
    event.preventDefault();
    if (await ask(text)) {
      input.value = "";
    } else {
      form.submit(); // The plain form tells what is wrong, and keeps what was typed.
    }
  });

  // Someone may be looking over the citizen's shoulder: nothing of the conversation stays, not even
  // behind the back button.
  conversation.addEventListener("click", (event) => {
    if (!event.target.closest("[data-leave]")) { return; }
    event.preventDefault();
    conversation.replaceChildren();
    conversation.hidden = true;
    input.value = "";
    window.location.replace("/");
  });

  conversation.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = event.submitter;
    const sent = event.target;
    if (chosen.name === "text") {
      if (!busy && !(await ask(chosen.value))) { announce("送れませんでした。もう一度お試しください。"); }
      return;
    }
    const response = await post(sent.action, {
      inquiry_id: sent.elements.namedItem("inquiry_id").value,
      helpful: chosen.value,
    }).catch(() => null);
    if (!response || !response.ok) { announce("送れませんでした。もう一度お試しください。"); return; }
    for (const one of sent.querySelectorAll("button")) {
      one.setAttribute("aria-pressed", String(one === chosen));
    }
    announce("ご意見をありがとうございました。");
  });
})();
