/** Texts that somebody writes again and again, each a setting of its own: sealed, and on all devices. */
import { doSettings, hasRoomFor, readSettings } from "@posthorn/client";
import { fail, uuidV7 } from "@posthorn/protocol";
import { numberOf } from "./acts-kept.ts";
import type { Desk } from "./desk.ts";

export interface Template {
  /** Names it among the settings. */
  id: string;
  /** One line. */
  name: string;
  /** In Markdown, as letters are. */
  text: string;
}

const prefix = "template";

/** By their names. Null for an account without keys, which keeps nothing sealed. */
export async function readTemplates({ mail }: Desk): Promise<Template[] | null> {
  if ((await mail.session.keys.findRootSecret()) === undefined) return null;
  const settings = Object.entries(await readSettings(mail));
  return settings
    .flatMap(([id, value]) =>
      id.startsWith(prefix) && typeof value === "string" ? [templateOf(id, value)] : [],
    )
    .sort((a, b) => a.name.localeCompare(b.name) || a.id.localeCompare(b.id));
}

/** A new one has no id. Gives the number by which it is taken back, null when nothing has changed. Throws ProblemError `tooLarge`. */
export async function keepTemplate(
  desk: Desk,
  { id, name, text, label }: { id: string | null; name: string; text: string; label: string },
): Promise<number | null> {
  const { mail } = desk;
  const { clock, randomBytes } = mail.session.platform;
  const newId = `${prefix}${uuidV7(clock.now(), randomBytes(16)).replaceAll("-", "")}`;
  const change = { [id ?? newId]: `${oneLine(name)}\n${text}` };
  if (!hasRoomFor(await readSettings(mail), change)) {
    fail("tooLarge", "There is no room for more templates. Shorten this one, or remove another.");
  }
  return numberOf(desk, doSettings(mail, label, change));
}

/** Gives the number by which it comes back. */
export function dropTemplate(
  desk: Desk,
  { id, label }: { id: string; label: string },
): Promise<number | null> {
  return numberOf(desk, doSettings(desk.mail, label, { [id]: undefined }));
}

function templateOf(id: string, value: string): Template {
  const end = value.indexOf("\n");
  return { id, name: value.slice(0, end), text: value.slice(end + 1) };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
