/** A real browser for tests and measurements, and pages of our sources to open in it. Apart, because its tools are large. */
export { type BundledFiles, bundlePage, type ServedBundle, serveBundle } from "./bundle.ts";
export {
  allReceived,
  caretIn,
  composer,
  discardAll,
  hasCount,
  hasFocus,
  hasValue,
  letterText,
  received,
  writeTo,
} from "./composing.ts";
export {
  allowNotifications,
  hoursAroundNow,
  type NotificationCentre,
  openNotificationCentre,
} from "./notification-centre.ts";
export { type OpenPage, openAppPage, openBrowser, openPage } from "./open-browser.ts";
export { pressInRow, withoutNetwork } from "./pointing.ts";
export { caretGoes, drop, paste } from "./rich-letters.ts";
export { openSettings } from "./settings.ts";
export { startNotified } from "./start-notified.ts";
export { swipe, touch } from "./touching.ts";
export { startWebClients, type WebClient, type WebClients } from "./web-client.ts";
export { startWriters } from "./writers.ts";
