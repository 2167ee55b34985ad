/** The rooms that a message passes: submit, queue, deliver to the host it is for; receive what others bring. */
import { join } from "node:path";
import { hostPort } from "@posthorn/protocol";
import { openBlobForPeer, type PeerBlobContext } from "./blobs/peer-blob.ts";
import { Uploads } from "./blobs/uploads.ts";
import type { DeliverContext } from "./deliver/deliver.ts";
import { inTurn } from "./keys/in-turn.ts";
import type { House } from "./open-house.ts";
import { Peers } from "./peers/peers.ts";
import { expiryMs } from "./queue/backoff.ts";
import { QueueWorker } from "./queue/worker.ts";
import type { ReceiveContext } from "./receive/receive.ts";
import type { SubmitContext } from "./submit/submit.ts";

export interface Journey {
  peers: Peers;
  blobs: PeerBlobContext;
  submit: SubmitContext;
  queue: QueueWorker;
  deliver: DeliverContext;
  receive: ReceiveContext;
}

/** What goes out in one request: within what every peer of this version takes. */
const batch = { messages: 100, bytes: 3_500_000 };

export function makeJourney(house: House): Journey {
  const { config, store, incarnation } = house;
  const { clock, random, files, egress, log } = house.env;
  const { host } = config;
  const peers = new Peers({ store, egress, clock, log });
  const blobs = { store, files, clock, folder: join(config.dataFolder, "blobs"), uploads: new Uploads() };
  const receive = { store, clock, log, host, incarnation, blobs, inTurn: inTurn(1) };
  const deliver: DeliverContext = {
    local: receive,
    remote: {
      egress,
      clock,
      random,
      host,
      key: () => house.keys().current,
      findPeer: (peer) => peers.find(peer),
      findKey: (peer, keyId, doubt) => peers.findKey(peer, keyId, doubt),
      openBlob: (hash) => openBlobForPeer(blobs, hash),
    },
  };
  const queue = new QueueWorker({ store, clock, random, log, host, deliver, limits: batch });
  const allowPorts = hostPort(host) !== undefined || config.tls.kind === "local";
  const wake = (hosts: readonly string[]) => queue.wake(hosts);
  const submit = { store, clock, random, host, allowPorts, expiryMs, wake };
  return { peers, blobs, submit, queue, deliver, receive };
}
