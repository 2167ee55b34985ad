import type { Place } from "../state/place.ts";
import type { Folder } from "../state/worker/folders.ts";
import { say } from "../words/words.ts";

/** What a place is called; a label by its own name. */
export function placeTitle(place: Place, folders: readonly Folder[]): string {
  if (place.kind === "role") return say(`place.${place.role}`);
  if (place.kind === "label") return folders.find(({ id }) => id === place.id)?.name ?? "";
  return place.kind === "search" ? say("search.title") : say(`place.${place.kind}`);
}
