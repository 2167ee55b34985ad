/** Of the page that shows somebody's HTML. It cannot have the client's own, which its policy does not let in. */
export const frameStyle = `
:root { color-scheme: light; color: #181b20; }
:root[data-look="dark"] { color-scheme: dark; color: #eeedea; }
:root[data-look="paper"] { background: #fff; }
body {
  margin: 0; padding: 1px 0; overflow-x: auto; overflow-y: hidden; overflow-wrap: anywhere;
  font: 420 15px / 24px system-ui, sans-serif;
}
:root[data-look="paper"] body { padding: 16px; }
a { color: #005ebb; text-underline-offset: 2px; }
:root[data-look="dark"] a { color: #76b6f7; }
:focus-visible { outline: 2px solid #0065d2; outline-offset: 2px; }
:root[data-look="dark"] :focus-visible { outline-color: #73bdff; }
img { max-width: 100%; height: auto; }
[data-blocked] { display: inline-block; padding: 2px 8px; border: 1px dashed; border-radius: 6px; font-size: 12px; line-height: 20px; opacity: 0.8; }
table { max-width: 100%; }
pre { white-space: pre-wrap; }
blockquote { margin: 0 0 0 2px; padding-inline-start: 12px; border-inline-start: 2px solid #848078; }
details > summary { cursor: pointer; font-size: 13px; opacity: 0.8; padding: 4px 0; inline-size: fit-content; }
[data-host] { margin-inline-start: 4px; padding: 0 4px; border: 1px solid currentColor; border-radius: 4px; font-size: 11px; }
`;
