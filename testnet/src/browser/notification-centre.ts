/**
 * A place for notifications in a browser without a window, which has none and lets nobody show any: permissions, what is shown,
 * and whether somebody looks are laid under the pages and their service worker. What they do with these is their own.
 */
import type { BrowserContext, Page, Worker } from "playwright-core";

interface Told {
  title: string;
  body: string;
  tag: string;
  silent: boolean;
}

type Permission = "default" | "granted" | "denied";

/** What the pages are answered; to be called before a page is loaded. `asked` is what somebody answers when they are asked. */
export async function allowNotifications(
  context: BrowserContext,
  { now, asked }: { now: Permission; asked: Permission },
): Promise<void> {
  await context.addInitScript(
    (answers) => {
      const place = "test.permission";
      const read = () => localStorage.getItem(place) ?? answers.now;
      Object.defineProperty(Notification, "permission", { get: read });
      Notification.requestPermission = async () => {
        if (read() === "default" && answers.asked !== "default") localStorage.setItem(place, answers.asked);
        return read() === "granted" ? "granted" : "denied";
      };
    },
    { now, asked },
  );
}

export interface NotificationCentre {
  /** What is to be seen there now. */
  shown(): Promise<Told[]>;
  /** Somebody presses the one with this title. */
  press(title: string): Promise<void>;
  /** The pages are looked at, or are not. */
  look(isLooking: boolean): Promise<void>;
  /** The push service brings something. */
  push(data: object): Promise<void>;
  /** The pages that were opened by a press. */
  opened(): Promise<string[]>;
  /** From now on what the push service brings comes by the tools of this page: the one before is to be closed. */
  toolsAt(page: Page): Promise<void>;
}

/** Of the service worker that this page is controlled by. */
export async function openNotificationCentre(page: Page): Promise<NotificationCentre> {
  const context = page.context();
  const registrations = new Map<string, string>();
  const openTools = async (at: Page) => {
    const opened = await context.newCDPSession(at);
    opened.on("ServiceWorker.workerRegistrationUpdated", (updated) => {
      for (const { registrationId, scopeURL } of updated.registrations)
        registrations.set(new URL(scopeURL).origin, registrationId);
    });
    await opened.send("ServiceWorker.enable");
    return opened;
  };
  let tools = await openTools(page);
  await page.waitForFunction("navigator.serviceWorker.controller !== null");
  const { origin } = new URL(page.url());
  const worker = workerOf(context, origin);
  await worker.evaluate(centreOfWorker);
  await context.exposeFunction("centreTags", () =>
    worker.evaluate<string[]>("centre.all.map(({ tag }) => tag)"),
  );
  await context.exposeFunction("centreClose", (tag: string) =>
    worker.evaluate(`centre.all = centre.all.filter((one) => one.tag !== ${JSON.stringify(tag)})`),
  );
  await context.addInitScript(centreOfPage);
  await page.evaluate(centreOfPage);
  return {
    shown: () => worker.evaluate<Told[]>("centre.shown()"),
    press: (title) => worker.evaluate(`centre.press(${JSON.stringify(title)})`),
    async look(isLooking) {
      const state = isLooking ? "visible" : "hidden";
      await worker.evaluate(`centre.visibility = "${state}"`);
      for (const open of context.pages()) {
        await open.evaluate((now) => {
          Object.defineProperty(document, "visibilityState", { configurable: true, get: () => now });
          document.dispatchEvent(new Event("visibilitychange"));
        }, state);
      }
    },
    opened: () => worker.evaluate<string[]>("centre.opened"),
    async toolsAt(other) {
      tools = await openTools(other);
    },
    async push(data) {
      const registrationId = registrations.get(origin) ?? "";
      await tools.send("ServiceWorker.deliverPushMessage", {
        origin,
        registrationId,
        data: JSON.stringify(data),
      });
    },
  };
}

/** Hours that it is within, by this machine's clock, which the browser goes by too. */
export function hoursAroundNow(): { from: string; to: string } {
  const at = (hour: number) => `${String(hour % 24).padStart(2, "0")}:00`;
  const hour = new Date().getHours();
  return { from: at(hour + 23), to: at(hour + 2) };
}

function workerOf(context: BrowserContext, origin: string): Worker {
  const found = context.serviceWorkers().findLast((one) => new URL(one.url()).origin === origin);
  if (found === undefined) throw new Error(`${origin} has no service worker.`);
  return found;
}

/** Runs in pages, which see and close what their service worker shows. */
const centreOfPage = `
  ServiceWorkerRegistration.prototype.getNotifications = async () =>
    (await centreTags()).map((tag) => ({ tag, close: () => void centreClose(tag) }));
`;

/** Runs in the service worker. */
const centreOfWorker = `
  self.centre = {
    all: [],
    visibility: "visible",
    opened: [],
    shown: () => centre.all.map(({ title, body, tag, silent }) => ({ title, body, tag, silent: silent === true })),
    press: async (title) => {
      const notification = centre.all.find((one) => one.title === title);
      const event = new ExtendableEvent("notificationclick");
      let work = Promise.resolve();
      Object.defineProperty(event, "notification", { value: notification });
      Object.defineProperty(event, "waitUntil", { value: (done) => { work = done; } });
      self.dispatchEvent(event);
      await work;
    },
  };
  Object.assign(ServiceWorkerRegistration.prototype, {
    async showNotification(title, options) {
      const close = () => { centre.all = centre.all.filter((one) => one !== made); };
      const made = { title, ...options, close };
      centre.all = [...centre.all.filter(({ tag }) => tag !== options.tag), made];
    },
    getNotifications: async () => centre.all,
  });
  Object.defineProperty(WindowClient.prototype, "visibilityState", { get: () => centre.visibility });
  WindowClient.prototype.focus = async () => undefined;
  Clients.prototype.openWindow = async (path) => { centre.opened.push(path); };
`;
