import { showSeal } from "./seal/show-seal.ts";
import { showSearch } from "./search/show-search.ts";
import { showDelivery, showGrowth } from "./show.ts";
import { type Results, summarise } from "./summary.ts";
import { showSync } from "./sync/show-sync.ts";
import { showWeb } from "./web/show-web.ts";

/** All that was measured: tables, and with `json` one JSON object as the last line. */
export function report(results: Results, { json }: { json: boolean }): string {
  const { delivery, growth, seal, sync, search, web } = results;
  const parts = [
    ...(delivery === undefined ? [] : [showDelivery(delivery)]),
    ...(growth === undefined ? [] : [showGrowth(growth)]),
    ...(seal === undefined ? [] : [showSeal(seal)]),
    ...(sync === undefined ? [] : [showSync(sync)]),
    ...(search === undefined ? [] : [showSearch(search)]),
    ...(web === undefined ? [] : [showWeb(web)]),
    ...(json ? [JSON.stringify(summarise(results))] : []),
  ];
  return parts.join("\n\n");
}
