/** JMAP: what its routes and methods need of the rooms. */

import { keepUpload } from "./blobs/keep-upload.ts";
import type { Authenticate } from "./http/answer.ts";
import type { JmapRoutesContext } from "./http/jmap-routes.ts";
import type { JmapStreamsContext } from "./http/jmap-streams.ts";
import type { SendingLimit } from "./http/limit-sending.ts";
import type { Journey } from "./make-journey.ts";
import type { Live } from "./make-live.ts";
import type { House } from "./open-house.ts";
import { cancelSend } from "./submit/send-status.ts";
import { submitObject } from "./submit/submit-object.ts";
import { formatBlobId } from "./sync/jmap/blob-ids.ts";
import { emailSorts } from "./sync/jmap/email-filter.ts";
import { coreLimits } from "./sync/jmap/limits.ts";
import { allMethods } from "./sync/jmap/methods.ts";
import { blobOpener } from "./sync/jmap/open-blob.ts";
import { capabilitiesOfServer, sessionStates } from "./sync/jmap/session-resource.ts";

export function forJmap(
  { config, env, store }: House,
  { blobs, submit }: Journey,
  { authenticate, live, sending }: { authenticate: Authenticate; live: Live; sending: SendingLimit },
): JmapRoutesContext & JmapStreamsContext {
  const { clock, log, random } = env;
  const { host, endpoint } = config;
  const session = {
    host,
    endpoint,
    applicationServerKey: live.applicationServerKey,
    emailQuerySortOptions: Object.keys(emailSorts),
  };
  const openBlob = blobOpener(blobs);
  const mostBytes = coreLimits.maxSizeUpload;
  const rooms = {
    store,
    host,
    clock,
    random,
    openBlob,
    keepUpload: (accountId: number, bytes: Uint8Array) =>
      keepUpload(blobs, { accountId, sizeBytes: bytes.length, mostBytes, body: inOnePiece(bytes) }),
    submitObject: (input: Parameters<typeof submitObject>[1]) => submitObject(submit, input),
    takeBack: (sent: { accountId: number; id: string }) => cancelSend(submit, sent),
    sending,
    push: live.push,
  };
  return {
    authenticate,
    host,
    clock,
    session,
    request: {
      methods: allMethods(rooms),
      capabilities: new Set(Object.keys(capabilitiesOfServer(session))),
      sessionState: sessionStates(session),
      log,
      random,
    },
    async upload(file) {
      const { hash, size } = await keepUpload(blobs, file);
      return { blobId: formatBlobId({ kind: "upload", hash }), size };
    },
    download: openBlob,
    events: (input) => live.events.open(input),
  };
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
