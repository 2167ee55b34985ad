/** What pages of whoever runs the server watch. */
import type { PeerInfo, Policy } from "@posthorn/protocol";
import {
  listPeers,
  type Queue,
  readRules,
  readServer,
  readUsers,
  readWaiting,
  type ServerState,
  type Users,
} from "./administrate.ts";
import { deskOf } from "./desk-of.ts";
import { readRole } from "./own-role.ts";
import { type Hop, readHops } from "./set-up.ts";
import { view } from "./view.ts";

type Nothing = Record<string, never>;

export const operatorViews = {
  /** Whether whoever is signed in may do what the operator does. */
  isOperator: view<Nothing, boolean>(["account", "role"], async (room) => {
    const desk = room.desk();
    return desk !== undefined && (await readRole(desk)).isOperator;
  }),
  server: view<Nothing, ServerState>(["account", "server"], async (room) => readServer(deskOf(room))),
  users: view<Nothing, Users>(["account", "server"], async (room) => readUsers(deskOf(room))),
  queue: view<Nothing, Queue>(["account", "server"], async (room) => readWaiting(deskOf(room))),
  peers: view<Nothing, PeerInfo[]>(["account", "server"], async (room) => listPeers(deskOf(room))),
  policy: view<Nothing, Policy>(["account", "server"], async (room) => readRules(deskOf(room))),
  /** Of the test message that was sent last. */
  hops: view<Nothing, readonly Hop[]>(["account", "hops"], async (room) => {
    const desk = room.desk();
    return desk === undefined ? [] : readHops(desk);
  }),
};
