// A reply as elements: answers under headings, choices, whom to call.

import { button, el, safeUrl } from "./dom.js";
import { langTag } from "./strings.js";

/**
 * What a reply needs of the widget around it.
 * @typedef {object} Around
 * @property {Strings} t
 * @property {string} base
 * @property {(candidate: Candidate, inquiry: string) => void} choose
 * @property {(text: string) => void} ask
 * @property {() => void} leave
 * @property {(turn: Turn, helpful: boolean, reason?: string) => Promise<boolean>} feedback
 * @property {(sentence: string) => void} say
 */

/** @param {Turn} turn @param {Around} around */
export const replyOf = (turn, around) => {
  const reply = /** @type {Reply} */ (turn.reply);
  const { t } = around;
  const article = el("article", { class: `reply ${reply.kind}`, part: "message", "aria-label": t.title, lang: langTag(turn.lang) });
  const several = reply.answers.length > 1;
  for (const answer of reply.answers) { article.append(...answerOf(answer, around, several)); }
  if (reply.unfound) {
    article.append(el("p", { class: "note" }, reply.unfound.prompt, " ", reply.unfound.parts.map((part) => `「${part}」`).join("")));
  }
  const prompt = reply.clarification?.prompt ?? reply.prompt;
  if (prompt) { article.append(el("p", { class: "prompt", lang: langTag(reply.prompt_lang) }, prompt)); }
  if (reply.days.length) { article.append(el("ul", {}, ...reply.days.map((day) => el("li", {}, day.text)))); }
  for (const one of reply.emergency) {
    article.append(telOf(`${one.name} ${one.telephone}`, one.telephone, reply.urgent ? "emergency urgent" : "emergency"));
  }
  if (reply.private) {
    article.append(
      el("p", { class: "small" }, t.notKept),
      button(t.leave, around.leave, { class: "leave" }),
    );
  }
  article.append(...linksOf(reply.links, around.base));
  if (reply.clarification) {
    for (const [at, choice] of reply.clarification.choices.entries()) {
      article.append(el("details", { open: at === 0 }, el("summary", {}, choice.label), choicesOf(choice.candidates, reply.inquiry_id, around)));
    }
  } else if (reply.kind === "unsure") {
    article.append(choicesOf(reply.candidates, reply.inquiry_id, around));
  } else if (reply.kind === "fixed" && reply.candidates.length) {
    // Beneath `language-unavailable` stands the page of the answer itself, beneath others what comes near.
    article.append(el("h3", {}, reply.sentence?.startsWith("language") ? t.japanese : t.near), choicesOf(reply.candidates, reply.inquiry_id, around));
  }
  if (reply.ward_question) { article.append(wardsOf(reply.ward_question, around)); }
  if (reply.contact && !reply.emergency.length && !several) { article.append(contactOf(reply.contact, t, around.base)); }
  if (reply.kind === "answered" && reply.candidates.length > 1) {
    article.append(el("h3", {}, t.near), choicesOf(reply.candidates.slice(1), reply.inquiry_id, around));
  }
  if (reply.kind !== "fixed" && reply.inquiry_id) { article.append(feedbackOf(turn, around)); }
  return article;
};

/** What is read aloud when a reply arrives: its words, no addresses. */
export const spoken = (/** @type {Reply} */ reply) => [
  ...reply.answers.map((one) => `${one.question} ${one.blocks.map((block) => block.runs.map((run) => run.text).join("")).join(" ")}`),
  reply.clarification?.prompt ?? reply.prompt ?? "",
  ...reply.emergency.map((one) => `${one.name} ${one.telephone}`),
  ...(reply.kind === "unsure" ? reply.candidates.map((one) => one.question) : []),
].join(" ").slice(0, 600);

/** @param {Answer} answer @param {Around} around @param {boolean} several @returns {Node[]} */
const answerOf = (answer, around, several) => {
  const { t, base } = around;
  const page = safeUrl(answer.page, base);
  const copy = button(t.copy, () => navigator.clipboard?.writeText(page ?? "").then(() => around.say(t.copied ?? ""), () => {}), { class: "plain" });
  return /** @type {Node[]} */ ([
    el("h3", { lang: langTag(answer.lang) }, answer.question),
    answer.caution && el("p", { class: "caution" }, answer.caution),
    el("div", { class: "body", lang: langTag(answer.lang) }, ...blocksOf(answer.blocks, base)),
    ...linksOf(answer.links, base),
    el("p", { class: "small" }, [
      answer.owner && `${t.owner}：${answer.owner}`,
      answer.reviewed_on && `${t.reviewed}：${answer.reviewed_on}`,
    ].filter(Boolean).join("　")),
    page && el("p", { class: "small" }, el("a", { href: page }, t.page), " ", copy),
    several && answer.contact && contactOf(answer.contact, t, base),
  ].filter(Boolean));
};

