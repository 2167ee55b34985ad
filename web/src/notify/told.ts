/** What pages and their service worker say to each other of notifications, and what the pages leave for it. */

/** A letter has come, and a page that has its keys tells what it is. */
export interface LetterToTell {
  kind: "letter";
  /** The same for the same letter: it is shown once, whoever tells of it. */
  id: string;
  title: string;
  body: string;
  /** Where it is read. */
  path: string;
}

export type ToService =
  | LetterToTell
  /** A letter has come, and is not to be told of. */
  | { kind: "untold" }
  /** Somebody looks at the page. */
  | { kind: "looked" };

export type FromService =
  /** A notification was pressed that leads there. */
  | { kind: "open"; path: string }
  /** What has come by the push service lies where `codePath` says. */
  | { kind: "code" };

export function isFromService(data: unknown): data is FromService {
  return typeof data === "object" && data !== null && "kind" in data;
}

/** Hours of the day as `22:00`, in which nothing is told; the first may be the later one. */
export interface QuietHours {
  from: string;
  to: string;
}

/** What the service worker says where no page is open: it knows of a letter that it has come, and nothing of what it says. */
export interface KeptWords {
  /** New message. */
  title: string;
  /** Whose. */
  body: string;
  /** When the push service comes through and no page is there that could tell the server. */
  proving: string;
  quiet: QuietHours | null;
}

/** The code that the server has sent by the push service (RFC 8620 §7.2.2). */
export interface KeptCode {
  id: string;
  code: string;
}

/** Of the browser's caches one that is no version of the client: pages and service worker both reach it. */
export const place = "notifications of posthorn";
export const wordsPath = "/notifications/words";
export const codePath = "/notifications/code";

/** Undefined where nothing is kept. */
export async function readKept<Value>(
  path: string,
  isValue: (value: unknown) => value is Value,
): Promise<Value | undefined> {
  const found = await (await caches.open(place)).match(path);
  const value: unknown = await found?.json();
  return isValue(value) ? value : undefined;
}

export async function keep(path: string, value: KeptWords | KeptCode): Promise<void> {
  await (await caches.open(place)).put(path, new Response(JSON.stringify(value)));
}

export function isKeptWords(value: unknown): value is KeptWords {
  return typeof value === "object" && value !== null && "title" in value && "quiet" in value;
}

export function isKeptCode(value: unknown): value is KeptCode {
  return typeof value === "object" && value !== null && "code" in value && "id" in value;
}

/** Whether it is within these hours, by the clock of whoever reads. */
export function isQuiet(hours: QuietHours | null, at: Date): boolean {
  if (hours === null) return false;
  const now = `${String(at.getHours()).padStart(2, "0")}:${String(at.getMinutes()).padStart(2, "0")}`;
  const { from, to } = hours;
  return from <= to ? from <= now && now < to : from <= now || now < to;
}
