/**
 * Structured fields (RFC 9651) in general, for what the fixed profiles do not need: signatures as others write them.
 * Only reading and writing back what was read; an integer and a decimal of the same value become one number.
 */
import {
  type BareItem,
  type Dictionary,
  type InnerList,
  type Item,
  isInnerList,
  type List,
  type Parameters,
  parseDictionary as readDictionary,
  parseItem as readItem,
  parseList as readList,
} from "structured-headers";

export {
  type BareItem,
  type Dictionary,
  DisplayString,
  type InnerList,
  type Item,
  isInnerList,
  type List,
  type Parameters,
  serializeInnerList,
  serializeItem,
  Token,
} from "structured-headers";

/** Throws Error when `text` is no dictionary, or holds a date beyond what Date can hold. */
export function parseDictionary(text: string): Dictionary {
  const dictionary = readDictionary(text);
  for (const member of dictionary.values()) checkMember(member);
  return dictionary;
}

/** Throws Error when `text` is no list, or holds a date beyond what Date can hold. */
export function parseList(text: string): List {
  const list = readList(text);
  for (const member of list) checkMember(member);
  return list;
}

/** Throws Error when `text` is no item, or holds a date beyond what Date can hold. */
export function parseItem(text: string): Item {
  const item = readItem(text);
  checkMember(item);
  return item;
}

function checkMember(member: Item | InnerList): void {
  if (isInnerList(member)) {
    for (const item of member[0]) checkMember(item);
  } else {
    checkValue(member[0]);
  }
  checkParameters(member[1]);
}

function checkParameters(parameters: Parameters): void {
  for (const value of parameters.values()) checkValue(value);
}

function checkValue(value: BareItem): void {
  if (value instanceof Date && Number.isNaN(value.getTime())) {
    throw new Error("A date lies further off than dates can be held here.");
  }
}