/** @param {Block[]} blocks @param {string} base @returns {Node[]} */
const blocksOf = (blocks, base) => {
  /** @type {Node[]} */
  const made = [];
  /** @type {HTMLElement | null} */
  let list = null;
  for (const block of blocks) {
    const runs = block.runs.flatMap((run) => runOf(run, base));
    if (!block.marker) {
      list = null;
      made.push(el("p", {}, ...runs));
      continue;
    }
    const ordered = block.marker !== "・";
    const tag = ordered ? "ol" : "ul";
    if (!list || list.localName !== tag || list.dataset.level !== String(block.level)) {
      list = el(tag, { "data-level": block.level, start: ordered ? parseInt(block.marker, 10) : null });
      made.push(list);
    }
    list.append(el("li", {}, ...runs));
  }
  return made;
};

/** @param {Run} run @param {string} base @returns {(Node | string)[]} */
const runOf = (run, base) => {
  const lines = run.text.split("\n").flatMap((line, at) => (at ? [el("br"), line] : [line]));
  const url = run.url && safeUrl(run.url, base);
  if (url) { return [el("a", { href: url }, ...lines)]; }
  return run.bold ? [el("strong", {}, ...lines)] : lines;
};

/** @param {PageLink[]} links @param {string} base @returns {Node[]} */
const linksOf = (links, base) => {
  const items = links.flatMap((link) => {
    const url = safeUrl(link.url, base);
    return url ? [el("li", {}, el("a", { href: url }, link.title))] : [];
  });
  return items.length ? [el("ul", { class: "links" }, ...items)] : [];
};

/** @param {Candidate[]} candidates @param {string} inquiry @param {Around} around */
export const choicesOf = (candidates, inquiry, around) => el("ul", { class: "choices" },
  ...candidates.map((one) => el("li", {}, button(one.question, () => around.choose(one, inquiry)))));

/** @param {NonNullable<Reply["ward_question"]>} question @param {Around} around */
const wardsOf = (question, around) => el("fieldset", {}, el("legend", {}, question.prompt),
  ...question.wards.map((ward) => button(ward.name, () => around.ask(ward.name))));

/** @param {Contact} contact @param {Strings} t @param {string} base */
export const contactOf = (contact, t, base) => {
  const url = contact.url && safeUrl(contact.url, base);
  return el("div", { class: "contact" },
    el("h3", {}, t.contact),
    el("p", { class: "name" }, url ? el("a", { href: url }, contact.name) : contact.name),
    contact.telephone && telOf(contact.telephone, contact.telephone, "tel"),
    contact.status && el("p", { class: contact.open_now ? "open" : "" }, contact.status),
    contact.hours && el("p", { class: "small" }, `${t.hours}：${contact.hours}`));
};

/** @param {string} label @param {string} telephone @param {string} name */
const telOf = (label, telephone, name) => el("p", { class: name },
  el("a", { href: `tel:${telephone.replace(/[^\d+#*]/g, "")}` }, label));

/** @param {Turn} turn @param {Around} around */
const feedbackOf = (turn, around) => {
  const { t } = around;
  const status = el("p", { class: "small", role: "status" });
  const reason = el("textarea", { rows: 2, maxlength: 500, "aria-label": t.why });
  const more = el("div", { hidden: true }, el("p", { class: "small" }, t.why), reason,
    button(t.send, () => give(false, reason.value)));
  const buttons = [true, false].map((helpful) => button(helpful ? t.yes : t.no, () => give(helpful)));
  const show = () => buttons.forEach((one, at) => one.setAttribute("aria-pressed", String(turn.helpful === !at)));
  const give = async (/** @type {boolean} */ helpful, /** @type {string} */ why = "") => {
    const kept = await around.feedback(turn, helpful, why);
    status.textContent = (kept ? t.thanks : t.failed) ?? "";
    if (kept) { more.hidden = helpful || Boolean(why); show(); }
  };
  show();
  return el("fieldset", { class: "feedback" }, el("legend", {}, t.helpful), ...buttons, more, status);
};
