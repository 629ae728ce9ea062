// The page like a phone: sends what is done on it, and shows what comes back.
"use strict";
(() => {
  const user = document.body.dataset.user;
  const talk = document.getElementById("talk");
  const quick = document.getElementById("quick");
  const loading = document.getElementById("loading");
  const form = document.getElementById("form");
  const text = document.getElementById("text");
  const WAIT = 400;
  let next = 0;

  const look = async () => {
    const response = await fetch(`/line/phone/${user}/messages?after=${next}`);
    if (!response.ok) { return; }
    const told = await response.json();
    loading.hidden = !told.loading;
    if (told.next === next) { return; }
    next = told.next;
    talk.insertAdjacentHTML("beforeend", told.messages);
    quick.innerHTML = told.quick;
    talk.lastElementChild.scrollIntoView({ block: "start" });
  };

  const send = async (told) => {
    await fetch(`/line/phone/${user}/send`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(told),
    });
    await look();
  };

  const act = (action) => {
    if (action.type === "uri") {
      window.open(action.uri, "_blank", "noopener");
    } else if (action.type === "postback") {
      send({ kind: "postback", data: action.data, shown: action.displayText });
    } else {
      send({ kind: "text", text: action.text });
    }
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-action], button[data-kind]");
    if (!button) { return; }
    const around = button.closest("details");
    if (around) { around.open = false; }
    if (button.dataset.action) { act(JSON.parse(button.dataset.action)); return; }
    send({ kind: button.dataset.kind, text: button.dataset.kind === "location" ? "北区白浦町1-1-1" : "" });
  });

  document.addEventListener("keydown", (event) => {
    if ((event.key === "Enter" || event.key === " ") && event.target.matches("rect[data-action]")) {
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    }
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim()) { return; }
    send({ kind: "text", text: text.value });
    text.value = "";
  });

  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  send({ kind: "follow" });
  setInterval(look, WAIT);
})();
