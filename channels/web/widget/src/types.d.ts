declare const VERSION: string;
declare module "*.css" {
  const text: string;
  export default text;
}
interface Run { text: string; bold: boolean; url: string }
interface Block { marker: string; level: number; runs: Run[] }
interface PageLink { title: string; url: string }
interface Contact {
  name: string; telephone: string; hours: string; open_now: boolean; status: string; url: string;
}
interface Answer {
  entry_id: string; question: string; blocks: Block[]; owner: string; links: PageLink[];
  reviewed_on: string | null; lang: string; caution: string; contact: Contact | null; page: string;
}
interface Candidate { entry_id: string; question: string }
interface Reply {
  inquiry_id: string; kind: "answered" | "unsure" | "unanswered" | "fixed";
  answers: Answer[]; candidates: Candidate[];
  clarification: { prompt: string; choices: { label: string; candidates: Candidate[] }[] } | null;
  prompt: string | null; prompt_lang: string; contact: Contact | null;
  emergency: { name: string; telephone: string }[]; urgent: boolean; sentence: string | null; private: boolean;
  links: PageLink[]; ward: string | null;
  ward_question: { prompt: string; wards: { id: string; name: string }[] } | null;
  unfound: { prompt: string; parts: string[] } | null;
  days: { text: string }[]; notices: Notice[];
}
interface Notice { id: string; level: "info" | "warning" | "danger"; text: string; lang: string }
interface Topic { topic: string; entries: Candidate[] }
interface Site {
  city: string; greeting: string; privacy: string; lang: string; contact: Contact | null;
  notices: Notice[];
}
type Strings = Record<string, string>;
interface Turn { asked: string; reply: Reply | null; lang: string; helpful?: boolean }
