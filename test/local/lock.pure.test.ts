import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claim, currentHolder } from "../../src/local/lock.ts";
import { identify } from "../../src/local/process.ts";
import { temporaryDirectory } from "./place.ts";

const self = identify(process.pid)!;

test.each([
  ["nothing", ""],
  ["a partial file", '{"owner":{"pid":'],
  ["null", "null"],
  ["a list", "[]"],
  ["an object of another program", "{}"],
  ["an owner that is not a process", '{"owner":null}'],
  ["an invalid process id", '{"owner":{"pid":"self"}}'],
  ["the id of a process group", '{"owner":{"pid":-1,"started":"1"}}'],
  ["an owner without a start time", `{"owner":{"pid":${self.pid}}}`],
  ["a Java that is not a process", JSON.stringify({ owner: self, java: 7 })],
  ["an invalid address", JSON.stringify({ owner: self, contactPoint: 9042 })],
])("a lock file that holds %s locks nothing, and is overwritten", async (_, text) => {
  using place = temporaryDirectory();
  writeFileSync(join(place.path, "lock.json"), text);
  expect(currentHolder(place.path)).toBeUndefined();
  const claimed = await claim(place.path);
  expect(claimed).toMatchObject({ orphan: undefined, release: expect.any(Function) });
  expect(JSON.parse(readFileSync(join(place.path, "lock.json"), "utf8"))).toEqual({ owner: self });
});

test("the lock file of a running process identifies it", async () => {
  using place = temporaryDirectory();
  const holder = { owner: self, runtime: "jars", java: self, contactPoint: "127.0.0.1:9042" };
  writeFileSync(join(place.path, "lock.json"), JSON.stringify(holder));
  expect(await claim(place.path)).toEqual(holder);
});
