/** What a process has used of the machine. */
export interface Usage {
  cpuSeconds: number;
  rssBytes: number;
}

export function isUsage(value: unknown): value is Usage {
  return typeof value === "object" && value !== null && "cpuSeconds" in value && "rssBytes" in value;
}

export function ownUsage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}

/** Milliseconds on the one clock that all processes of this machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
