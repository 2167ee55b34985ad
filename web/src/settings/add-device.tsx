import { type ReactElement, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { CallFailed, call } from "../state/desk.ts";
import { lastSeen, useView } from "../state/use-view.ts";
import { codeOf } from "../state/use-work.ts";
import type { Fault } from "../state/worker/fault.ts";
import type { Device } from "../state/worker/own-account.ts";
import { Actions } from "../ui/actions.tsx";
import { Button } from "../ui/button.tsx";
import { CopyText } from "../ui/copy-text.tsx";
import { Dialog } from "../ui/dialog.tsx";
import form from "../ui/form.module.css";
import { Notice } from "../ui/notice.tsx";
import { part } from "../ui/part.ts";
import { Waiting } from "../ui/waiting.tsx";
import { shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import style from "./add-device.module.css";

const QrCode = part(
  () => import("../ui/qr-code.tsx"),
  ({ QrCode }) => QrCode,
);

interface Link {
  url: string;
  expiresAtMs: number;
}

/** So often it is looked whether the other device has come in. */
const lookEveryMs = 3_000;

/** A link for one more device, to be scanned or taken along, until that has come in or its time is over. */
export function AddDevice({
  onClose,
  onEnd,
}: {
  onClose(): void;
  onEnd(device: Device): void;
}): ReactElement {
  const [link, setLink] = useState<Link>();
  const [fault, setFault] = useState<Fault>();
  const [isOver, setOver] = useState(false);
  const joined = useNewDevice(link !== undefined && !isOver);
  const make = useCallback(() => {
    setLink(undefined);
    setFault(undefined);
    setOver(false);
    call("offerDeviceLink", {}).then(
      ({ code, expiresAtMs }) => setLink({ url: `${location.origin}/link#${code}`, expiresAtMs }),
      (error: unknown) => {
        if (error instanceof CallFailed) setFault(error.fault);
      },
    );
  }, []);
  useEffect(make, [make]);
  useEffect(() => {
    if (link === undefined) return;
    const timer = setTimeout(() => setOver(true), link.expiresAtMs - Date.now());
    return () => clearTimeout(timer);
  }, [link]);

  return (
    <Dialog title={say("addDevice.title")} onClose={onClose}>
      <div className={`${form.form} ${form.inDialog}`}>
        {joined !== undefined ? (
          <Joined device={joined} onClose={onClose} onEnd={() => onEnd(joined)} />
        ) : fault !== undefined || isOver ? (
          <>
            {fault !== undefined && <Notice code={codeOf(fault)}>{fault.sentence}</Notice>}
            {isOver && <p>{say("addDevice.over")}</p>}
            <Button onClick={make}>{say("addDevice.again")}</Button>
          </>
        ) : link === undefined ? (
          <Waiting words={say("wait.server")} onStop={onClose} />
        ) : (
          <Shown link={link} />
        )}
      </div>
    </Dialog>
  );
}

function Shown({ link: { url, expiresAtMs } }: { link: Link }): ReactElement {
  return (
    <>
      <p>{say("addDevice.scan", { until: shortMoment(expiresAtMs) })}</p>
      <div className={style.code}>
        <Suspense fallback={<Waiting />}>
          <QrCode text={url} label={say("addDevice.qr")} />
        </Suspense>
      </div>
      <p className={form.help}>{say("addDevice.copy")}</p>
      <CopyText label={say("addDevice.link")} text={url} />
      <p className={form.help}>{say("addDevice.secret")}</p>
      <p className={form.help} role="status">
        {say("addDevice.waiting")}
      </p>
    </>
  );
}

function Joined({
  device,
  onClose,
  onEnd,
}: {
  device: Device;
  onClose(): void;
  onEnd(): void;
}): ReactElement {
  const name = device.name ?? say("settings.unnamedDevice");
  return (
    <>
      <p role="status">{say("addDevice.joined", { name })}</p>
      <Actions isAtEnd>
        <Button look="danger" onClick={onEnd}>
          {say("addDevice.notMine")}
        </Button>
        <Button look="ink" onClick={onClose}>
          {say("addDevice.done")}
        </Button>
      </Actions>
    </>
  );
}

/** The device that has signed in since this was first asked. */
function useNewDevice(isWaiting: boolean): Device | undefined {
  const devices = lastSeen(useView("devices", {}));
  const known = useRef<ReadonlySet<string>>(undefined);
  if (devices !== undefined) known.current ??= new Set(devices.map(({ id }) => id));
  const joined = devices?.find(({ id }) => known.current?.has(id) === false);
  const isLooking = isWaiting && joined === undefined;
  useEffect(() => {
    if (!isLooking) return;
    const timer = setInterval(() => void call("lookAgain", {}), lookEveryMs);
    return () => clearInterval(timer);
  }, [isLooking]);
  return joined;
}
