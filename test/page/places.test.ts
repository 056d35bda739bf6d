import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createParty } from "../fixtures/parties.ts";
import { address, countOn, partyAddress } from "./seen.ts";

useBrowser();

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const heading = "h1";

test("a city of any name is typed, is in the address, and comes back from it", async () => {
  await using windows = createWindows();
  const city = `a/b "c" 🎉 & ${randomUUID()}`;
  const { id } = await createParty(app, { city, people: 3 });
  const page = await windows.open(address(app, {}));
  await page.getByLabel("Parties in").fill(` ${city} `);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: city }).waitFor();
  expect(new URL(page.url()).searchParams.get("city")?.trim()).toBe(city);

  const shared = await windows.open(page.url());
  expect(await shared.getByLabel("Parties in").inputValue()).toBe(city);
  await shared.getByRole("link", { name: "All" }).click();
  await shared.locator(`[href*="${id}"]`).click();
  await shared.locator(".hero").waitFor();
  expect(await countOn(shared)).toBe(3);
  expect(new URL(shared.url()).searchParams.get("party")).toBe(id);
});

test("back and forward go through the places, each with its heading in focus", async () => {
  await using windows = createWindows();
  const { city, id } = await createParty(app);
  const page = await windows.open(address(app, {}));
  const at = async (text: string) => {
    await page.locator(heading, { hasText: text }).waitFor();
    await eventually(async () => {
      expect(await page.evaluate("document.activeElement.textContent")).toBe(text);
    });
  };
  await page.getByLabel("Parties in").fill(city);
  await page.getByRole("button", { name: "Show" }).click();
  await at(city);
  await page.getByRole("link", { name: "All" }).click();
  await page.locator(`[href*="${id}"]`).click();
  await at("A party");
  expect(await page.title()).toBe(`A party, ${city} · Partyfinder`);

  await page.goBack();
  await at(city);
  expect(await page.getByRole("link", { name: "All" }).getAttribute("aria-current")).toBe("page");
  await page.goBack();
  await page.goBack();
  await at("Who is coming?");
  expect(await page.getByLabel("Parties in").inputValue()).toBe("");
  await page.goForward();
  await at(city);
});

test.each([
  ["of blanks", { city: "   " }, "A city must be 1 to 200 characters, but got 0."],
  ["too long", { city: "x".repeat(201) }, "A city must be 1 to 200 characters, but got more."],
])("a city that is %s is refused in words", async (_, query, text) => {
  await using windows = createWindows();
  const page = await windows.open(address(app, query));
  expect(await page.locator(heading).innerText()).toBe("That is no city");
  await page.getByText(text).waitFor();
  await page.getByText("Begin anew").click();
  await page.locator(heading, { hasText: "Who is coming?" }).waitFor();
});

test.each([
  ["xyz", "“xyz” is no id of a party."],
  [randomUUID(), "There is no party of this id in Rome."],
])("the party %s is not there", async (party, text) => {
  await using windows = createWindows();
  const page = await windows.open(address(app, { city: "Rome", party }));
  expect(await page.locator(heading).innerText()).toBe("No such party");
  await page.getByText(text).waitFor();
  await page.getByText("See what there is in Rome").click();
  await page.locator(heading, { hasText: "Rome" }).waitFor();
});

test("a city of 200 characters has its place", async () => {
  await using windows = createWindows();
  const key = await createParty(app, { city: "🎉".repeat(200) });
  const page = await windows.open(partyAddress(app, key), {
    viewport: { width: 360, height: 700 },
  });
  const overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
  expect(await page.evaluate(overflow)).toBe(0);
  await page.locator(".back").click();
  await page.locator(".empty").waitFor();
  expect(await page.evaluate(overflow)).toBe(0);
});

test("with the keyboard alone a party is created and somebody is counted in", async () => {
  await using windows = createWindows();
  const city = `City ${randomUUID()}`;
  const page = await windows.open(address(app, {}));
  /** Goes on with the tabulator key until something with this name has the focus. */
  const reach = async (name: string) => {
    for (let step = 0; step < 40; step += 1) {
      const focused = page.locator(":focus");
      const text = (await focused.count()) > 0 ? await focused.ariaSnapshot() : "";
      if (text.includes(name)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`The tabulator key does not lead to "${name}".`);
  };

  await reach("Parties in");
  await page.keyboard.type(city);
  await page.keyboard.press("Enter");
  await page.locator(heading, { hasText: city }).waitFor();
  await reach("Create a party");
  await page.keyboard.press("Enter");
  await reach("What it is called");
  await page.keyboard.type("By keys");
  await page.keyboard.press("Enter");
  await page.locator(heading, { hasText: "By keys" }).waitFor();
  await reach("Count one in, +1");
  await page.keyboard.press("Space");
  await eventually(async () => expect(await countOn(page)).toBe(1));
  await page.keyboard.press("Space");
  await eventually(async () => expect(await countOn(page)).toBe(2));
});

test("a browser that knows no Navigation API loads each place anew", async () => {
  await using windows = createWindows();
  const { city } = await createParty(app);
  const page = await windows.open(address(app, {}));
  await page.addInitScript("delete globalThis.navigation");
  await page.reload();
  expect(await page.evaluate("'navigation' in globalThis")).toBe(false);
  await page.getByLabel("Parties in").fill(city);
  await page.keyboard.press("Enter");
  await page.locator(heading, { hasText: city }).waitFor();
  await page.getByRole("link", { name: "All" }).click();
  await page.getByRole("link", { name: "A party" }).click();
  await page.locator(".hero .wheels").waitFor();
  await page.goBack();
  await page.locator(heading, { hasText: city }).waitFor();
});

test("GraphiQL is one click away", async () => {
  await using windows = createWindows();
  const page = await windows.open(address(app, {}), { tolerated: /./ });
  await page.getByRole("link", { name: "GraphiQL" }).click();
  await page.waitForURL(app.url);
});
