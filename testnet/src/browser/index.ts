/** A real browser for tests and measurements, and pages of our sources to open in it. Apart, because its tools are large. */
export { type ServedBundle, serveBundle } from "./bundle.ts";
export { type OpenPage, openBrowser, openPage } from "./open-browser.ts";
