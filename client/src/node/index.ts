/** What programs need besides the SDK itself: TLS, files, and a sign-in kept in a file. The only part that needs Node. */
export { fileKeeper } from "./file-keeper.ts";
export {
  type FileSink,
  type FileSource,
  holdsFile,
  holdsSealedFile,
  openFileSink,
  openFileSource,
  type SaveOptions,
  saveSealedFile,
} from "./files.ts";
export { type Home, openHome, usualHomeFolder } from "./home.ts";
export type { LocalListener } from "./local-listener.ts";
export { type OperatorPlace, readOperatorFile } from "./operator-file.ts";
export { nodePlatform } from "./platform.ts";
export { shellWord } from "./shell-word.ts";
export { sqlitePlace } from "./sqlite-place.ts";
export { type NodeTransport, type NodeTransportOptions, nodeTransport } from "./transport.ts";
