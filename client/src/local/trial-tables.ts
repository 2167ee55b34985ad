/** Tables with which every store is tried. */
import type { LocalSchema } from "./local-store.ts";
import { bytesTable, rowTable } from "./table.ts";

export interface Letter {
  id: string;
  at: number;
  boxes: string[];
  note?: string;
}

export const letters = rowTable({
  name: "letters",
  keyOf: ({ id }: Letter) => id,
  matches: (value): value is Letter => typeof value === "object" && value !== null && "boxes" in value,
  indexes: {
    byBox: { keysOf: ({ boxes, at, id }: Letter) => boxes.map((box) => [box, at, id]) },
    byTime: { keysOf: ({ at }: Letter) => [[at]] },
  },
});

export interface Act {
  number: number;
  what: string;
}

export const acts = rowTable({
  name: "acts",
  isKept: true,
  keyOf: ({ number }: Act) => String(number).padStart(9, "0"),
  matches: (value): value is Act => typeof value === "object" && value !== null && "what" in value,
  indexes: { byWhat: { keysOf: ({ what }: Act) => [[what]] } },
});

export const texts = bytesTable({ name: "texts" });

export const schema: LocalSchema = { version: 3, tables: [letters, acts, texts] };

export const lunch: Letter = { id: "m1", at: 10, boxes: ["f1"], note: "lunch" };
export const plan: Letter = { id: "m2", at: 20, boxes: ["f1", "f2"] };
export const later: Letter = { id: "m3", at: 15, boxes: ["f2"] };
