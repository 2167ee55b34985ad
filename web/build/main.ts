/** Builds the web client where `posthorn serve` looks for it. */
import { buildSite } from "./build-site.ts";

await buildSite();
