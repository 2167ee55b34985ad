/** What settings and people's pages ask to be done; what they watch is read again afterwards. */
import type { Desk, Room } from "./desk.ts";
import { deskOf } from "./desk-of.ts";
import {
  dropIdentity,
  dropRule,
  dropToken,
  endDevice,
  keepAbsence,
  keepIdentity,
  keepRule,
  makeToken,
  offerDeviceLink,
  setUndoTime,
} from "./own-account.ts";
import { hideKeys } from "./own-consent.ts";
import { closeOwnAccount, keepOwnAccount } from "./own-role.ts";
import { callPerson } from "./people.ts";
import {
  havePhrase,
  leavePhrase,
  offerIdentity,
  offerPhrase,
  setOwnPassword,
  takePhrase,
  tryPhrase,
} from "./phrase.ts";
import { acceptAlias, decide } from "./screener.ts";
import { dropPush, findPushKey, keepTelling, listPush, makePush, provePush, renewPush } from "./telling.ts";
import { dropTemplate, keepTemplate } from "./templates.ts";
import type { Topic } from "./topic.ts";
import { beginTrustAnew, compareCode, forgetComparison, haveCompared, haveFoundOthers } from "./trust.ts";

type Nothing = Record<string, never>;

export const ownCalls = {
  setUndoTime: telling("settings", setUndoTime),
  keepIdentity: telling("settings", keepIdentity),
  dropIdentity: telling("settings", dropIdentity),
  keepTemplate: telling("settings", keepTemplate),
  dropTemplate: telling("settings", dropTemplate),
  keepRule: telling("settings", keepRule),
  dropRule: telling("settings", dropRule),
  keepAbsence: telling("settings", keepAbsence),
  keepTelling: telling("settings", keepTelling),
  findPushKey: (room: Room, _: Nothing) => findPushKey(deskOf(room)),
  listPush: (room: Room, _: Nothing) => listPush(deskOf(room)),
  makePush: (room: Room, input: Parameters<typeof makePush>[1]) => makePush(deskOf(room), input),
  provePush: (room: Room, input: { id: string; code: string }) => provePush(deskOf(room), input),
  renewPush: (room: Room, input: { id: string }) => renewPush(deskOf(room), input),
  dropPush: (room: Room, _: Nothing) => dropPush(deskOf(room)),
  endDevice: telling("settings", endDevice),
  offerDeviceLink: (room: Room, _: Nothing) => offerDeviceLink(deskOf(room)),
  makeToken: telling("settings", makeToken),
  dropToken: telling("settings", dropToken),
  hideKeys: telling("settings", hideKeys),
  decideSender: telling("people", decide),
  acceptAlias: telling("settings", acceptAlias),
  callPerson: telling("names", callPerson),

  closeAccount: telling("role", closeOwnAccount),
  keepAccount: telling("role", (desk, _: Nothing) => keepOwnAccount(desk)),

  tryPhrase: telling("settings", tryPhrase),
  havePhrase: telling("settings", (desk, _: Nothing) => havePhrase(desk)),
  setOwnPassword: telling("settings", setOwnPassword),
  offerPhrase: (room: Room, _: Nothing) => offerPhrase(deskOf(room)),
  offerIdentity: (room: Room, passwords: { current: string; next: string }) =>
    offerIdentity(deskOf(room), passwords),
  takePhrase: telling("settings", (desk, _: Nothing) => takePhrase(desk)),
  leavePhrase: (room: Room, _: Nothing) => leavePhrase(deskOf(room)),

  haveCompared: telling("people", haveCompared),
  compareCode: telling("people", compareCode),
  haveFoundOthers: telling("people", haveFoundOthers),
  forgetComparison: telling("people", forgetComparison),
  beginTrustAnew: telling("people", beginTrustAnew),

  /** Reads again what may have failed. */
  lookAgain: async (room: Room, _: Nothing) => room.tell(["account", "server"]),
};

function telling<Input, Output>(
  topic: Topic,
  does: (desk: Desk, input: Input) => Promise<Output>,
): (room: Room, input: Input) => Promise<Output> {
  return async (room, input) => {
    const done = await does(deskOf(room), input);
    room.tell([topic]);
    return done;
  };
}
