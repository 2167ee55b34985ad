/** The mailboxes every account has, and their fixed ids. */
export const roles = {
  inbox: { id: 1, name: "Inbox", sortOrder: 1 },
  drafts: { id: 2, name: "Drafts", sortOrder: 2 },
  sent: { id: 3, name: "Sent", sortOrder: 3 },
  archive: { id: 4, name: "Archive", sortOrder: 4 },
  junk: { id: 5, name: "Junk", sortOrder: 5 },
  trash: { id: 6, name: "Trash", sortOrder: 6 },
} as const;

export type Role = keyof typeof roles;

export const roleNames = [
  "inbox",
  "drafts",
  "sent",
  "archive",
  "junk",
  "trash",
] as const satisfies readonly Role[];
