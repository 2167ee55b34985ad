/** Keeping the client itself in the browser, and asking before another version takes its place. */
import { noteNewer } from "./newer-version.ts";
import { scriptUrl } from "./trusted.ts";

const lookEveryMs = 3_600_000;
/** Who goes from tab to tab asks no more often. */
const lookAtMostMs = 60_000;

const { promise: siteKept, resolve: tellKept } = Promise.withResolvers<boolean>();

/** Whether this browser keeps the client; resolves when that has been tried. */
export { siteKept };

/**
 * Registers the service worker, and looks for newer versions each hour and when somebody comes back to the page. Where a
 * browser has none, or trusts the page too little, the client works without.
 */
export async function keepSite(): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) return tellKept(false);
  try {
    takeNote(serviceWorker);
    const registration = await serviceWorker.register(scriptUrl(new URL("/sw.js", location.href)));
    tellKept(true);
    offer(serviceWorker, registration.waiting);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => {
        if (installing.state === "installed") offer(serviceWorker, installing);
      });
    });
    keepLooking(registration);
    (await serviceWorker.ready).active?.postMessage("pageIsHere");
  } catch (error) {
    tellKept(false);
    console.info("This browser does not keep the client:", error);
  }
}

function offer(serviceWorker: ServiceWorkerContainer, worker: ServiceWorker | null): void {
  // The first that there ever was takes nobody's place.
  if (worker === null || serviceWorker.controller === null) return;
  noteNewer(() => {
    serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    worker.postMessage("useThisVersion");
  });
}

/** When another tab has taken the newer version, this one goes on with what it has until somebody wants the newer here too. */
function takeNote(serviceWorker: ServiceWorkerContainer): void {
  let isKept = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (isKept) noteNewer(() => location.reload());
    isKept = true;
  });
}

function keepLooking(registration: ServiceWorkerRegistration): void {
  let lookedAtMs = performance.now();
  const look = () => {
    lookedAtMs = performance.now();
    // Without a network there is nothing newer to be had.
    registration.update().catch(() => undefined);
  };
  setInterval(look, lookEveryMs);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && performance.now() - lookedAtMs > lookAtMostMs) look();
  });
}
