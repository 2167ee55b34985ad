/** The pages of whoever runs the server, for what lists or finds them. */
import type { IconName } from "../ui/icon.tsx";

export const adminTopics = [
  { id: "overview", icon: "check" },
  { id: "users", icon: "people" },
  { id: "queue", icon: "sent" },
  { id: "peers", icon: "server" },
  { id: "policy", icon: "list" },
] as const satisfies readonly { id: string; icon: IconName }[];

export type AdminTopic = (typeof adminTopics)[number]["id"];

/** Undefined for what there is not. */
export function findAdminTopic(id: string): AdminTopic | undefined {
  return adminTopics.find((topic) => topic.id === id)?.id;
}
