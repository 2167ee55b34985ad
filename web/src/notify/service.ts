/** The service worker's part in notifications: it alone shows them, so that no two pages tell of the same letter. */
import {
  codePath,
  type FromService,
  isKeptWords,
  isQuiet,
  type KeptCode,
  keep,
  type LetterToTell,
  readKept,
  type ToService,
  wordsPath,
} from "./told.ts";

interface Client {
  readonly visibilityState: string;
  focus(): Promise<unknown>;
  postMessage(message: FromService): void;
}

interface Shown {
  readonly tag: string;
  readonly data: unknown;
  close(): void;
}

interface Options {
  tag: string;
  body: string;
  icon: string;
  data: { path: string };
  silent?: boolean;
}

/** As much of a worker's scope as is used here (https://notifications.spec.whatwg.org/, https://w3c.github.io/push-api/). */
interface Scope {
  readonly navigator: { readonly userAgent: string };
  readonly clients: {
    matchAll(options: { type: "window"; includeUncontrolled: true }): Promise<readonly Client[]>;
    openWindow(path: string): Promise<unknown>;
  };
  readonly registration: {
    showNotification(title: string, options: Options): Promise<void>;
    getNotifications(): Promise<readonly Shown[]>;
  };
}

/** Of what is told without its sender: the next takes its place. */
const anyTag = "any";
const letterTag = "letter ";
/** Drawn from mark.svg: what is shown outside of pages takes no SVG. */
const icon = "/icons/mark.png";
/** So long an open page has to say what a letter is of which the push service has told. */
const patienceMs = 5_000;
/** Of what a page has told so shortly before, the push service tells too. */
const justNowMs = 30_000;

export interface Notifying {
  /** The push service has brought something. */
  pushed(text: string): Promise<void>;
  /** A page says something. */
  said(message: ToService): Promise<void>;
  pressed(notification: Shown): Promise<void>;
}

export function notifying(scope: Scope): Notifying {
  const { registration, clients, navigator } = scope;
  let lastSaidAtMs = Number.NEGATIVE_INFINITY;
  let waiting: (() => void)[] = [];

  const pages = () => clients.matchAll({ type: "window", includeUncontrolled: true });
  const show = (title: string, options: Omit<Options, "icon">) =>
    registration.showNotification(title, { ...options, icon });

  const closeAll = async (isMeant: (shown: Shown) => boolean) => {
    for (const shown of await registration.getNotifications()) if (isMeant(shown)) shown.close();
  };

  const showLetter = async ({ id, title, body, path }: LetterToTell) => {
    if ((await pages()).some(isLookedAt)) return;
    await closeAll(({ tag }) => tag === anyTag);
    await show(title, { tag: `${letterTag}${id}`, body, data: { path } });
  };

  const showAny = async () => {
    const words = await readKept(wordsPath, isKeptWords);
    // Who has left is told nothing; what the browser says then is its own.
    if (words === undefined) return;
    const silent = isQuiet(words.quiet, new Date());
    await show(words.title, { tag: anyTag, body: words.body, data: { path: "/inbox" }, silent });
  };

  /** A page that is open tells the server. */
  const keepCode = async (code: KeptCode) => {
    await keep(codePath, code);
    const open = await pages();
    for (const page of open) page.postMessage({ kind: "code" });
    const words = await readKept(wordsPath, isKeptWords);
    if (words === undefined || (open.length > 0 && !wantsEachShown(navigator.userAgent))) return;
    const data = { path: "/settings/notifications" };
    await show(words.proving, { tag: anyTag, body: words.body, data });
  };

  /** True when a page has said in good time what came, or that it is not to be told of. */
  const isSaid = async (): Promise<boolean> => {
    if (performance.now() - lastSaidAtMs < justNowMs) return true;
    return new Promise((answer) => {
      const timer = setTimeout(() => answer(false), patienceMs);
      waiting.push(() => {
        clearTimeout(timer);
        answer(true);
      });
    });
  };

  const heard = () => {
    lastSaidAtMs = performance.now();
    for (const tell of waiting) tell();
    waiting = [];
  };

  return {
    async pushed(text) {
      const code = codeIn(text);
      if (code !== undefined) return keepCode(code);
      const open = await pages();
      if (open.some(isLookedAt) && !wantsEachShown(navigator.userAgent)) return;
      if (open.length > 0 && (await isSaid())) {
        const isShown = (await registration.getNotifications()).some(({ tag }) => tag.startsWith(letterTag));
        if (isShown || !wantsEachShown(navigator.userAgent)) return;
      }
      await showAny();
    },
    async said(message) {
      if (message.kind === "looked") return closeAll(() => true);
      if (message.kind === "letter") await showLetter(message);
      heard();
    },
    async pressed(notification) {
      notification.close();
      const path = pathOf(notification.data);
      const open = await pages();
      const page = open.find(isLookedAt) ?? open[0];
      if (page === undefined) {
        await clients.openWindow(path);
        return;
      }
      page.postMessage({ kind: "open", path });
      await page.focus();
    },
  };
}

function isLookedAt({ visibilityState }: Client): boolean {
  return visibilityState === "visible";
}

/** Safari takes the permission away from whom it has pushed to a few times without a notification, page or no page. */
function wantsEachShown(userAgent: string): boolean {
  return /AppleWebKit/.test(userAgent) && !/Chrom|Edg/.test(userAgent);
}

/** Undefined for what only tells that something has come. */
function codeIn(text: string): KeptCode | undefined {
  const said: unknown = readJson(text);
  if (typeof said !== "object" || said === null || Reflect.get(said, "@type") !== "PushVerification")
    return undefined;
  return {
    id: String(Reflect.get(said, "pushSubscriptionId")),
    code: String(Reflect.get(said, "verificationCode")),
  };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Of this site alone: what begins with two slashes names another. */
function pathOf(data: unknown): string {
  const path: unknown = typeof data === "object" && data !== null ? Reflect.get(data, "path") : undefined;
  return typeof path === "string" && /^\/(?![/\\])/.test(path) ? path : "/inbox";
}
