/** Pictures of one message, opened by the worker and shown from memory: each once, however often the text shows it. */
import { call } from "../state/desk.ts";
import { nextTicket } from "../state/file-tickets.ts";

export interface OpenPicture {
  blob: Blob;
  url: string;
}

export interface PictureStore {
  /** Null where it cannot be had. */
  open(place: number): Promise<OpenPicture | null>;
  /** Nobody looks any more. */
  close(): void;
}

export function pictureStore(messageId: string): PictureStore {
  const opened = new Map<number, Promise<OpenPicture | null>>();
  const urls: string[] = [];
  const tickets = new Set<number>();
  /** Counts how often it was closed: what was asked for before comes to nobody. */
  let round = 0;
  const fetchOne = async (place: number): Promise<OpenPicture | null> => {
    const ticket = nextTicket();
    const asked = round;
    tickets.add(ticket);
    try {
      const file = await call("fetchFile", { messageId, place, ticket });
      if (file === null || asked !== round) return null;
      const url = URL.createObjectURL(file.blob);
      urls.push(url);
      return { blob: file.blob, url };
    } catch {
      // Its file is shown with what is wrong when somebody asks for it.
      return null;
    } finally {
      tickets.delete(ticket);
    }
  };
  return {
    open(place) {
      const known = opened.get(place) ?? fetchOne(place);
      opened.set(place, known);
      return known;
    },
    close() {
      round++;
      opened.clear();
      for (const ticket of tickets) void call("stopFile", { ticket });
      for (const url of urls.splice(0)) URL.revokeObjectURL(url);
    },
  };
}
