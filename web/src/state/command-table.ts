/**
 * Everything that a key or the palette can do, by its name, with its keys. Whoever can do it says so with `useCommands`
 * (commands.ts). Gmail's keys are the usual ones; other presets say where they differ.
 */
import { canBind } from "./key-names.ts";

/** Under which heading of the list of keys it stands. What is in `compose` works in a composer alone, even while typing. */
export type CommandGroup = "move" | "select" | "act" | "read" | "write" | "compose" | "go" | "app";

export const presets = ["gmail", "superhuman", "fastmail", "off"] as const;
export type Preset = (typeof presets)[number];

export interface CommandEntry {
  readonly group: CommandGroup;
  /** As `keyOf` writes them; after a blank comes the second key of two. */
  readonly keys: readonly string[];
  readonly superhuman?: readonly string[];
  readonly fastmail?: readonly string[];
  /** It works in a text field too. */
  readonly whileTyping?: boolean;
}

const table = {
  next: { group: "move", keys: ["j", "ArrowDown"] },
  previous: { group: "move", keys: ["k", "ArrowUp"] },
  open: { group: "move", keys: ["o", "Enter"], superhuman: ["Enter", "o"] },
  back: { group: "move", keys: ["u", "Escape"], superhuman: ["Escape"] },

  select: { group: "select", keys: ["x"] },
  selectNext: { group: "select", keys: ["Shift+j", "Shift+ArrowDown"] },
  selectPrevious: { group: "select", keys: ["Shift+k", "Shift+ArrowUp"] },
  selectAll: { group: "select", keys: ["* a", "Mod+a"] },
  selectNone: { group: "select", keys: ["* n"] },
  selectRead: { group: "select", keys: ["* r"] },
  selectUnread: { group: "select", keys: ["* u"] },
  selectStarred: { group: "select", keys: ["* s"] },

  archive: { group: "act", keys: ["e", "y"], fastmail: ["y"] },
  archiveNext: { group: "act", keys: ["]"] },
  archivePrevious: { group: "act", keys: ["["] },
  toInbox: { group: "act", keys: [] },
  trash: { group: "act", keys: ["#", "Delete"], fastmail: ["#", "d", "Delete"] },
  junk: { group: "act", keys: ["!"] },
  star: { group: "act", keys: ["s"], fastmail: ["."] },
  snooze: { group: "act", keys: ["b", "h"], superhuman: ["h", "b"] },
  mute: { group: "act", keys: ["m"], fastmail: [] },
  label: { group: "act", keys: ["l"] },
  move: { group: "act", keys: ["v"], fastmail: ["m"] },
  markRead: { group: "act", keys: ["Shift+i"] },
  markUnread: { group: "act", keys: ["Shift+u"], superhuman: ["u", "Shift+u"] },
  more: { group: "act", keys: [".", "Shift+F10"], fastmail: ["Shift+F10"] },
  undo: { group: "act", keys: ["z", "Mod+z"] },

  nextMessage: { group: "read", keys: ["n"] },
  previousMessage: { group: "read", keys: ["p"] },
  expandAll: { group: "read", keys: [";"], fastmail: ["e"] },
  collapseAll: { group: "read", keys: [":"] },

  compose: { group: "write", keys: ["c"] },
  composePage: { group: "write", keys: ["d"], fastmail: [] },
  reply: { group: "write", keys: ["r"] },
  replyAll: { group: "write", keys: ["a", "Shift+r"], superhuman: ["a", "Shift+r"] },
  forward: { group: "write", keys: ["f"] },

  send: { group: "compose", keys: ["Mod+Enter"], whileTyping: true },
  sendAndArchive: { group: "compose", keys: ["Mod+Shift+Enter"], whileTyping: true },
  showCc: { group: "compose", keys: ["Mod+Shift+c"], whileTyping: true },
  discard: { group: "compose", keys: ["Mod+Shift+d"], whileTyping: true },
  bold: { group: "compose", keys: ["Mod+b"], whileTyping: true },
  italic: { group: "compose", keys: ["Mod+i"], whileTyping: true },
  link: { group: "compose", keys: ["Mod+k"], whileTyping: true },
  template: { group: "compose", keys: [], whileTyping: true },

  goInbox: { group: "go", keys: ["g i", "g m"] },
  goStarred: { group: "go", keys: ["g s"] },
  goDrafts: { group: "go", keys: ["g d"] },
  goSent: { group: "go", keys: ["g t"] },
  goAll: { group: "go", keys: ["g a"] },
  goScreener: { group: "go", keys: ["g e"] },
  goLater: { group: "go", keys: ["g l"] },
  goPeople: { group: "go", keys: ["g p"] },
  goSettings: { group: "go", keys: ["g ,"] },

  search: { group: "app", keys: ["/"] },
  palette: { group: "app", keys: ["Mod+k", "Mod+Shift+p"], whileTyping: true },
  help: { group: "app", keys: ["?"] },
  sidebar: { group: "app", keys: ["\\"] },
  nextPart: { group: "app", keys: ["F6"], whileTyping: true },
  previousPart: { group: "app", keys: ["Shift+F6"], whileTyping: true },
} satisfies Readonly<Record<string, CommandEntry>>;

export type CommandId = keyof typeof table;

export const commandTable: Readonly<Record<CommandId, CommandEntry>> = table;

export const commandIds: readonly CommandId[] = Object.keys(table).filter(isCommandId);

export function isCommandId(text: string): text is CommandId {
  return Object.hasOwn(table, text);
}

/** The keys of each command: those of the preset, and over them what somebody has chosen for themselves. */
export function boundKeys(
  preset: Preset,
  own: Readonly<Partial<Record<CommandId, readonly string[]>>>,
): ReadonlyMap<CommandId, readonly string[]> {
  return new Map(commandIds.map((id) => [id, ownOf(own[id]) ?? keysIn(preset, commandTable[id])] as const));
}

/** A key that was given to it before it was known to be needed by the page counts for nothing. */
function ownOf(keys: readonly string[] | undefined): readonly string[] | undefined {
  return keys?.every(canBind) === true ? keys : undefined;
}

function keysIn(preset: Preset, entry: CommandEntry): readonly string[] {
  // Whoever speaks to a computer needs single letters off; what is pressed with Ctrl stays.
  if (preset === "off") return entry.keys.filter((key) => !isSingle(key));
  return (preset === "gmail" ? undefined : entry[preset]) ?? entry.keys;
}

/** Whether it is, or begins with, one character alone. */
function isSingle(key: string): boolean {
  const [first = ""] = key.split(" ");
  return [...first.replace(/^Shift\+/, "")].length === 1;
}

/** Commands that have a key in common, where both could be meant by it. */
export function findConflicts(
  bound: ReadonlyMap<CommandId, readonly string[]>,
): ReadonlyMap<CommandId, readonly CommandId[]> {
  const conflicts = new Map<CommandId, CommandId[]>();
  for (const [id, keys] of bound) {
    const isComposing = commandTable[id].group === "compose";
    const others = [...bound].filter(
      ([other, theirs]) =>
        other !== id &&
        (commandTable[other].group === "compose") === isComposing &&
        theirs.some((key) => keys.some((mine) => areClose(mine, key))),
    );
    if (others.length > 0)
      conflicts.set(
        id,
        others.map(([other]) => other),
      );
  }
  return conflicts;
}

/** The same, or one the beginning of the other, which would then never come to its second key. */
function areClose(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b} `) || b.startsWith(`${a} `);
}
