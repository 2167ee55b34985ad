import { expect, it } from "vitest";
import { htmlToText } from "./html-text.ts";

const text = (html: string, withLinks = true) => htmlToText(html, { withLinks, mostUnits: html.length });

it.each([
  ["<p>Hello <b>w&ouml;rld</b>,</p><p>bye</p>", "Hello wörld,\n\nbye"],
  ["one<br>two<br/><br>three", "one\ntwo\n\nthree"],
  ["<div>a</div><div>b</div>c", "a\nb\nc"],
  ["a\n   b\t\n c&nbsp;d", "a b c d"],
  ["<ul><li>one<li>two</ul>", "- one\n- two"],
  ["<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"],
  ["<pre>a\n  b</pre>", "a\n  b"],
  ["<p>you said</p><blockquote><p>q1</p><p>q2</p></blockquote><p>no</p>", "you said\n\n> q1\n>\n> q2\n\nno"],
  ["<head><title>T</title><style>p{}</style></head><script>x<y</script>seen", "seen"],
  ["<!-- no --><![CDATA[no]]><?no?><!DOCTYPE html>yes", "yes"],
  ["1 &lt; 2 &amp;&amp; 3 &gt; 2 &euro; &#x1F600;", "1 < 2 && 3 > 2 € 😀"],
  ['a <a href="https://x.test/?a=1&amp;b=2">link</a>.', "a link (https://x.test/?a=1&b=2)."],
  ['<a href="https://x.test">https://x.test</a>', "https://x.test"],
  ['<a href="mailto:a@b.test">write</a>', "write (a@b.test)"],
  ['<a href="javascript:alert(1)">click</a>', "click"],
  ["<p>unclosed <b>and <p>again", "unclosed and\n\nagain"],
])("reads %s", (html, expected) => {
  expect(text(html)).toBe(expected);
});

it("leaves away where links lead when that is not asked for", () => {
  expect(text('<a href="https://x.test">here</a>', false)).toBe("here");
});
