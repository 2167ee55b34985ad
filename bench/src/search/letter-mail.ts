/** Letters as the mail of an account that is kept on a device whose server is never heard of. */
import {
  type EmailRow,
  emails,
  keepTexts,
  type LocalPlace,
  type Mail,
  mailboxes,
  makeApi,
  openMail,
  type Platform,
  type Session,
  type Tabs,
  Unreachable,
} from "@posthorn/client";
import { formatTime } from "@posthorn/protocol";
import type { Letters } from "./letters.ts";

const address = "alice@alpha.example";
const portion = 500;
/** Of so many letters one has a file with it. */
const lettersPerFile = 1_000;

export interface Device {
  /** Gives the same mail again, as after a new start. */
  open(): Promise<Mail>;
}

export function newDevice(platform: Omit<Platform, "transport">, place: LocalPlace, tabs: Tabs): Device {
  const offline: Platform = {
    ...platform,
    async transport({ url }) {
      throw new Unreachable("connect", new URL(url).host);
    },
  };
  const session: Session = {
    ...makeApi(offline, "https://alpha.example", { token: async () => "" }),
    address,
    keys: {
      find: async () => undefined,
      findRootSecret: async () => undefined,
      replace: async () => undefined,
      renew: async () => false,
    },
  };
  const key = { address, secret: platform.randomBytes(32) };
  return { open: async () => ({ ...(await openMail(session, { place, tabs })), key }) };
}

/** Puts the letters there, all in the inbox and all but one in `lettersPerFile` as people leave them: read, and without a file. */
export async function putLetters(mail: Mail, letters: Letters): Promise<void> {
  const box = (id: string, name: string, role: string | null) => ({
    ...{ id, name, role, parentId: null, system: null, sortOrder: 0, isSubscribed: true },
    ...{ totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0 },
  });
  await mail.store.write([mailboxes], (writer) =>
    writer.put(mailboxes, [box("f1", "Inbox", "inbox"), box("f2", "Nothing", null)]),
  );
  for (let from = letters.count; from > 0; from -= portion) {
    const places = Array.from({ length: Math.min(portion, from) }, (_, at) => from - at);
    await mail.store.write([emails], (writer) =>
      writer.put(
        emails,
        places.map((place) => rowAt(letters, place)),
      ),
    );
    await keepTexts(
      mail,
      places.map((place) => {
        const { id, texts } = letters.at(place);
        const { receivedAt, size } = rowAt(letters, place);
        return [id, { kind: "standard", receivedAt, size, text: texts.body ?? "", filenames: [] }];
      }),
    );
  }
}

function rowAt(letters: Letters, place: number): EmailRow {
  const { id, receivedAt } = letters.rowAt(place);
  const { subject = "" } = letters.at(place).texts;
  return {
    id,
    blobId: `b${place}`,
    threadId: `t${place}`,
    mailboxIds: { f1: true },
    keywords: { $seen: true },
    size: 3_000,
    receivedAt: formatTime(receivedAt),
    sentAt: formatTime(receivedAt),
    from: [{ name: null, email: letters.address(place % 400) }],
    to: [{ name: null, email: address }],
    cc: null,
    subject,
    preview: "",
    hasAttachment: place % lettersPerFile === 0,
    snoozedUntil: null,
    wire: null,
    pass: 1,
  };
}
