import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, startAppOn, type TestApp } from "../fixtures/app.ts";
import { createWindows, NETWORK, useBrowser } from "../fixtures/browser.ts";
import { eventually } from "../fixtures/eventually.ts";
import { ADD, change, createParty } from "../fixtures/parties.ts";
import { startWay } from "../fixtures/way.ts";
import {
  ADD_ME,
  address,
  countOn,
  MINUS,
  partyAddress,
  PLUS,
  recordCounts,
  rowOf,
} from "./view.ts";

useBrowser();

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

test("two windows that show one party show the same count at once", async () => {
  await using windows = createWindows();
  const key = await createParty(app, { people: 7 });
  const one = await windows.open(partyAddress(app, key));
  const other = await windows.open(partyAddress(app, key));

  await one.locator(PLUS).click();
  await eventually(async () => expect(await countOn(other)).toBe(8));
  expect(await countOn(one)).toBe(8);

  await other.locator(MINUS).click();
  await other.locator(ADD_ME).click();
  await other.locator(MINUS).click();
  for (const page of [one, other]) {
    await eventually(async () => expect(await countOn(page)).toBe(7));
  }
});

test("clicks that are faster than their answers are all counted, and the count never goes back", async () => {
  await using windows = createWindows();
  const key = await createParty(app);
  const page = await windows.open(partyAddress(app, key));
  const shown = await recordCounts(page);

  const button = page.locator(PLUS);
  for (let click = 0; click < 20; click += 1) await button.click();
  await eventually(async () => expect(await countOn(page)).toBe(20));
  const counts = await shown();
  expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  expect(await page.locator(".counter .message").innerText()).toBe("");
});

test("a stale change shows the actual count and offers to change that one", async () => {
  await using way = await startWay(app.url);
  await using windows = createWindows();
  const key = await createParty(app, { people: 3 });
  const page = await windows.open(partyAddress(way, key), { tolerated: NETWORK });
  await page.getByText("Live", { exact: true }).waitFor();

  way.refuseWebSockets(true);
  await page.getByText("No connection since").waitFor();
  await change(app, key, 3, +2);
  expect(await countOn(page)).toBe(3);

  await page.locator(PLUS).click();
  await page.getByText("Somebody was faster: the count is 5 now, not 3.").waitFor();
  expect(await change(app, key, 5, -1)).toMatchObject({ people: 4 });
  await page.getByText("Apply +1: make it 6").click();
  await page.getByText("Somebody was faster: the count is 4 now, not 5.").waitFor();
  await page.getByText("Apply +1: make it 5").click();
  await eventually(async () => expect(await countOn(page)).toBe(5));
  expect(await page.locator(".counter .message").innerText()).toBe("");

  // "Count me in" expects no count.
  await change(app, key, 5, +10);
  await page.locator(ADD_ME).click();
  await eventually(async () => expect(await countOn(page)).toBe(16));
});

test("a count stays within its range", async () => {
  await using windows = createWindows();
  const least = await createParty(app);
  const page = await windows.open(partyAddress(app, least));
  await page.locator(MINUS).click();
  await page.getByText("A count goes from 0 to 2,147,483,647. Nothing was changed.").waitFor();
  expect(await countOn(page)).toBe(0);

  const most = await createParty(app, { people: 2_147_483_647 });
  await page.goto(String(partyAddress(app, most)));
  await page.locator(ADD_ME).click();
  await page.getByText("A count goes from 0 to 2,147,483,647. Nothing was changed.").waitFor();
  expect(await countOn(page)).toBe(2_147_483_647);
});

test("a party shows a lost connection, and catches up when it is back", async () => {
  await using way = await startWay(app.url);
  await using windows = createWindows();
  const key = await createParty(app);
  const page = await windows.open(partyAddress(way, key), { tolerated: NETWORK });
  await page.getByText("Live", { exact: true }).waitFor();

  way.refuse(true);
  await page.getByText("No connection since").waitFor();
  await change(app, key, 0, +9);
  way.refuse(false);
  await page.getByText("Live", { exact: true }).waitFor();
  await eventually(async () => expect(await countOn(page)).toBe(9));
});

test("a city shows a lost connection, and catches up when it is back", async () => {
  await using way = await startWay(app.url);
  await using windows = createWindows();
  const key = await createParty(app);
  const page = await windows.open(address(way, { city: key.city, show: "all" }), {
    tolerated: NETWORK,
  });
  await page.getByText("Live", { exact: true }).waitFor();

  way.refuse(true);
  await page.getByText("No connection since").waitFor();
  await change(app, key, 0, +9);
  const missed = await createParty(app, { city: key.city, people: 5 });
  way.refuse(false);
  await page.getByText("Live", { exact: true }).waitFor();
  await eventually(async () => {
    const counts = [key, missed].map(({ id }) => countOn(page, `li:has([href*="${id}"])`));
    expect(await Promise.all(counts)).toEqual([9, 5]);
  });
});

test("a click without a connection is counted once when the connection is back", async () => {
  await using way = await startWay(app.url);
  await using windows = createWindows();
  const key = await createParty(app);
  const page = await windows.open(partyAddress(way, key), { tolerated: NETWORK });
  await page.getByText("Live", { exact: true }).waitFor();

  way.refuse(true);
  await page.locator(ADD_ME).click();
  const again = page.getByText("Send +1 again");
  await again.waitFor();
  way.refuse(false);
  await again.click();
  await eventually(async () => expect(await countOn(page)).toBe(1));
});

test("the page reconnects to a server that restarts", async () => {
  const { keyspace } = app;
  const first = await startAppOn(keyspace);
  const { port } = new URL(first.url);
  await using windows = createWindows();
  const key = await createParty(app, { people: 2 });
  const page = await windows.open(partyAddress(first, key), { tolerated: NETWORK });
  await page.getByText("Live", { exact: true }).waitFor();

  await first.close();
  await page.getByText("No connection since").waitFor();
  await using _second = await startAppOn(keyspace, { port: Number(port) });
  await page.getByText("Live", { exact: true }).waitFor();
  await page.locator(PLUS).click();
  await eventually(async () => expect(await countOn(page)).toBe(3));
});

test("each count in a list changes when others change it", async () => {
  await using windows = createWindows();
  const city = `City ${randomUUID()}`;
  const keys = [await createParty(app, { city }), await createParty(app, { city, people: 40 })];
  const page = await windows.open(address(app, { city, show: "all" }));
  await page.getByText("Live", { exact: true }).waitFor();

  for (const key of keys) await app.run(ADD, { ...key, delta: 2 });
  for (const [place, key] of keys.entries()) {
    const row = `li:has([href*="${key.id}"])`;
    await eventually(async () => expect(await countOn(page, row)).toBe([2, 42][place]));
  }
  expect(await page.locator(rowOf("A party")).count()).toBe(2);
});
