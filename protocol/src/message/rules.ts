import { type Address, formatAddress, sameAddress } from "../address.ts";
import { isHost } from "../host.ts";
import { limits } from "../limits.ts";
import { fail } from "../problem.ts";
import { findTime } from "../time.ts";
import type { SealedAttachment } from "./attachment.ts";
import { attachmentsOf, blobsOfFile } from "./blobs-of.ts";
import type { CalendarInvite } from "./calendar-invite.ts";
import { isType, type Message, sealOf } from "./message.ts";
import type { Receipt } from "./receipt.ts";
import { recipientsOf, senderOf } from "./routing-of.ts";
import type { Seal } from "./seal.ts";

/**
 * The rules between fields that a schema does not say (§20.17). Throws ProblemError `invalidMessage` with the pointer
 * of the field at fault. `message` already has the shape of its type.
 */
export function checkRules(message: Message): void {
  checkRouting(message);
  checkFiles(attachmentsOf(message));
  const seal = sealOf(message);
  if (seal !== undefined) checkSeal(seal, message);
  checkContent(message);
}

/** As `checkRules`, but for the files: what is said in a sealed message names them in another way (§100.6). */
export function checkSaidRules(message: Message): void {
  checkRouting(message);
  checkContent(message);
}

function checkRouting(message: Message): void {
  checkRecipients(message);
  checkTime(message.date, "/date");
  checkSender(message);
}

function refuse(pointer: string, sentence: string): never {
  return fail("invalidMessage", sentence, { pointer });
}

function checkRecipients(message: Message): void {
  const to = message.to ?? [];
  const cc = message.cc ?? [];
  if (to.length + cc.length === 0)
    refuse("/to", "The message has no recipient. Name at least one in “to” or “cc”.");
  if (to.length + cc.length > limits.recipients) {
    refuse("/cc", `The message has more than ${limits.recipients} recipients. Send it in parts.`);
  }
  to.forEach((address, index) => {
    checkHost(address, `/to/${index}`);
  });
  cc.forEach((address, index) => {
    checkHost(address, `/cc/${index}`);
  });
}

/** The schema has checked the letters of a host; whether its A-labels are real ones is asked only of hosts that have some. */
function checkHost(address: Address, pointer: string): void {
  if (!address.host.includes("xn--") || isHost(address.host)) return;
  refuse(
    `${pointer}/host`,
    `“${address.host}” is not a host name: a label that begins with xn-- does not decode.`,
  );
}

function checkTime(text: string, pointer: string): void {
  if (findTime(text) === undefined) refuse(pointer, `“${text}” is a day that does not exist.`);
}

function checkSender(message: Message): void {
  if (message.from !== undefined) checkHost(message.from, "/from");
  if (isType(message, "calendar_reply")) {
    const { organizer } = message;
    checkHost(organizer, "/organizer");
    const answersOrganizer = recipientsOf(message).some((recipient) => sameAddress(recipient, organizer));
    if (!answersOrganizer) refuse("/organizer", "A reply must go to the organizer: name them in “to”.");
  }
  if (isType(message, "calendar_invite") || isType(message, "calendar_cancel")) {
    checkHost(message.organizer, "/organizer");
    if (message.from !== undefined && !sameAddress(message.from, message.organizer)) {
      refuse(
        "/from",
        "“from” and “organizer” must be the same address. Leave one of them out or make them equal.",
      );
    }
  }
}

/** What §20.5 says of files. Throws as `checkRules`, with a pointer below `attachments`. */
export function checkFiles(files: readonly SealedAttachment[]): void {
  const sizes = new Map<string, number>();
  files.forEach((file, index) => {
    checkChunks(file, `/attachments/${index}`);
    for (const blob of blobsOfFile(file)) {
      const size = sizes.get(blob.hash);
      if (size !== undefined && size !== blob.size) {
        refuse(`/attachments/${index}/size`, "The same blob is given two different sizes.");
      }
      sizes.set(blob.hash, blob.size);
    }
  });
}

function checkChunks(file: SealedAttachment, pointer: string): void {
  const wanted = file.size > limits.blobBytes ? Math.ceil(file.size / limits.blobBytes) : 0;
  const given = file.chunks?.length ?? 0;
  if (given === wanted) return;
  refuse(
    `${pointer}/chunks`,
    wanted === 0
      ? `A file of at most ${limits.blobBytes} bytes is one blob. Leave “chunks” out.`
      : `A file of ${file.size} bytes has ${wanted} chunks of ${limits.blobBytes} bytes, but ${given} are named.`,
  );
}

/** One wrapped key for every recipient, one for the sender if wanted, and for nobody else. */
function checkSeal(seal: Seal, message: Message): void {
  const sealedFor = new Set<string>();
  const sender = formatAddress(senderOf(message));
  const recipients = new Set(recipientsOf(message).map(formatAddress));
  seal.recipients.forEach(({ address }, index) => {
    const pointer = `/seal/recipients/${index}/address`;
    if (sealedFor.has(address)) refuse(pointer, `The message is sealed for ${address} twice.`);
    if (address !== sender && !recipients.has(address)) {
      refuse(pointer, `The message is sealed for ${address}, who is neither a recipient nor the sender.`);
    }
    sealedFor.add(address);
  });
  for (const recipient of recipients) {
    if (!sealedFor.has(recipient)) refuse("/seal/recipients", `The message is not sealed for ${recipient}.`);
  }
}

function checkContent(message: Message): void {
  if (isType(message, "reaction")) checkHost(message.target.from, "/target/from");
  if (isType(message, "receipt")) checkReceipt(message);
  if (sealOf(message) !== undefined) return;
  if (isType(message, "chat_message") && message.text === "" && (message.attachments ?? []).length === 0) {
    refuse("/text", "A chat message needs a text or an attachment.");
  }
  if (isType(message, "calendar_invite")) checkInvite(message);
  if (isType(message, "calendar_cancel") && message.startTime) checkTime(message.startTime, "/startTime");
  if (isType(message, "edit") && !changesSomething(message)) {
    refuse("/body", "An edit must bring something new: “subject”, “body”, “text” or “attachments”.");
  }
}

function checkReceipt(receipt: Receipt): void {
  const author = receipt.target.from;
  checkHost(author, "/target/from");
  if (recipientsOf(receipt).some((recipient) => !sameAddress(recipient, author))) {
    refuse("/to", "A receipt goes to the author of the message it is about and to nobody else.");
  }
}

function checkInvite(invite: CalendarInvite): void {
  if (invite.startTime) checkTime(invite.startTime, "/startTime");
  for (const [name, alert] of Object.entries(invite.alerts ?? {})) {
    if (alert.when !== undefined) checkTime(alert.when, `/alerts/${name}/when`);
  }
}

function changesSomething(edit: object): boolean {
  return ["subject", "body", "text", "attachments"].some((field) => field in edit);
}
