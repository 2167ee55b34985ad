import { Children, type ReactElement, Suspense, useContext, useMemo, useState } from "react";
import type { MessageBody } from "../state/worker/read-body.ts";
import { Button } from "../ui/button.tsx";
import { part } from "../ui/part.ts";
import prose from "../ui/prose.module.css";
import { longTime, shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./message-text.module.css";
import { PictureContext } from "./picture-context.ts";
import { PlainText } from "./plain-text.tsx";
import { isShownWhole, splitQuotes, type TextPart } from "./split-quotes.ts";

const MarkdownText = part(
  () => import("./markdown-text.tsx"),
  ({ MarkdownText }) => MarkdownText,
);

type Opened = Extract<MessageBody, { kind: "opened" }>;

/** The words of a message, what is quoted in it folded. */
export function MessageWords({ body }: { body: Opened }): ReactElement {
  const [isEarlier, setEarlier] = useState(false);
  const text = isEarlier ? (body.earlier ?? "") : body.text;
  const parts = useMemo(() => splitQuotes(text), [text]);
  return (
    <>
      {body.editedAtMs !== null && (
        <p className={style.edited}>
          <span title={longTime(body.editedAtMs)}>
            {say("message.edited", { time: shortMoment(body.editedAtMs) })}
          </span>
          {body.earlier !== null && (
            <Button look="link" aria-pressed={isEarlier} onClick={() => setEarlier(!isEarlier)}>
              {say(isEarlier ? "message.showNow" : "message.showEarlier")}
            </Button>
          )}
        </p>
      )}
      <div className={`${prose.prose} ${style.words}`} data-earlier={isEarlier ? "" : undefined}>
        {/* Each by its place, for a text's parts change with the text alone. */}
        {Children.toArray(
          parts.map((part, at) => drawPart(part, isShownWhole(parts, at), body.format === "markdown")),
        )}
        {parts.length === 0 && <p className={style.nothing}>{say("message.noWords")}</p>}
      </div>
    </>
  );
}

function drawPart(part: TextPart, isWhole: boolean, isMarkdown: boolean): ReactElement {
  if (part.kind === "said") return <Text text={part.text} isMarkdown={isMarkdown} />;
  const quoted = (
    <>
      {part.intro !== "" && <PlainText text={part.intro} />}
      <blockquote>
        <Text text={part.text} isMarkdown={isMarkdown} />
      </blockquote>
    </>
  );
  return isWhole ? quoted : <QuotedFold>{quoted}</QuotedFold>;
}

/** What others said before, a click away. A file that is shown in there alone is seen among the files, too. */
function QuotedFold({ children }: { children: ReactElement }): ReactElement {
  const pictures = useContext(PictureContext);
  const within = useMemo(() => pictures && { ...pictures, onStands: () => undefined }, [pictures]);
  return (
    <details className={style.fold}>
      <summary>{say("message.quoted")}</summary>
      <PictureContext value={within}>{children}</PictureContext>
    </details>
  );
}

function Text({ text, isMarkdown }: { text: string; isMarkdown: boolean }): ReactElement {
  if (!isMarkdown) return <PlainText text={text} />;
  return (
    // What it says can be read meanwhile.
    <Suspense fallback={<PlainText text={text} />}>
      <MarkdownText text={text} />
    </Suspense>
  );
}
