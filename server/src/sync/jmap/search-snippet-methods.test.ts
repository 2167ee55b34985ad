import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { markFinds, snippetOf } from "../../objects/query-snippets.ts";
import { parseTerms } from "../../objects/query-terms.ts";
import { openAccount } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { openTurns } from "../../store/query-turns.ts";
import { mailTexts } from "./mail-texts.ts";
import { searchSnippetMethods } from "./search-snippet-methods.ts";
import { callerOf, trialJmap } from "./trial-jmap.ts";
import { atSecond, putMail } from "./trial-mails.ts";

const mail = {
  mailboxes: [1],
  keywords: [],
  receivedAt: atSecond(0),
  sentAt: atSecond(0),
  from: "eve@b.test",
  to: "bob@a.test",
  cc: "",
  thread: "0192f0c1-7b3a-7000-9000-000000000000",
  file: undefined,
};

eachStore("SearchSnippet/get", (open) => {
  it("marks what was searched for in the subject and the text, and tells of what is not there (RFC 8621 §5.1)", async () => {
    const store = await open();
    const accountId = await openAccount(store, "bob");
    const jmap = trialJmap(
      searchSnippetMethods({ store, turn: openTurns(), reading: mailTexts }),
      callerOf(accountId),
    );
    const put = (subject: string, body: string, number: number) =>
      putMail(store, accountId, { ...mail, subject, body }, number);
    const both = await put("The Foo & the <Bar>", "A line.\nWe shall have foo,\n\n and more of föö.", 1);
    const neither = await put("Hello", "Nothing here.", 2);
    const emailIds = [`m${both.id}`, `m${neither.id}`, "m999", "x"];
    const ask = (filter: object | null) => jmap.call("SearchSnippet/get", { filter, emailIds });
    expect(await ask({ text: "foo" })).toEqual({
      accountId: jmap.id,
      list: [
        {
          emailId: `m${both.id}`,
          subject: "The <mark>Foo</mark> &amp; the &lt;Bar&gt;",
          preview: "A line. We shall have <mark>foo</mark>, and more of <mark>föö</mark>.",
        },
        { emailId: `m${neither.id}`, subject: null, preview: null },
      ],
      notFound: ["m999", "x"],
    });
    const [{ subject, preview }] = (
      await ask({ operator: "AND", conditions: [{ subject: "ba" }, { body: "'have foo'" }] })
    ).list;
    expect(subject).toBe("The Foo &amp; the &lt;<mark>Bar</mark>&gt;");
    expect(preview).toContain("<mark>have foo</mark>");
    const nothing = [
      { emailId: `m${both.id}`, subject: null, preview: null },
      { emailId: `m${neither.id}`, subject: null, preview: null },
    ];
    for (const filter of [null, { inMailbox: "f1" }, { operator: "NOT", conditions: [{ text: "foo" }] }])
      expect((await ask(filter)).list).toEqual(nothing);
    expect((await jmap.call("SearchSnippet/get", { filter: null, emailIds: [emailIds[0]] })).notFound).toBe(
      null,
    );
    expect(jmap.accidents).toEqual([]);
  });
});

describe("a snippet", () => {
  const terms = parseTerms("horn 'post office'");

  test("never takes more than its octets, and has no tag but whole marks, whatever the text is", () => {
    const piece = fc.constantFrom(
      "horn ",
      "<b>",
      "&",
      "post office",
      "Hörner ",
      "日本語",
      "😀",
      "\n",
      "x".repeat(40),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), fc.integer({ min: 30, max: 255 }), (pieces, most) => {
        const snippet = snippetOf(pieces.join(""), terms, most);
        if (snippet === undefined) return;
        expect(new TextEncoder().encode(snippet).length).toBeLessThanOrEqual(most);
        expect(snippet.replaceAll(/<mark>[^<>]+<\/mark>/g, "")).not.toMatch(/[<>]/);
        expect(snippet.replaceAll(/&(?:amp|lt|gt);/g, "")).not.toContain("&");
      }),
    );
  });

  test("begins shortly before the first find of a long text", () => {
    const text = `${"word ".repeat(500)}here is the horn that was lost${" word".repeat(500)}`;
    expect(snippetOf(text, terms, 255)).toMatch(
      /^(?:word ){9,12}here is the <mark>horn<\/mark> that was lost word/,
    );
  });

  test.each([
    ["the Post Office", "the <mark>Post Office</mark>"],
    ["post-office, HORN!", "<mark>post-office</mark>, <mark>HORN</mark>!"],
    ["the office of the post", undefined],
  ])("of %j is %j", (text, marked) => {
    expect(markFinds(text, terms)).toBe(marked);
  });

  test.each([
    ["日本語のメール", "本語", "日<mark>本語</mark>のメール"],
    ["日本語のメール", "語", "日本<mark>語の</mark>メール"],
    ["Ein Straßenfest", "strassen", "Ein <mark>Straßenfest</mark>"],
    ["Crème brûlée", "creme bru", "<mark>Crème</mark> <mark>brûlée</mark>"],
  ])("of %j searched for %j is %j", (text, wanted, marked) => {
    expect(markFinds(text, parseTerms(wanted))).toBe(marked);
  });
});
