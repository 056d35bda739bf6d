import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";
import { eventually } from "../fixtures/eventually.ts";
import { createParty } from "../fixtures/parties.ts";
import { address, countOn, partyAddress } from "./view.ts";

useBrowser();

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const heading = "h1";

test("a city of any name can be typed and has a URL that can be shared", async () => {
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

test("back and forward restore each view and focus its heading", async () => {
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
  ["of spaces", { city: "   " }, "A city must be one line of 1 to 200 characters, but got 0."],
  [
    "of 201 characters",
    { city: "x".repeat(201) },
    "A city must be one line of 1 to 200 characters, but got more.",
  ],
])("a city name %s shows why it is not valid", async (_, query, text) => {
  await using windows = createWindows();
  const page = await windows.open(address(app, query));
  expect(await page.locator(heading).innerText()).toBe("Not a city");
  await page.getByText(text).waitFor();
  await page.getByText("Start over").click();
  await page.locator(heading, { hasText: "Who is coming?" }).waitFor();
});

test.each([
  ["xyz", "“xyz” is not the id of a party."],
  [randomUUID(), "There is no party with this id in Rome."],
])("the party %s does not exist", async (party, text) => {
  await using windows = createWindows();
  const page = await windows.open(address(app, { city: "Rome", party }));
  expect(await page.locator(heading).innerText()).toBe("No such party");
  await page.getByText(text).waitFor();
  await page.getByText("Show the parties in Rome").click();
  await page.locator(heading, { hasText: "Rome" }).waitFor();
});

test("a city name of 200 characters fits into the page", async () => {
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

test("a party is created and a person counted in with the keyboard alone", async () => {
  await using windows = createWindows();
  const city = `City ${randomUUID()}`;
  const page = await windows.open(address(app, {}));
  /** Presses Tab until an element with this name has the focus. */
  const reach = async (name: string) => {
    for (let step = 0; step < 40; step += 1) {
      const focused = page.locator(":focus");
      const text = (await focused.count()) > 0 ? await focused.ariaSnapshot() : "";
      if (text.includes(name)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`The Tab key does not reach "${name}".`);
  };

  await reach("Parties in");
  await page.keyboard.type(city);
  await page.keyboard.press("Enter");
  await page.locator(heading, { hasText: city }).waitFor();
  await reach("Create a party");
  await page.keyboard.press("Enter");
  await reach("Name");
  await page.keyboard.type("By keys");
  await page.keyboard.press("Enter");
  await page.locator(heading, { hasText: "By keys" }).waitFor();
  await reach("Count one in, +1");
  await page.keyboard.press("Space");
  await eventually(async () => expect(await countOn(page)).toBe(1));
  await page.keyboard.press("Space");
  await eventually(async () => expect(await countOn(page)).toBe(2));
});

test("a browser without the Navigation API loads the page for each view", async () => {
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

test("the page links to GraphiQL", async () => {
  await using windows = createWindows();
  const page = await windows.open(address(app, {}), { tolerated: /./ });
  await page.getByRole("link", { name: "GraphiQL" }).click();
  await page.waitForURL(app.url);
});
