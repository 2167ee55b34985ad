/** How this device shows things: kept here and not with the account, for another screen wants another look. */
import { useSyncExternalStore } from "react";
import { type CommandId, isCommandId, type Preset, presets } from "./command-table.ts";

export const themes = ["system", "light", "dark"] as const;
export const densities = ["comfortable", "cozy", "compact"] as const;
export const textSizes = [90, 100, 110, 120, 130] as const;

/** Of the list beside what is read, in pixels. */
export const listWidths = { least: 340, usual: 400, most: 560 } as const;

export const afterArchives = ["older", "newer", "list"] as const;

export interface Look {
  theme: (typeof themes)[number];
  density: (typeof densities)[number];
  /** Of everything, in percent. */
  textSize: number;
  /** Undefined for the browser's own. */
  language: string | undefined;
  /** Whose keys are the usual ones. */
  preset: Preset;
  /** Keys of somebody's own, which go before those of the preset. */
  ownKeys: Readonly<Partial<Record<CommandId, readonly string[]>>>;
  /** Letters are written as Markdown, and not as they will look. */
  isPlainText: boolean;
  /** The mailboxes are out of sight, where there is room for them. */
  isSidebarFolded: boolean;
  listWidth: number;
  /** The list has all the room, one line a row, and what is opened takes its place. */
  isListWide: boolean;
  /** What is shown when the conversation that is open has been put away. */
  afterArchive: (typeof afterArchives)[number];
}

const usual: Look = {
  theme: "system",
  density: "comfortable",
  textSize: 100,
  language: undefined,
  preset: "gmail",
  ownKeys: {},
  isPlainText: false,
  isSidebarFolded: false,
  listWidth: listWidths.usual,
  isListWide: false,
  afterArchive: "older",
};
const place = "posthorn.look";
const listeners = new Set<() => void>();
let look: Look | undefined;

export function keptLook(): Look {
  look ??= readLook();
  return look;
}

function readLook(): Look {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place) ?? "{}");
    if (typeof kept !== "object" || kept === null) return usual;
    return {
      theme: oneOf(Reflect.get(kept, "theme"), themes, usual.theme),
      density: oneOf(Reflect.get(kept, "density"), densities, usual.density),
      textSize: textSizes.find((size) => size === Reflect.get(kept, "textSize")) ?? usual.textSize,
      language: stringOr(Reflect.get(kept, "language")),
      preset: oneOf(Reflect.get(kept, "preset"), presets, usual.preset),
      ownKeys: keysOr(Reflect.get(kept, "ownKeys")),
      isPlainText: Reflect.get(kept, "isPlainText") === true,
      isSidebarFolded: Reflect.get(kept, "isSidebarFolded") === true,
      listWidth: widthOr(Reflect.get(kept, "listWidth")),
      isListWide: Reflect.get(kept, "isListWide") === true,
      afterArchive: oneOf(Reflect.get(kept, "afterArchive"), afterArchives, usual.afterArchive),
    };
  } catch {
    // What is kept there is not ours, or nothing may be kept.
    return usual;
  }
}

function oneOf<Word extends string>(value: unknown, words: readonly Word[], otherwise: Word): Word {
  return words.find((word) => word === value) ?? otherwise;
}

function stringOr(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function widthOr(value: unknown): number {
  const { least, usual, most } = listWidths;
  return typeof value === "number" && value >= least && value <= most ? value : usual;
}

function keysOr(value: unknown): Look["ownKeys"] {
  const own: Partial<Record<CommandId, readonly string[]>> = {};
  if (typeof value !== "object" || value === null) return own;
  for (const [id, keys] of Object.entries(value)) {
    if (!isCommandId(id) || !Array.isArray(keys)) continue;
    own[id] = keys.filter((key): key is string => typeof key === "string");
  }
  return own;
}

export function changeLook(changes: Partial<Look>): void {
  look = { ...keptLook(), ...changes };
  try {
    localStorage.setItem(place, JSON.stringify(look));
  } catch {
    // It holds until the page is closed.
  }
  applyLook();
  for (const listener of listeners) listener();
}

export function useLook(): Look {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, keptLook);
}

/** Onto the page itself, before anything is drawn. */
export function applyLook(): void {
  const { theme, density, textSize, listWidth } = keptLook();
  const { dataset, style } = document.documentElement;
  if (theme === "system") delete dataset.theme;
  else dataset.theme = theme;
  dataset.density = density;
  style.setProperty("--zoom", String(textSize / 100));
  style.setProperty("--list", `${listWidth}px`);
}
