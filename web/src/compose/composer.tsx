import {
  type DragEvent,
  type KeyboardEvent,
  type ReactElement,
  type Ref,
  useEffect,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { useCommands } from "../state/commands.ts";
import { fillsScreen, type Opening } from "../state/composers.ts";
import { call } from "../state/desk.ts";
import { undo } from "../state/undo.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import type { Fault } from "../state/worker/fault.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Notice } from "../ui/notice.tsx";
import { showToast } from "../ui/toaster.tsx";
import { told } from "../ui/told.ts";
import { Waiting } from "../ui/waiting.tsx";
import { say } from "../words/words.ts";
import { AttachTray } from "./attach-tray.tsx";
import { begin, isEmptyLetter, nothing, quoteOf } from "./begin.ts";
import style from "./composer.module.css";
import { Editor, type EditorHandle } from "./editor.tsx";
import { FormatBar } from "./format-bar.tsx";
import { LetterHead } from "./letter-head.tsx";
import { LetterLines } from "./letter-lines.tsx";
import type { Format } from "./rich/keys.ts";
import { SaveSign } from "./save-sign.tsx";
import { ScheduleDialog } from "./schedule-dialog.tsx";
import { SendButton } from "./send-button.tsx";
import { TemplateDialog, TemplateList } from "./templates.tsx";
import { useHasFocus } from "./use-has-focus.ts";
import { useLetter } from "./use-letter.ts";
import { useLetterPictures } from "./use-letter-pictures.ts";
import { useRecipients } from "./use-recipients.ts";
import { useSend } from "./use-send.ts";
import { useTemplates } from "./use-templates.ts";

interface Props {
  opening: Opening;
  /** `dock` at the foot of the page, beside others · `page` in the place of the mail. */
  look: "dock" | "page";
  /** Puts it away as its arrow does; it is done when that is. */
  leave?: Ref<() => Promise<void>>;
  /** It is over: sent, thrown away, or put away as a draft. */
  onClose(): void;
  /** Undefined where it cannot be made small. */
  onMinimise?: (() => void) | undefined;
  /** It goes on in the other look, as this draft. */
  onSwitch(name: string): void;
  onNamed(name: string): void;
  onTitle(title: string): void;
}

