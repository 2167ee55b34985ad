/** What pages of whoever runs the server ask to be done; what they watch is read again afterwards. */
import {
  cancelHost,
  changeUser,
  invite,
  makeReset,
  retryHost,
  revokeInvite,
  setPeer,
  setRules,
} from "./administrate.ts";
import type { Desk, Room } from "./desk.ts";
import { deskOf } from "./desk-of.ts";
import { liveTest, readSetup } from "./set-up.ts";

type Nothing = Record<string, never>;

export const operatorCalls = {
  readSetup,

  liveTest: (room: Room, input: { subject: string; body: string }) =>
    liveTest(deskOf(room), input, () => room.tell(["hops"])),

  /** Reads again what was asked of the server. */
  lookAtServer: async (room: Room, _: Nothing) => room.tell(["server"]),

  changeUser: telling(changeUser),
  invite: telling(invite),
  makeReset: telling(makeReset),
  revokeInvite: telling(revokeInvite),
  retryHost: telling(retryHost),
  cancelHost: telling(cancelHost),
  setRules: telling(setRules),
  setPeer: telling(setPeer),
};

function telling<Input, Output>(
  work: (desk: Desk, input: Input) => Promise<Output>,
): (room: Room, input: Input) => Promise<Output> {
  return async (room, input) => {
    try {
      return await work(deskOf(room), input);
    } finally {
      room.tell(["server"]);
    }
  };
}
