/** The examples of RFC 8621 in which a client writes, sends and searches, as they are asked there. */
import { expect, it } from "vitest";
import { letter, letterId, putIn } from "../../objects/trial-mail.ts";
import { eachStore } from "../../store/each-store.ts";
import { emailOf, leaving, withBob, write } from "./trial-drafts.ts";

const composed = {
  mailboxIds: { f2: true },
  keywords: { $seen: true, $draft: true },
  from: [{ name: "Joe Bloggs", email: "joe@example.com" }],
  subject: "World domination",
};
const words = "I have the most brilliant plan. Let me tell you all about it. What we do is, we";
const html = `<!DOCTYPE html><html><head><title></title><style type="text/css">div{font-size:16px}</style></head><body><div>${words}</div></body></html>`;

eachStore("a client", (open) => {
  it("saves a draft, and then a newer one with HTML in its place (§4.10)", async () => {
    const bob = await withBob(open);
    const first = await bob.call("Email/set", {
      create: {
        k192: {
          ...composed,
          receivedAt: "2018-07-10T01:03:11Z",
          sentAt: "2018-07-10T11:03:11+10:00",
          bodyStructure: { type: "text/plain", partId: "bd48", "header:Content-Language": "en" },
          bodyValues: { bd48: { value: words, isTruncated: false } },
        },
      },
    });
    const made = { id: expect.any(String), blobId: expect.any(String), threadId: expect.any(String) };
    expect(first).toMatchObject({
      created: { k192: { ...made, size: expect.any(Number) } },
      notCreated: null,
    });
    const old = first.created.k192.id;
    const written = await emailOf(bob, old, ["sentAt", "textBody", "bodyValues"]);
    expect(written).toMatchObject({
      sentAt: "2018-07-10T11:03:11+10:00",
      textBody: [{ type: "text/plain", language: ["en"] }],
    });
    const second = await bob.call("Email/set", {
      create: {
        k1546: {
          ...composed,
          to: [{ name: "John", email: "john@example.com" }],
          receivedAt: "2018-07-10T01:05:08Z",
          sentAt: "2018-07-10T11:05:08+10:00",
          bodyStructure: {
            type: "multipart/alternative",
            subParts: [
              { partId: "a49d", type: "text/html", "header:Content-Language": "en" },
              { partId: "bd48", type: "text/plain", "header:Content-Language": "en" },
            ],
          },
          bodyValues: {
            bd48: { value: words, isTruncated: false },
            a49d: { value: html, isTruncated: false },
          },
        },
      },
      destroy: [old],
    });
    expect(second).toMatchObject({ created: { k1546: made }, destroyed: [old], oldState: first.newState });
    const { id } = second.created.k1546;
    const { list, notFound } = await bob.call("Email/get", {
      ids: [old, id],
      properties: ["to", "bodyStructure", "htmlBody", "textBody", "bodyValues"],
      bodyProperties: ["partId", "type", "language"],
      fetchAllBodyValues: true,
    });
    expect(notFound).toEqual([old]);
    expect(list).toMatchObject([
      {
        to: [{ name: "John", email: "john@example.com" }],
        bodyStructure: {
          type: "multipart/alternative",
          subParts: [
            { type: "text/html", language: ["en"] },
            { type: "text/plain", language: ["en"] },
          ],
        },
      },
    ]);
    const [{ bodyValues, htmlBody, textBody }] = list;
    expect(bodyValues[htmlBody[0].partId].value).toBe(html);
    expect(bodyValues[textBody[0].partId].value).toBe(words);
  });

  it("copies no draft from an account that it does not see (§4.10, the last example)", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const copy = {
      fromAccountId: "a99",
      accountId: bob.id,
      create: { k45: { id, mailboxIds: { f2: true } } },
      onSuccessDestroyOriginal: true,
    };
    expect(await bob.ask([["Email/copy", copy, "0"]])).toMatchObject([
      ["error", { type: "fromAccountNotFound" }, "0"],
    ]);
    expect(await emailOf(bob, id, ["subject"])).toMatchObject({ subject: "Hello" });
  });

  it("sends a draft with an envelope, which then is no draft and in Sent (§7.5.1)", async () => {
    const bob = await withBob(open);
    const id = await write(bob);
    const answers = await bob.ask([
      [
        "EmailSubmission/set",
        {
          accountId: bob.id,
          create: {
            k1490: {
              identityId: "i1",
              emailId: id,
              envelope: {
                mailFrom: { email: "bob@a.test", parameters: null },
                rcptTo: [{ email: "alice@b.test", parameters: null }],
              },
            },
          },
          onSuccessUpdateEmail: {
            "#k1490": { "mailboxIds/f2": null, "mailboxIds/f3": true, "keywords/$draft": null },
          },
        },
        "0",
      ],
    ]);
    expect(answers).toMatchObject([
      [
        "EmailSubmission/set",
        { oldState: expect.any(String), created: { k1490: { id: expect.any(String) } }, notCreated: null },
        "0",
      ],
      ["Email/set", { updated: { [id]: null }, notUpdated: null }, "0"],
    ]);
    expect(answers[0][1].newState).not.toBe(answers[0][1].oldState);
    expect(await emailOf(bob, id, ["mailboxIds", "keywords"])).toMatchObject({
      mailboxIds: { f3: true },
      keywords: { $seen: true },
    });
    expect(await leaving(bob, "b.test")).toMatchObject([{ to: ["alice"] }]);
    const { list } = await bob.call("EmailSubmission/get", { ids: [answers[0][1].created.k1490.id] });
    // The form that RFC 8621 §7 has for what is told without SMTP.
    expect(list[0].deliveryStatus["alice@b.test"].smtpReply).toMatch(/^\d{3} \d\.\d{1,3}\.\d{1,3} .+$/);
  });

  it("has an identity with a name, blind copies to a tag and signatures (§6.4)", async () => {
    const bob = await withBob(open);
    const wanted = {
      name: "Joe Bloggs",
      replyTo: null,
      bcc: [{ name: null, email: "bob+archive@a.test" }],
      textSignature: "-- \nJoe Bloggs\nMaster of Email",
      htmlSignature: "<div><b>Joe Bloggs</b></div><div>Master of Email</div>",
    };
    expect(await bob.call("Identity/set", { update: { i1: wanted } })).toMatchObject({
      updated: { i1: null },
    });
    expect(await bob.call("Identity/get")).toEqual({
      accountId: bob.id,
      state: expect.any(String),
      list: [{ id: "i1", email: "bob@a.test", mayDelete: false, ...wanted }],
      notFound: [],
    });
    // The second identity of the example is for every address of a host, which here is nobody's own.
    const all = await bob.call("Identity/set", { create: { k: { name: "Joe B", email: "*@a.test" } } });
    expect(all.notCreated).toMatchObject({ k: { type: "forbiddenFrom" } });
  });

  // Words are marked whole here, also where only their beginning was asked for.
  it("gets the lines in which a word was found, as HTML in which nothing else is a tag (§5.2)", async () => {
    const bob = await withBob(open);
    const texts = [
      ["Hello", "Nothing of it."],
      [
        "The Foosball competition",
        "This year the foosball competition will be held in the Stadium de la Paix.",
      ],
      ["RFC 8621", "The Foo/bar method results often returns <1 widget rather than the complete list."],
    ];
    for (const [at, [subject, body]] of texts.entries())
      await putIn(bob.store, bob.accountId, letter({ id: letterId(at + 1), subject, body }));
    const { ids } = await bob.call("Email/query", { filter: { text: "foo" } });
    expect(ids).toEqual(["m3", "m2"]);
    const answer = await bob.call("SearchSnippet/get", {
      filter: { text: "foo" },
      emailIds: ["m1", "m2", "m3"],
    });
    expect(answer).toEqual({
      accountId: bob.id,
      list: [
        { emailId: "m1", subject: null, preview: null },
        {
          emailId: "m2",
          subject: "The <mark>Foosball</mark> competition",
          preview: expect.stringContaining("year the <mark>foo"),
        },
        {
          emailId: "m3",
          subject: null,
          preview: expect.stringMatching(/<mark>Foo<\/mark>\/bar .*returns &lt;1 widget/),
        },
      ],
      notFound: null,
    });
  });
});
