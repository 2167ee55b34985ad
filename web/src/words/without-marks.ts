/**
 * Markdown as its words alone, for the few of them that a list shows: quick rather than exact, for a text of any kind
 * comes out as words. Lines of quotation stay as they are.
 */
export function withoutMarks(markdown: string): string {
  return markdown
    .split("\n")
    .filter((line) => !fence.test(line) && !rule.test(line))
    .map((line) => inlineWords(line.replace(heading, "").replace(bullet, "$1· ")))
    .join("\n");
}

const fence = /^\s{0,3}(?:```|~~~)/;
const rule = /^\s{0,3}(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+)\s*$/;
const heading = /^\s{0,3}#{1,6}\s+/;
const bullet = /^(\s*)[-*+]\s+(?:\[[ xX]\]\s+)?/;
const image = /!\[([^\]]{0,400})\]\([^)]{0,2000}\)/g;
const link = /\[([^\]]{1,400})\]\([^)]{0,2000}\)/g;
const bareLink = /<(https?:\/\/[^\s<>]{1,2000})>/g;
const code = /(`{1,2})([^`]{1,400})\1/g;
const strong = /(?<!\\)(\*\*|__|~~)(?=\S)(.{1,400}?)(?<=[^\s\\])\1/g;
const starred = /(?<![\w*\\])\*(?=[^\s*])([^*]{1,400}?)(?<=[^\s\\])\*(?![\w*])/g;
const underlined = /(?<![\w\\])_(?=[^\s_])([^_]{1,400}?)(?<=[^\s\\])_(?!\w)/g;
const escaped = /\\([!-/:-@[-`{-~])/g;

function inlineWords(line: string): string {
  return line
    .replace(image, "$1")
    .replace(link, "$1")
    .replace(bareLink, "$1")
    .replace(code, "$2")
    .replace(strong, "$2")
    .replace(starred, "$1")
    .replace(underlined, "$1")
    .replace(escaped, "$1");
}
