import { type BytesTable, bytesTable } from "../local/table.ts";

/** What is known here of the segments that the account's devices share by the server, sealed (shared-list.ts). */
export const sharedSegments: BytesTable = bytesTable({ name: "sharedSegments" });
