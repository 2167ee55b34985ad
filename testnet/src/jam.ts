/** The library jmap-jam, as far as tests use it. Its own types come as sources that this project's compiler takes for its own. */

type Get<Object> = (args: object) => Promise<[{ list: Object[] }, unknown]>;
type Call = (args: object) => Promise<[object, unknown]>;

export interface JamClient {
  api: {
    Identity: { get: Get<{ id: string }> };
    Mailbox: { get: Get<{ id: string; role: string | null }> };
    Email: { get: Get<object>; query: Call; set: Call };
  };
  getPrimaryAccount(): Promise<string>;
  requestMany(drafts: (b: JamDrafts) => object): Promise<[Record<string, object>, unknown]>;
  uploadBlob(accountId: string, body: Uint8Array): Promise<{ blobId: string; size: number; type: string }>;
  downloadBlob(options: {
    accountId: string;
    blobId: string;
    mimeType: string;
    fileName: string;
  }): Promise<Response>;
  connectEventSource(options: { types: "*" | string[]; ping: number }): Promise<unknown>;
}

/** One call of a request, by which later ones refer to its answer. */
interface JamDraft {
  $ref(path: string): object;
}

interface JamDrafts {
  Email: { get(args: object): JamDraft; query(args: object): JamDraft; set(args: object): JamDraft };
  EmailSubmission: { set(args: object): JamDraft };
}

type OpenJam = new (options: { sessionUrl: string; bearerToken: string }) => JamClient;

const packageName: string = "jmap-jam";
const { JamClient: Jam }: { JamClient: OpenJam } = await import(packageName);

/** The library's client of an account. */
export function openJam(sessionUrl: string, bearerToken: string): JamClient {
  return new Jam({ sessionUrl, bearerToken });
}
