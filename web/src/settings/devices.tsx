import { type ReactElement, useState } from "react";
import { call } from "../state/desk.ts";
import type { Device } from "../state/worker/own-account.ts";
import { Actions } from "../ui/actions.tsx";
import { Badge } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { Confirm } from "../ui/confirm.tsx";
import { Icon } from "../ui/icon.tsx";
import items from "../ui/items.module.css";
import { Watched } from "../ui/watched.tsx";
import { longTime, shortMoment } from "../words/dates.ts";
import { say } from "../words/words.ts";
import { AddDevice } from "./add-device.tsx";
import { Row } from "./row.tsx";
import { useDoing } from "./use-doing.ts";

/** Where the account is signed in. */
export function Devices(): ReactElement {
  const [ending, setEnding] = useState<Device>();
  const [isAdding, setAdding] = useState(false);
  const doing = useDoing();
  return (
    <Row row="devices" help={say("settings.devicesHelp")} isWide doing={doing}>
      {() => (
        <>
          <Watched name="devices" input={{}}>
            {(devices) => (
              <ul className={items.list}>
                {devices.map((device) => (
                  <DeviceItem key={device.id} device={device} onEnd={() => setEnding(device)} />
                ))}
              </ul>
            )}
          </Watched>
          <Actions>
            <Button icon="plus" onClick={() => setAdding(true)}>
              {say("addDevice.do")}
            </Button>
          </Actions>
          {isAdding && (
            <AddDevice
              onClose={() => setAdding(false)}
              onEnd={(device) => {
                setAdding(false);
                setEnding(device);
              }}
            />
          )}
          {ending !== undefined && (
            <Confirm
              title={say("settings.endDevice", { name: nameOf(ending) })}
              verb={say("settings.signOut")}
              onClose={() => setEnding(undefined)}
              onDo={() => {
                setEnding(undefined);
                void doing.run(() => call("endDevice", { id: ending.id }));
              }}
            >
              <p>{say("settings.endDeviceSentence")}</p>
            </Confirm>
          )}
        </>
      )}
    </Row>
  );
}

function nameOf({ name }: Device): string {
  return name ?? say("settings.unnamedDevice");
}

/** By the names that browsers are given when they sign in. */
function isHandheld(name: string): boolean {
  return /Android|iPhone|iPad/.test(name);
}

function DeviceItem({ device, onEnd }: { device: Device; onEnd(): void }): ReactElement {
  const { isThis, seenAtMs, signedInAtMs } = device;
  return (
    <li className={items.item}>
      <span className={items.sign}>
        <Icon name={isHandheld(nameOf(device)) ? "phone" : "device"} />
      </span>
      <div>
        <p className={items.name}>
          <bdi>{nameOf(device)}</bdi> {isThis && <Badge>{say("settings.thisDevice")}</Badge>}
        </p>
        <p className={items.meta} title={longTime(seenAtMs)}>
          {say("settings.deviceTimes", {
            seen: shortMoment(seenAtMs),
            since: shortMoment(signedInAtMs),
          })}
        </p>
      </div>
      {!isThis && (
        <Button aria-label={say("settings.signOutDevice", { name: nameOf(device) })} onClick={onEnd}>
          {say("settings.signOut")}
        </Button>
      )}
    </li>
  );
}
