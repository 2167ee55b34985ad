import { DiscoverySchema } from "../discovery.ts";
import { AnyMessageSchema } from "../message/message.ts";
import { VerdictSchema } from "../verdict.ts";
import { KeyChainSchema, PeerKeysQuerySchema } from "./keys.ts";
import { DiscoveryQuerySchema, HelloSchema } from "./peer.ts";
import { bytes, jsonOrLines, type Route } from "./route.ts";
import { BlobAnswerSchema } from "./send.ts";

/** Between servers (§30, §50, §60). */
export const peerRoutes = {
  receive: {
    method: "POST",
    path: "/email/receive",
    auth: "peer",
    takes: jsonOrLines,
    input: AnyMessageSchema,
    gives: jsonOrLines,
    output: VerdictSchema,
    status: 200,
    summary: "Take messages for accounts of this host.",
  },
  hello: {
    method: "POST",
    path: "/email/hello",
    auth: "peer",
    input: HelloSchema,
    output: HelloSchema,
    status: 200,
    summary: "Say that a server has started, so that what waits for it is sent at once.",
  },
  peerKeys: {
    method: "GET",
    path: "/email/keys/:id",
    auth: "peer",
    query: PeerKeysQuerySchema,
    output: KeyChainSchema,
    status: 200,
    summary: "The key statements of an account of this host.",
  },
  putPeerBlob: {
    method: "PUT",
    path: "/email/blob/:hash",
    auth: "peer",
    takes: bytes,
    output: BlobAnswerSchema,
    status: 200,
    summary: "Upload a blob that a message of the signing host has announced.",
  },
  headPeerBlob: {
    method: "HEAD",
    path: "/email/blob/:hash",
    auth: "peer",
    status: 200,
    summary: "Ask whether a blob that the signing host has announced is here.",
  },
  discovery: {
    method: "GET",
    path: "/.well-known/posthorn",
    auth: "none",
    query: DiscoveryQuerySchema,
    output: DiscoverySchema,
    status: 200,
    summary: "Who speaks for a host, where, and with which keys.",
  },
} as const satisfies Record<string, Route>;
