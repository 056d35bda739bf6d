import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";
import { eventually } from "../fixtures/eventually.ts";
import { CREATE, createParty, DELETE, UPDATE } from "../fixtures/parties.ts";
import { address, countOn, partyAddress, PLUS, rowOf } from "./view.ts";

useBrowser();

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const newCity = () => `City ${randomUUID()}`;

test("the first party of a city is created, changed and deleted", async () => {
  await using windows = createWindows();
  const city = newCity();
  const page = await windows.open(address(app, { city }));
  await page.getByText(`Nothing is coming up in ${city}.`).waitFor();

  await page.getByRole("button", { name: "Create a party" }).click();
  await page.getByLabel("Name").fill("  Ferragosto ");
  await page.getByLabel("Begins").fill("2050-08-15T21:30");
  await page.getByLabel("People already counted in").fill("12");
  await page.getByRole("button", { name: "Create it" }).click();
  await page.getByRole("heading", { name: "Ferragosto" }).waitFor();
  await page.getByText("“Ferragosto” was created.").waitFor();
  expect(await page.locator("time").innerText()).toMatch(/^Monday,? 15 August 2050 at 21:30$/);
  expect(await page.locator("time").getAttribute("datetime")).toBe("2050-08-15T19:30:00.000Z");
  expect(await countOn(page)).toBe(12);

  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Ferragosto on the roof");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("heading", { name: "Ferragosto on the roof" }).waitFor();
  expect(await page.locator("time").innerText()).toMatch(/^Monday,? 15 August 2050 at 21:30$/);

  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Keep it" }).click();
  expect(await page.getByRole("alertdialog").count()).toBe(0);
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText(`Nothing is coming up in ${city}.`).waitFor();
  await page.getByText("“Ferragosto on the roof” was deleted.").waitFor();
  expect(new URL(page.url()).searchParams.get("city")).toBe(city);
});

test("an invalid value shows the service's message at its field", async () => {
  await using windows = createWindows();
  const city = newCity();
  const page = await windows.open(address(app, { city }));
  await page.getByRole("button", { name: "New party" }).click();
  const errorAt = (field: string) => page.locator(`#form-${field}-error`).textContent();
  const name = page.getByLabel("Name");

  await name.fill(" ");
  await page.getByLabel("People already counted in").fill("-1");
  await page.getByRole("button", { name: "Create it" }).click();
  await eventually(async () => {
    expect(await errorAt("name")).toBe("name must be one line of 1 to 200 characters, but got 0.");
  });
  expect(await errorAt("people")).toContain("2147483647");
  expect(await name.getAttribute("aria-invalid")).toBe("true");
  expect(await page.locator("#form-name:focus").count()).toBe(1);

  await name.fill("Good");
  await page.getByLabel("People already counted in").fill("99999999999");
  await page.getByRole("button", { name: "Create it" }).click();
  await eventually(async () => {
    expect(await errorAt("people")).toContain("99999999999");
  });
  expect(await errorAt("name")).toBe("");
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.getByText(`Nothing is coming up in ${city}.`).waitFor();
});

test("a city of 1,000 parties can be scrolled to its end, and keeps its position when the user returns", async () => {
  await using windows = createWindows();
  const city = newCity();
  for (let first = 0; first < 1000; first += 50) {
    const inputs = Array.from({ length: 50 }, (_, place) => ({
      city,
      name: `No. ${first + place}`,
    }));
    const created = await Promise.all(inputs.map((input) => app.run(CREATE, { input })));
    expect(created.every(({ data }) => data.createParty.__typename === "PartyCreated")).toBe(true);
  }
  const page = await windows.open(address(app, { city, show: "all" }));
  const rows = page.locator(".parties li");
  await rows.first().waitFor();
  expect(await rows.count()).toBeLessThan(200);
  await eventually(async () => {
    await page.keyboard.press("End");
    const message = await page.locator(".more .message").innerText();
    expect({ message, shown: await rows.count() }).toEqual({ message: "", shown: 1000 });
  }, 90_000);
  expect(new Set(await rows.locator(".name").allTextContents()).size).toBe(1000);
  expect(await page.getByText("More parties").isVisible()).toBe(false);

  await rows.nth(900).locator("a").click();
  await page.locator(".counter").waitFor();
  await page.goBack();
  await rows.nth(900).waitFor();
  await eventually(async () => {
    const { y = -1 } = (await rows.nth(900).boundingBox()) ?? {};
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(page.viewportSize()!.height);
  });
});

test("a city shows what others create, change and delete", async () => {
  await using windows = createWindows();
  const city = newCity();
  const page = await windows.open(address(app, { city }));
  await page.getByText("Live", { exact: true }).waitFor();
  const create = async (name: string, date: string) =>
    (await app.run(CREATE, { input: { city, name, date } })).data.createParty.party.id;

  const later = await create("Later", "2050-02-01T20:00:00Z");
  await page.getByText("“Later” was created.").waitFor();
  await create("Earlier", "2050-01-01T20:00:00Z");
  await create("Past", "2020-01-01T20:00:00Z");
  await page.locator(rowOf("Earlier")).waitFor();
  const names = () => page.locator(".parties .name").allTextContents();
  expect(await names()).toEqual(["Earlier", "Later"]);

  const input = { name: "Earliest", date: "2049-12-31T20:00:00Z" };
  await app.run(UPDATE, { city, id: later, input });
  await page.getByText("“Later” is now called “Earliest”.").waitFor();
  expect(await names()).toEqual(["Earliest", "Earlier"]);

  await app.run(DELETE, { city, id: later });
  await page.getByText("“Earliest” was deleted.").waitFor();
  expect(await names()).toEqual(["Earlier"]);
});

test("an open party shows that others have changed or deleted it", async () => {
  await using windows = createWindows();
  const key = await createParty(app, { people: 4 });
  const page = await windows.open(partyAddress(app, key));
  await page.getByText("Live", { exact: true }).waitFor();

  await app.run(UPDATE, { ...key, input: { name: "Another name" } });
  await page.getByRole("heading", { name: "Another name" }).waitFor();
  await page.getByRole("button", { name: "Edit" }).click();
  await page.getByLabel("Name").fill("Too late");
  await app.run(DELETE, { ...key });
  await page.getByText("This party has been deleted.").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("This party has been deleted. There is nothing left to change.").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  expect(await countOn(page)).toBe(4);
  expect(await page.locator(PLUS).isDisabled()).toBe(true);
  await page.getByRole("button", { name: "Show the parties in" }).click();
  await page.locator("h1", { hasText: key.city }).waitFor();
});

test("markup in names is shown as text", async () => {
  await using windows = createWindows();
  const city = `<b>${randomUUID()}</b>`;
  const name = `<img src=x onerror="document.title='broken'"> ${"x".repeat(140)}`;
  const { data } = await app.run(CREATE, { input: { city, name, date: "2050-01-01T00:00:00Z" } });
  const page = await windows.open(address(app, { city }));
  expect(await page.locator("h1").innerText()).toBe(city);
  expect(await page.locator(".parties .name").textContent()).toBe(name);
  await page.goto(String(partyAddress(app, data.createParty.party)));
  await page.locator(".hero").waitFor();
  expect(await page.locator("h1").innerText()).toBe(name);
  expect(await page.title()).toBe(`${name}, ${city} · Partyfinder`);
});
