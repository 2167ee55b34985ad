/** What can be set, by topic, for whoever lists or finds it: the page of settings and the palette. */
import type { IconName } from "../ui/icon.tsx";

export const settingsTopics = [
  { id: "profile", icon: "person", rows: ["name", "signature", "undo"] },
  {
    id: "appearance",
    icon: "sun",
    rows: ["theme", "density", "wideList", "textSize", "language", "afterArchive"],
  },
  { id: "keyboard", icon: "keyboard", rows: ["keys"] },
  { id: "notifications", icon: "bell", rows: ["notifications", "toldOf", "quiet"] },
  { id: "identities", icon: "envelope", rows: ["identities"] },
  { id: "templates", icon: "template", rows: ["templates"] },
  { id: "labels", icon: "label", rows: ["labels"] },
  { id: "rules", icon: "list", rows: ["rules"] },
  { id: "away", icon: "clock", rows: ["away"] },
  { id: "screener", icon: "screener", rows: ["screening", "decided"] },
  { id: "privacy", icon: "lock", rows: ["sees", "consent"] },
  { id: "devices", icon: "devices", rows: ["devices"] },
  { id: "recovery", icon: "key", rows: ["oldMail", "testPhrase", "newPhrase", "password", "leak"] },
  { id: "import", icon: "download", rows: ["import"] },
  { id: "export", icon: "upload", rows: ["export"] },
  { id: "storage", icon: "server", rows: ["quota", "here", "forget"] },
  { id: "developer", icon: "code", rows: ["tokens"] },
  { id: "deletion", icon: "trash", rows: ["deleteAccount"] },
  { id: "about", icon: "globe", rows: ["version"] },
] as const satisfies readonly { id: string; icon: IconName; rows: readonly string[] }[];

export type SettingsTopic = (typeof settingsTopics)[number]["id"];
export type SettingsRow = (typeof settingsTopics)[number]["rows"][number];

/** Undefined for what there is not. */
export function findTopic(id: string): SettingsTopic | undefined {
  return settingsTopics.find((topic) => topic.id === id)?.id;
}
