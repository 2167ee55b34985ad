/** The SDK in a browser's dedicated worker, as the client of somebody who uses it there. */
import {
  blobSource,
  browserPlatform,
  downloadSealedBytes,
  eachMessage,
  getMailbox,
  login,
  memoryKeeper,
  type Opened,
  openStored,
  type Prepared,
  prepare,
  readSafetyNumber,
  recover,
  register,
  type SealedFile,
  type Session,
  saveName,
  send,
  type UnsentLetter,
  uploadSealedFile,
  waitUntilSettled,
} from "@posthorn/client";
import { uuidV7 } from "@posthorn/protocol";
import { keepDraft } from "../own-records.ts";

interface StepQuestion {
  step: keyof SdkSteps;
  /** What that step takes. */
  input: never;
  /** The one that is chosen on the page. */
  file: File | undefined;
}

interface StepAnswer {
  answer?: unknown;
  /** To be offered for saving. */
  files: readonly File[];
  /** Why there is no answer. */
  error?: string;
}

declare function postMessage(message: StepAnswer): void;
declare function addEventListener(
  type: "message",
  listener: (event: { data: StepQuestion }) => Promise<void>,
): void;
declare function addEventListener(
  type: "securitypolicyviolation",
  listener: (event: { blockedURI: string; violatedDirective: string }) => void,
): void;

const platform = browserPlatform();
const keeper = memoryKeeper();
let signedIn: Session | undefined;
/** The letter that is being written. */
let letter = newLetter();
let offered: File[] = [];
const tookMs: Record<string, number> = {};

/** What can be done here, each step by itself, so that it is known how long each takes. */
const steps = {
  async signUp(input: { invite: string; password: string }) {
    const { session, recoveryPhrase } = await register(platform, input, { keeper, device: "a browser" });
    signedIn = session;
    return { address: session.address, recoveryPhrase };
  },

  async signIn(input: { address: string; password: string }) {
    signedIn = await login(platform, input, { keeper, device: "another browser" });
    return signedIn.address;
  },

  async recover(input: { address: string; phrase: string; newPassword: string }) {
    signedIn = await recover(platform, input, { keeper, device: "a third browser" });
    return signedIn.address;
  },

  /** The chosen file, for the letter that is being written. */
  async upload(_: unknown, file: File | undefined) {
    if (file === undefined) throw new Error("No file is chosen.");
    const { id: messageId, files } = letter;
    const { name: filename, type: mimeType } = file;
    const options = { messageId, place: files.length, filename, mimeType };
    files.push(await uploadSealedFile(session(), blobSource(file), options));
  },

  async seal({ to, subject, body }: { to: string; subject: string; body: string }) {
    const { id, files } = letter;
    const from = session().address;
    letter.sealed = await prepare(session(), { id, from, to: [to], subject, body }, { files });
    const { isSealed, news } = letter.sealed;
    return { isSealed, news };
  },

  /** What has become of it at each recipient. */
  async send() {
    const { id, sealed } = letter;
    if (sealed === undefined) throw new Error("Nothing is sealed.");
    await send(session(), sealed.message);
    letter = newLetter();
    const { recipients } = await waitUntilSettled(session(), id, { timeoutMs: 30_000 });
    return recipients.map(({ status }) => status);
  },

  /** The newest first. */
  async list(role: string) {
    const { id: mailbox } = await getMailbox(session(), role);
    const ids: string[] = [];
    for await (const { id } of eachMessage(session(), { mailbox })) ids.push(id);
    return ids;
  },

  async open(id: string) {
    const opened = await openStored(session(), id);
    const { kind, message } = opened;
    return {
      kind,
      ...(opened.kind === "sealed" ? { sender: opened.sender } : {}),
      ...("subject" in message ? { subject: message.subject } : {}),
      ...("body" in message ? { body: message.body } : {}),
      fileNames: filesOf(opened).map(({ file }) => saveName(file)),
    };
  },

  /** Offers the files of a letter for saving. */
  async download(id: string) {
    const opened = await openStored(session(), id);
    for (const wanted of filesOf(opened)) {
      const bytes = await downloadSealedBytes(session(), wanted);
      offered.push(new File([new Uint8Array(bytes)], saveName(wanted.file)));
    }
  },

  async safetyNumber(address: string) {
    return (await readSafetyNumber(session(), address)).safetyNumber;
  },

  async saveDraft(draft: Omit<UnsentLetter, "from">) {
    await keepDraft(session(), { ...draft, from: session().address });
  },

  /** True when it could be called. */
  async callElsewhere(url: string) {
    return fetch(url, { mode: "no-cors" }).then(
      () => true,
      () => false,
    );
  },

  /** How long each step has taken when it was done last. */
  async tookMs() {
    return { ...tookMs };
  },
};

export type SdkSteps = typeof steps;

addEventListener("message", async ({ data: { step, input, file } }) => {
  const startedAtMs = performance.now();
  offered = [];
  try {
    const answer = await steps[step](input, file);
    tookMs[step] = performance.now() - startedAtMs;
    postMessage({ answer, files: offered });
  } catch (error) {
    postMessage({ error: String(error), files: [] });
  }
});

// A worker's breaches are not shown in the console of its page.
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
  console.error(`Content Security Policy: ${violatedDirective} forbids ${blockedURI}`);
});

function session(): Session {
  if (signedIn === undefined) throw new Error("Nobody is signed in.");
  return signedIn;
}

interface Letter {
  id: string;
  files: SealedFile[];
  sealed?: Prepared;
}

function newLetter(): Letter {
  return { id: uuidV7(platform.clock.now(), platform.randomBytes(16)), files: [] };
}

function filesOf({ message, files }: Opened) {
  return files.flatMap((wanted, place) =>
    wanted.kind === "sealed" ? [{ ...wanted, messageId: message.id, place }] : [],
  );
}
