/** Keys by name: as they are pressed, as they are written in the table of commands, and as they are shown. */

/** What `keyOf` needs of a keyboard event. */
export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
  /** AltGr is pressed, by which some keyboards write characters that others have a key for. */
  readonly isAltGraph: boolean;
}

/** Pressed to hold others, or to write an accent: no key by itself. */
const silent: ReadonlySet<string> = new Set([
  "Shift",
  "Control",
  "Alt",
  "Meta",
  "AltGraph",
  "CapsLock",
  "Dead",
  "Process",
  "Unidentified",
]);

/**
 * The name of what was pressed, such as `j`, `Shift+j`, `#`, `Mod+Shift+Enter`; undefined for what is no key by itself. It is
 * what the key writes, wherever it lies. `Mod` is ⌘ on a Mac and Ctrl elsewhere.
 */
export function keyOf(pressed: Pressed, isMac: boolean): string | undefined {
  const { key, isAltGraph } = pressed;
  if (key === "" || silent.has(key)) return undefined;
  const isMod = (isMac ? pressed.metaKey : pressed.ctrlKey) && !isAltGraph;
  const isOther = (isMac ? pressed.ctrlKey : pressed.metaKey) && !isAltGraph;
  const isOne = [...key].length === 1;
  // With Alt it is the window's, but for the signs that a Mac writes by it.
  const isWindows = pressed.altKey && !isAltGraph && !(isMac && isOne && !isMod);
  if (isOther || isWindows) return undefined;
  const isLetter = isOne && key.toLowerCase() !== key.toUpperCase();
  const name = isLetter ? key.toLowerCase() : key === " " ? "Space" : key;
  // A sign tells by itself that Shift was needed for it, where it was.
  const isShift = pressed.shiftKey && (isLetter || !isOne || key === " ");
  return `${isMod ? "Mod+" : ""}${isShift ? "Shift+" : ""}${name}`;
}

const signs: Readonly<Record<string, string>> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Delete: "Del",
};

/** As they stand on the caps of a Mac; elsewhere they have names. */
const macSigns: Readonly<Record<string, string>> = { ...signs, Enter: "↵", Shift: "⇧", Mod: "⌘" };

/** As it stands on a key cap: `⌘⇧K`, `Ctrl+Shift+K`, `g i`. */
export function showKey(key: string, isMac: boolean): string {
  return key
    .split(" ")
    .map((part) => {
      const names = part === "+" ? ["+"] : part.split("+");
      const isLarge = names.length > 1;
      const shown = names.map((name) =>
        isMac
          ? (macSigns[name] ?? capOf(name, isLarge))
          : (signs[name] ?? pcNames[name] ?? capOf(name, isLarge)),
      );
      return shown.join(isMac ? "" : "+");
    })
    .join(" ");
}

const pcNames: Readonly<Record<string, string>> = { Mod: "Ctrl" };

function capOf(name: string, isLarge: boolean): string {
  return isLarge && [...name].length === 1 ? name.toUpperCase() : name;
}

/** These go through a page, press what has the focus and scroll: they stay what they are, and nobody is shut in by a key. */
const ofThePage = /^(?:Shift\+)?(?:Tab|Enter|Space|Arrow(?:Up|Down|Left|Right)|Escape)$/;

/** Whether a key can be given to a command. */
export function canBind(key: string): boolean {
  return !ofThePage.test(key);
}

/** As `aria-keyshortcuts` wants it, which has no words for keys that follow one another. */
export function spokenKey(key: string, isMac: boolean): string | undefined {
  if (key.includes(" ")) return undefined;
  return key.replaceAll("Mod+", isMac ? "Meta+" : "Control+").replace(/^\+$/, "Plus");
}
