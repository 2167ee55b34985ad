/** Search over what was opened on this device. */
export type { Field, FieldTexts } from "./fields.ts";
export { fillIndex, type SourceRow, type TextSource } from "./fill-index.ts";
export type { SearchHit, SearchOptions } from "./hits.ts";
export { localSegments, searchPieces } from "./local-segments.ts";
export { marks } from "./marks.ts";
export { gatherSegments, segmentIdOf } from "./piece-record.ts";
export { type MessageSort, namesPlace, type QueryProblem, type SearchPlan } from "./plan.ts";
export { parseQuery } from "./query.ts";
export type { QueryTime } from "./query-dates.ts";
export type { ReadRows, SearchRow } from "./rows.ts";
export { findSealedPiece, idOfPiece, type SearchKey, sealPiece, searchKey } from "./sealed-pieces.ts";
export {
  type Coverage,
  type IndexOptions,
  openIndex,
  type SearchDoc,
  type SearchIndex,
  type SegmentSummary,
} from "./search-index.ts";
export { memorySegmentStore, type SegmentStore } from "./segment-store.ts";
export { findLacking, findRedundant, type SharedSegment } from "./shared-segments.ts";
export { always, type Span } from "./spans.ts";
export type { Suggestion } from "./suggest.ts";
