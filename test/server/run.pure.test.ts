import { setTimeout as sleep } from "node:timers/promises";
import { OperationTypeNode } from "graphql";
import { expect, test } from "vitest";
import { openViewer } from "../../src/pothos/index.ts";
import { createAdmission } from "../../src/server/admission.ts";
import { limits } from "../../src/server/limits.ts";
import type { Services } from "../../src/server/caller-services.ts";
import { createRun } from "../../src/server/run.ts";

const one = { pointsInFlight: 1, pointsInFlightPerCaller: 1, pointsPerSecond: 1000 };
const identity = {
  context: { viewer: openViewer } as Services,
  audience: undefined,
  caller: "a",
  expires: undefined,
};
const query = { kind: OperationTypeNode.QUERY, points: 1, weight: 1 } as const;

test("an operation whose caller is identified too late takes no room", async () => {
  const run = createRun({ admission: createAdmission(one), limits: { time: 100 } });
  const late = sleep(100 + limits.settling + 200, identity);
  const begin = async () => "begun";
  await expect(run({ ...query, identity: late }, begin)).rejects.toThrow("took too long");
  await late;
  await sleep(10);
  expect(await run({ ...query, identity }, begin)).toBe("begun");
}, 10_000);

test("a result that comes too late is discarded, and its room was given back", async () => {
  const run = createRun({ admission: createAdmission(one), limits: { time: 100 } });
  const discarded: string[] = [];
  const discard = (result: string) => void discarded.push(result);
  const begin = () => sleep(100 + limits.settling + 200, "late");
  await expect(run({ ...query, identity, discard }, begin)).rejects.toThrow("took too long");
  expect(await run({ ...query, identity }, async () => "next")).toBe("next");
  await sleep(300);
  expect(discarded).toEqual(["late"]);
}, 10_000);
