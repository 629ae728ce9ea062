// The widget's own words. What the city says comes from the city; other languages are fetched.

/** @type {Record<string, Strings>} */
const BASE = {
  ja: {
    launch: "質問する", title: "質問と回答", close: "閉じる", ask: "質問する", input: "質問を書いてください",
    you: "あなたの質問", asking: "答えを探しています", arrived: "回答が届きました。",
    hours: "受付時間", owner: "担当", reviewed: "確認日", page: "この回答のページ", copy: "アドレスをコピー",
    copied: "コピーしました", near: "近い質問", topics: "話題から探す", contact: "お問い合わせ先",
    helpful: "お役に立ちましたか", yes: "はい", no: "いいえ", why: "よければ、足りなかったことを教えてください（個人が分かることは書かないでください）",
    send: "送る", thanks: "ありがとうございました", clear: "会話を消す",
    large: "文字を大きく", language: "ことば", print: "印刷", menu: "メニュー", leave: "画面を消す",
    notKept: "書かれたことは、市の記録に残しません。",
    offline: "インターネットにつながっていないようです。つながってから、もう一度送ってください。",
    busy: "ただいま混み合っています。少し待ってから、もう一度送ってください。",
    failed: "送れませんでした。もう一度送るか、電話でお尋ねください。",
    slow: "まだ探しています。もう少しお待ちください。",
    suggestions: "質問の候補", found: "件の候補", full: "大きな画面で質問する",
    info: "お知らせ", warning: "注意", danger: "緊急", japanese: "日本語のページ",
  },
  en: {
    launch: "Ask us", title: "Questions and answers", close: "Close", ask: "Ask", input: "Type your question",
    you: "Your question", asking: "Looking for an answer", arrived: "An answer has arrived. ",
    hours: "Hours", owner: "Office in charge", reviewed: "Reviewed", page: "Page of this answer", copy: "Copy the address",
    copied: "Copied", near: "Related questions", topics: "Browse topics", contact: "Contact",
    helpful: "Did this help?", yes: "Yes", no: "No", why: "If you like, tell us what was missing (nothing that identifies a person, please)",
    send: "Send", thanks: "Thank you", clear: "Erase this conversation",
    large: "Larger text", language: "Language", print: "Print", menu: "Menu", leave: "Clear the screen",
    notKept: "What you wrote is not kept in the city's records.",
    offline: "You seem to be offline. Please send it again when you are connected.",
    busy: "We are busy just now. Please wait a little and send it again.",
    failed: "It could not be sent. Please send it again, or call us.",
    slow: "Still looking. Please wait a little longer.",
    suggestions: "Suggested questions", found: " suggestions", full: "Ask on a full page",
    info: "Notice", warning: "Caution", danger: "Emergency", japanese: "Page in Japanese",
  },
};

/** Languages to choose from, each by its own name. */
export const LANGUAGES = [
  ["ja", "日本語"], ["easy", "やさしい日本語"], ["en", "English"], ["zh", "中文"], ["ko", "한국어"],
];

/**
 * Return the words of a language, fetched where they are not part of the bundle.
 * @param {string} lang @param {string} base @returns {Promise<Strings>}
 */
export const stringsOf = async (lang, base) => {
  const known = BASE[lang];
  if (known) { return known; }
  try {
    const response = await fetch(`${base}/widget/strings/${lang}.json`, { credentials: "omit" });
    if (response.ok) { return { ...BASE.ja, ...await response.json() }; }
  } catch { /* the Japanese words will do */ }
  return /** @type {Strings} */ (BASE.ja);
};

/** @returns {Strings} */
export const firstStrings = (/** @type {string} */ lang) => /** @type {Strings} */ (BASE[lang] ?? BASE.ja);

/** The language a text is marked with: easy Japanese is Japanese. */
export const langTag = (/** @type {string} */ lang) => (lang === "easy" ? "ja" : lang);