/** A letter that is being written. Esc makes it small or puts it away, and never throws it away. */
export function Composer({
  opening,
  look,
  leave,
  onClose,
  onMinimise,
  onSwitch,
  onNamed,
  onTitle,
}: Props): ReactElement {
  const letter = useLetter(opening, { prepare: begin, onNamed });
  const first = useRef<ReturnType<typeof begin>>(undefined);
  const editor = useRef<EditorHandle>(null);
  const picker = useRef<HTMLInputElement>(null);
  const root = useRef<HTMLElement>(null);
  const [isCcShown, setCcShown] = useState(false);
  const [isDropping, setDropping] = useState(false);
  const [isScheduling, setScheduling] = useState(false);
  const isFocused = useHasFocus(root);
  const [isChoosing, setChoosing] = useState(false);
  /** Why it is not kept, of a letter that somebody wants to close. */
  const [unkept, setUnkept] = useState<Fault>();
  const ending = useRef<"closing" | "over">(undefined);
  useEffect(() => {
    ending.current = undefined;
    return () => {
      ending.current = "over";
    };
  }, []);
  const [formats, setFormats] = useState<readonly Format[]>([]);

  const open = letter.state === "open" ? letter : undefined;
  const begun = open?.begun;
  const fields = open?.fields;
  if (first.current === undefined && fields !== undefined) first.current = fields;
  const all = fields === undefined ? [] : [...fields.to, ...fields.cc];
  const lookups = useRecipients(all);
  const seenFiles = lastSeen(useView("letterFiles", begun && { letterId: begun.letterId }));
  const files = seenFiles ?? [];
  const pictures = useLetterPictures(begun?.letterId, seenFiles);
  const sending = useSend({
    letter: open,
    lookups,
    onSent: onClose,
  });
  const templates = useTemplates(editor, fields?.to ?? []);
  const title = fields?.subject.trim() || say("compose.new");
  useEffect(() => onTitle(title), [title, onTitle]);

  // Who answers wants to write, who writes anew says first to whom.
  const isOpen = open !== undefined;
  const goesToNobody = all.length === 0;
  useEffect(() => {
    if (isOpen && !goesToNobody) editor.current?.focus();
  }, [isOpen]);
  // Until then what is typed does nothing to the mail behind it.
  useEffect(() => root.current?.focus({ preventScroll: true }), []);

  const isEmpty = () => isEmptyLetter(open?.now() ?? nothing, first.current ?? nothing, begun?.name !== null);
  const isWorthKeeping = () => !isEmpty() || files.length > 0;
  const closing = () => {
    const empty = isEmpty();
    return {
      letterId: begun?.letterId ?? 0,
      fields: open?.handOver() ?? nothing,
      isEmpty: empty,
      label: say("did.discard"),
    };
  };
  const close = async () => {
    if (ending.current !== undefined || sending.state === "busy") return;
    ending.current = "closing";
    // It is here until it is kept, so whoever sees it gone may leave.
    const kept = open !== undefined && isWorthKeeping() ? await open.keep() : undefined;
    if (ending.current !== "closing") return;
    if (kept !== undefined && "fault" in kept) {
      ending.current = undefined;
      setUnkept(kept.fault);
      return;
    }
    if (begun !== undefined) told(call("closeLetter", closing()));
    onClose();
  };
  useImperativeHandle(leave, () => close);
  const discard = async () => {
    ending.current = "over";
    onClose();
    const number = await call("discardLetter", closing());
    if (number === null) return;
    showToast({
      words: say("did.discard"),
      action: { words: say("undo.do"), command: "undo", run: () => void undo(number) },
    });
  };
  const switchLook = async () => {
    const kept = await open?.keep();
    if (kept !== undefined && "name" in kept) onSwitch(kept.name);
  };
  const attach = (chosen: readonly File[]) => {
    if (chosen.length > 0) pictures?.add(chosen);
  };
  const showCc = () => {
    setCcShown(true);
    requestAnimationFrame(() => root.current?.querySelector<HTMLElement>("[data-row=cc] input")?.focus());
  };
  const isOpenMail = all.length > 0 && all.every((address) => lookups.get(address)?.state === "open");

  useCommands(
    isFocused && isOpen
      ? {
          send: () => sending.send(),
          sendAndArchive: () => sending.send({ andArchive: true }),
          showCc,
          discard: () => told(discard()),
          bold: () => editor.current?.bold(),
          italic: () => editor.current?.italic(),
          template: templates.all == null ? undefined : () => setChoosing(true),
          // Without a selection the key is the palette's.
          get link() {
            return editor.current?.hasSelection() === true ? () => editor.current?.link() : undefined;
          },
        }
      : {},
  );

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.defaultPrevented || event.nativeEvent.isComposing) return;
    // A menu or a dialog that is open is shut by it, and nothing else.
    if (root.current?.querySelector(":popover-open, dialog:modal") !== null) return;
    event.preventDefault();
    event.stopPropagation();
    if (onMinimise !== undefined && isWorthKeeping() && !matchMedia(fillsScreen).matches) onMinimise();
    else told(close());
  };
  const hasFiles = ({ dataTransfer }: DragEvent) => dataTransfer.types.includes("Files");
  const change = (changes: Partial<typeof nothing>) => {
    sending.forget();
    open?.change(changes);
  };

  const sendButton = open && (
    <SendButton
      sending={sending}
      isOpenMail={isOpenMail}
      canArchive={begun?.original !== null && begun?.isForward === false}
      onSchedule={() => setScheduling(true)}
    />
  );
  return (
    <section
      ref={root}
      className={style.composer}
      data-look={look}
      data-keys="compose"
      role="dialog"
      aria-label={title}
      tabIndex={-1}
      onBlur={templates.shut}
      onPointerDownCapture={({ target }) => {
        if (isInText(target)) templates.shut();
      }}
      onKeyDownCapture={(event) => {
        if (isInText(event.target)) templates.onKeyDown(event);
      }}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={({ currentTarget, relatedTarget }) => {
        if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) setDropping(false);
      }}
      onDrop={(event) => {
        setDropping(false);
        // What is dropped into the text has its place there.
        if (!hasFiles(event) || event.defaultPrevented) return;
        event.preventDefault();
        attach([...event.dataTransfer.files]);
      }}
    >
      <header className={style.bar}>
        <IconButton
          icon="back"
          label={say("compose.close")}
          className={style.narrow ?? ""}
          onClick={() => told(close())}
        />
        <h2 className={style.title} dir="auto">
          {title}
        </h2>
        {open !== undefined && <SaveSign saved={open.saved} />}
        {onMinimise !== undefined && (
          <IconButton
            icon="minus"
            size={16}
            label={say("compose.minimise")}
            fixedKey="Escape"
            className={style.wide ?? ""}
            onClick={onMinimise}
          />
        )}
        <IconButton
          icon="expand"
          size={16}
          label={say(look === "dock" ? "compose.page" : "compose.dock")}
          className={style.wide ?? ""}
          onClick={() => void switchLook()}
        />
        <IconButton
          icon="close"
          size={16}
          label={say("compose.close")}
          className={style.wide ?? ""}
          onClick={() => told(close())}
        />
        <span className={style.narrow}>{sendButton}</span>
      </header>
      {letter.state === "opening" && <Waiting words={say("compose.opening")} />}
      {letter.state === "failed" && (
        <Notice code={letter.fault.code} action={<Button onClick={onClose}>{say("dialog.close")}</Button>}>
          {letter.fault.sentence}
        </Notice>
      )}
      {open !== undefined && fields !== undefined && begun !== undefined && pictures !== undefined && (
        <>
          <LetterHead
            identities={begun.identities}
            fields={fields}
            lookups={lookups}
            problem={sending.against?.kind === "nobody" ? say("against.nobody") : undefined}
            isNew={goesToNobody}
            isCcShown={isCcShown}
            onShowCc={showCc}
            onChange={change}
          />
          <LetterLines
            begun={begun}
            fields={fields}
            lookups={lookups}
            sending={sending}
            hasFiles={files.length > 0}
            onUse={(body) => change({ body })}
            onFillIn={() => change({ body: templates.fillIn(open.now().body) })}
            onAttach={() => picker.current?.click()}
          />
          <Editor
            text={fields.body}
            label={say("compose.text")}
            handle={editor}
            pictures={pictures}
            choosing={templates.choosing}
            onChange={(body) => change({ body })}
            onTyped={templates.look}
            onFormats={setFormats}
          />
          <TemplateList templates={templates} />
          {begun.original !== null && !begun.isForward && !fields.body.includes("\n> ") && (
            <Button
              look="link"
              icon="quote"
              className={style.quote ?? ""}
              onClick={() => {
                if (begun.original === null) return;
                change({ body: `${open.now().body.trimEnd()}\n\n${quoteOf(begun.original)}` });
                editor.current?.focus();
              }}
            >
              {say("compose.quote")}
            </Button>
          )}
          <AttachTray
            letterId={begun.letterId}
            files={files}
            text={fields.body}
            editor={editor}
            pictures={pictures}
          />
          <footer className={style.foot}>
            <span className={style.wide}>{sendButton}</span>
            <IconButton icon="clip" label={say("compose.attach")} onClick={() => picker.current?.click()} />
            <FormatBar
              editor={editor}
              formats={formats}
              onTemplate={templates.all == null ? undefined : () => setChoosing(true)}
            />
            <span className={style.space} />
            <IconButton
              icon="trash"
              label={say("compose.discard")}
              command="discard"
              onClick={() => told(discard())}
            />
          </footer>
          <input
            ref={picker}
            type="file"
            multiple
            hidden
            aria-label={say("compose.attach")}
            onChange={({ target }) => {
              attach([...(target.files ?? [])]);
              target.value = "";
            }}
          />
        </>
      )}
      {isDropping && <p className={style.drop}>{say("compose.drop")}</p>}
      {unkept !== undefined && (
        <Confirm
          title={say("compose.throwAway")}
          verb={say("compose.discard")}
          onDo={() => told(discard())}
          onClose={() => setUnkept(undefined)}
        >
          <p>{unkept.sentence}</p>
        </Confirm>
      )}
      {isChoosing && templates.all != null && (
        <TemplateDialog all={templates.all} onChoose={templates.put} onClose={() => setChoosing(false)} />
      )}
      {isScheduling && (
        <ScheduleDialog
          onClose={() => setScheduling(false)}
          onChoose={(at) => {
            setScheduling(false);
            sending.send({ at, mayGoInTheOpen: isOpenMail });
          }}
        />
      )}
    </section>
  );
}

function isInText(target: EventTarget): boolean {
  return target instanceof Element && target.closest("[data-letter-text]") !== null;
}
