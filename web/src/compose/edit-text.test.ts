import { expect, it } from "vitest";
import {
  type Edit,
  goOn,
  makeCode,
  makeLink,
  quoted,
  type Selected,
  toggleAround,
  toggleHeading,
  toggleLines,
  withoutPicture,
} from "./edit-text.ts";

/** `[` and `]` stand around what is selected, `|` where the caret is. */
function selected(marked: string): Selected {
  const caret = marked.indexOf("|");
  if (caret >= 0) return { text: marked.replace("|", ""), start: caret, end: caret };
  const start = marked.indexOf("[");
  const end = marked.indexOf("]") - 1;
  return { text: marked.replace("[", "").replace("]", ""), start, end };
}

function done({ text }: Selected, { start, end, insert, selectStart, selectEnd }: Edit): string {
  const now = text.slice(0, start) + insert + text.slice(end);
  if (selectStart === selectEnd) return `${now.slice(0, selectStart)}|${now.slice(selectStart)}`;
  return `${now.slice(0, selectStart)}[${now.slice(selectStart, selectEnd)}]${now.slice(selectEnd)}`;
}

const bold = (marked: string) => done(selected(marked), toggleAround(selected(marked), "**"));

it("makes what is selected bold, and no more when it is asked again", () => {
  expect(bold("say [it] loud")).toBe("say **[it]** loud");
  expect(bold("say **[it]** loud")).toBe("say [it] loud");
  expect(bold("say |")).toBe("say **|**");
});

it("leaves blanks outside of the marks, where they would break them", () => {
  expect(bold("say[ it ]loud")).toBe("say **[it]** loud");
});

it("makes lists and quotations of the lines that are selected, and back", () => {
  const lines = (marked: string, prefix: "- " | "1. " | "> ") =>
    done(selected(marked), toggleLines(selected(marked), prefix));
  expect(lines("a[b\nc]d", "- ")).toBe("[- ab\n- cd]");
  expect(lines("[- ab\n- cd]", "1. ")).toBe("[1. ab\n2. cd]");
  expect(lines("[1. ab\n2. cd]", "1. ")).toBe("[ab\ncd]");
  expect(lines("one\nt|wo", "> ")).toBe("one\n> t|wo");
});

it("makes a heading of the line, and back", () => {
  const heading = (marked: string) => done(selected(marked), toggleHeading(selected(marked)));
  expect(heading("a\npl|an\nb")).toBe("a\n## pl|an\nb");
  expect(heading("## pl|an")).toBe("pl|an");
  expect(heading("#|# plan")).toBe("|plan");
});

it("takes a picture out of the text, and leaves all others", () => {
  const text = "see ![a](a.png) and ![b](b.png) here";
  const without = (address: string) => {
    const edit = withoutPicture(text, address);
    return edit && text.slice(0, edit.start) + edit.insert + text.slice(edit.end);
  };
  expect(without("b.png")).toBe("see ![a](a.png) and  here");
  expect(without("c.png")).toBeUndefined();
});

it("makes a link of what is selected, with its address to be typed", () => {
  const link = (marked: string) => done(selected(marked), makeLink(selected(marked)));
  const around = selected("see [here]");
  expect(makeLink(around).insert).toBe("[here](https://)");
  expect(link("see |")).toContain("see [](");
});

it("makes a line of code, or a block of several", () => {
  expect(makeCode(selected("run [ls]")).insert).toBe("`ls`");
  expect(makeCode(selected("[a\nb]")).insert).toBe("```\na\nb\n```\n");
});

it("goes on with a list where Enter is pressed in one, and ends it at the second", () => {
  const enter = (marked: string) => {
    const edit = goOn(selected(marked));
    return edit && done(selected(marked), edit);
  };
  expect(enter("- one|")).toBe("- one\n- |");
  expect(enter("- one\n- |")).toBe("- one\n|");
  expect(enter("9. nine|")).toBe("9. nine\n10. |");
  expect(enter("> said|")).toBe("> said\n> |");
  expect(enter("plain|")).toBeUndefined();
});

it("quotes a text line by line, and what was quoted in it once more", () => {
  expect(quoted("Bo wrote:", "Hello\n\n> Hi")).toBe("Bo wrote:\n\n> Hello\n>\n>> Hi\n");
});
