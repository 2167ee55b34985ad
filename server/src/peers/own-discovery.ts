import { type Discovery, limits, messageTypes, wireVersion } from "@posthorn/protocol";
import { discoveryKeys, type OwnKeys } from "./own-keys.ts";

export interface OwnHost {
  /** The host in our addresses, before any delegation. */
  host: string;
  /** Origin where peers and clients reach us, `https://mail.example.com`. */
  endpoint: string;
  keys: OwnKeys;
  contact: string | undefined;
}

/** The document at `/.well-known/posthorn` (docs/protocol/30-discovery.md). */
export function ownDiscovery(own: OwnHost): Discovery {
  return {
    version: wireVersion,
    host: own.host,
    endpoint: own.endpoint,
    software: "posthorn",
    rootKey: own.keys.rootKey,
    keys: discoveryKeys(own.keys),
    oldKeys: [],
    limits: {
      messageBytes: limits.messageBytes,
      recipients: limits.recipients,
      attachments: limits.attachments,
      blobBytes: limits.blobBytes,
      batchLines: limits.batchLines,
      batchBytes: limits.batchBytes,
    },
    types: [...messageTypes],
    ...(own.contact === undefined ? {} : { contact: own.contact }),
  };
}
