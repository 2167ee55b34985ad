/** Keeping the client itself in the browser, and asking before another version takes its place. */
import { scriptUrl } from "./trusted.ts";

/**
 * Registers the service worker. `onNewer` is told when another version is ready; what it is given loads the page anew with it.
 * Where a browser has none, or trusts the page too little, the client works without.
 */
export async function keepSite(onNewer: (useIt: () => void) => void): Promise<void> {
  const { serviceWorker } = navigator;
  if (serviceWorker === undefined) return;
  try {
    const registration = await serviceWorker.register(scriptUrl(new URL("/sw.js", location.href)));
    const tell = (worker: ServiceWorker | null) => {
      // The first that there ever was takes nobody's place.
      if (worker === null || serviceWorker.controller === null) return;
      onNewer(() => {
        serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
        worker.postMessage("useThisVersion");
      });
    };
    tell(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const { installing } = registration;
      installing?.addEventListener("statechange", () => {
        if (installing.state === "installed") tell(installing);
      });
    });
  } catch (error) {
    console.info("This browser does not keep the client:", error);
  }
}
