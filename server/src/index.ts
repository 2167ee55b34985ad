/** The server as a library: what the command line, the testnet and the bench start and look into. */

export { findCertificateFault } from "./admin/certificate-fault.ts";
export { makeApiToken } from "./auth/api-token.ts";
export type { Caller } from "./auth/caller.ts";
export { RememberedCallers } from "./auth/remembered-callers.ts";
export {
  type Config,
  ConfigError,
  readConfig,
  type SettingName,
  type Settings,
  settingNames,
  settings,
  settingsFromEnvironment,
} from "./config.ts";
export { deliverLocal } from "./deliver/local.ts";
export type {
  Clock,
  EffectHook,
  Egress,
  EgressFailure,
  EgressResult,
  Env,
  InboundAnswer,
  Log,
  OutboundRequest,
  Random,
} from "./env/env.ts";
export { openFiles } from "./env/files.ts";
export { HandClock } from "./env/hand-clock.ts";
export { type LocalCertificate, openLocalCa } from "./env/local-ca.ts";
export { openLog } from "./env/log.ts";
export { openEnv } from "./env/open-env.ts";
export type { CertificateSource } from "./http/certificate.ts";
export type { HttpHandler, HttpRequest, HttpResponse } from "./http/http.ts";
export { type Outside, openOutside, processConfig, serve } from "./main.ts";
export { software } from "./make-handler.ts";
export { createAccount } from "./objects/create-account.ts";
export { findDiscoveryFault } from "./peers/discover.ts";
export { type Server, type ServerOptions, startServer } from "./server.ts";
export { listWaitingHosts, summariseQueue } from "./store/delivery-store.ts";
export { saveBackoff } from "./store/host-backoff-store.ts";
export { saveDiscovery, setPeerPolicy } from "./store/peer-store.ts";
export type { Db, Row, Store, Tx } from "./store/sql.ts";
export { sql } from "./store/sql.ts";
