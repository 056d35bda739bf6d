import AxeBuilder from "@axe-core/playwright";
import { randomUUID } from "node:crypto";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { createWindows, NETWORK, useBrowser } from "../fixtures/browser.ts";
import { change, createParty, DELETE, type Key } from "../fixtures/parties.ts";
import { startWay } from "../fixtures/way.ts";
import { address, partyAddress, PLUS } from "./view.ts";

useBrowser();

let app: TestApp;
let key: Key;
beforeAll(async () => {
  app = await startApp();
  key = await createParty(app, { people: 12 });
});
afterAll(() => app[Symbol.asyncDispose]());

/** Returns the accessibility violations that axe finds on a page. */
async function violationsOn(page: Page): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.each(["light", "dark"] as const)("axe finds no violations: %s", (colorScheme) => {
  const options = { colorScheme, reducedMotion: "reduce" } as const;

  test("on each view", async () => {
    await using windows = createWindows();
    const urls = [
      address(app, {}),
      address(app, { city: key.city, show: "all" }),
      address(app, { city: "Nowhere" }),
      address(app, { city: " " }),
      partyAddress(app, key),
    ];
    for (const url of urls) {
      const page = await windows.open(url, options);
      expect(await violationsOn(page)).toEqual([]);
    }
  });

  test("in the dialogs", async () => {
    await using windows = createWindows();
    const page = await windows.open(partyAddress(app, key), options);
    await page.getByRole("button", { name: "Delete" }).click();
    expect(await violationsOn(page)).toEqual([]);
    await page.getByRole("button", { name: "Keep it" }).click();
    await page.getByRole("button", { name: "Edit" }).click();
    await page.getByLabel("Name").fill(" ");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("name must be").waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });

  test("after a lost connection, a refusal and a deletion", async () => {
    await using way = await startWay(app.url);
    await using windows = createWindows();
    const own = await createParty(app, { city: `City ${randomUUID()}` });
    const page = await windows.open(partyAddress(way, own), { ...options, tolerated: NETWORK });
    await page.getByText("Live", { exact: true }).waitFor();
    way.refuseWebSockets(true);
    await page.getByText("No connection since").waitFor();
    await change(app, own, 0, 1);
    await page.locator(PLUS).click();
    await page.getByText("Somebody was faster: the count is 1 now").waitFor();
    expect(await violationsOn(page)).toEqual([]);
    way.refuseWebSockets(false);
    await app.run(DELETE, { ...own });
    await page.getByText("This party has been deleted.").waitFor();
    expect(await violationsOn(page)).toEqual([]);
  });
});

test("a user who prefers reduced motion sees no animation", async () => {
  await using windows = createWindows();
  const page = await windows.open(partyAddress(app, key), { reducedMotion: "reduce" });
  await page.evaluate(`
    globalThis.animated = 0;
    const { animate } = Element.prototype;
    Element.prototype.animate = function (...args) { animated += 1; return animate.apply(this, args); };
  `);
  await page.locator(PLUS).click();
  await page.locator(".hero .hidden", { hasText: "13 people" }).waitFor({ state: "attached" });
  expect(await page.evaluate("animated")).toBe(0);
});
