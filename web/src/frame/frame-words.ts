/** What the page and the frame that shows somebody's HTML say to each other. */

export interface ToFrame {
  /** As its author wrote it. */
  html: string;
  /** The page around it is dark. */
  isDark: boolean;
  /** In its own colours on paper, whatever the page is. */
  isOriginal: boolean;
  /** Pictures of the message itself. */
  pictures: readonly { cid: string; blob: Blob }[];
  /** Over what was quoted. */
  quotedWords: string;
}

export type FromFrame =
  | { kind: "ready" }
  /** `blocked` pictures of other servers are not shown. `isRecoloured` says that its own colours are others. */
  | {
      kind: "shown";
      heightPx: number;
      blocked: number;
      isRecoloured: boolean;
      /** Content ids of the message's own pictures that stand in it. */
      placed: string[];
    }
  | { kind: "height"; heightPx: number }
  /** Somebody points at a link, or at none any more. */
  | { kind: "pointed"; url: string | null }
  /** A key was pressed that means nothing in a letter. */
  | { kind: "key"; key: string; isMod: boolean }
  /** Somebody wants to write to an address in it. */
  | { kind: "write"; address: string };
