import { afterAll, beforeAll, expect, test } from "vitest";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { exampleFiles } from "../../fixtures/examples.ts";
import { createExampleProject, type ExampleProject } from "../../fixtures/project.ts";

// The README's examples of clients run unchanged, except for the address, on the built package.

const files = await exampleFiles("README.md", "## From a client");
const key = { city: "Rome", id: "00000000-0000-4000-8000-000000000001" };

let app: TestApp;
let project: ExampleProject;
let client: PartyClient;

beforeAll(async () => {
  app = await startApp();
  client = createPartyClient({ url: app.url });
  project = await createExampleProject(files, app.url);
}, 120_000);

afterAll(async () => {
  await client.close();
  await app[Symbol.asyncDispose]();
  await project[Symbol.asyncDispose]();
});

/** Creates the party of the examples, with a count of 0. */
async function createParty() {
  const created = await client.createParty({ input: { ...key, name: "Ferragosto" } });
  expect(created.__typename).toBe("PartyCreated");
}

const names = ["counts.ts", "change.ts", "city.ts"];
const strict = ["--noEmit", "--strict", "--skipLibCheck"];
const modern = ["--target", "esnext", "--module", "nodenext"];

test("the README has these examples, and they compile", async () => {
  expect([...files.keys()]).toEqual(names);
  expect(await project.tsc(...strict, ...modern, "--types", "node", ...names)).toBe("");
});

test("the examples of the clients compile without the types of Node.js, and with exactOptionalPropertyTypes", async () => {
  const browser = ["--types", "", "--lib", "esnext,dom", "--exactOptionalPropertyTypes"];
  expect(await project.tsc(...strict, ...modern, ...browser, ...names)).toBe("");
});

test("counts.ts prints each count", async () => {
  await createParty();
  await using program = project.run("counts.ts");
  await program.printed("0\n");
  await client.addPeople({ ...key, delta: 2 });
  await program.printed("0\n2\n");
  await client.changePeople({ ...key, expected: 2, delta: -1 });
  expect(await program.printed("0\n2\n1\n")).toBe("0\n2\n1\n");
  await client.deleteParty(key);
});

test("counts.ts ends when the party is deleted", async () => {
  await createParty();
  await using program = project.run("counts.ts");
  await program.printed("0\n");
  await client.deleteParty(key);
  expect(await program.ended).toEqual({ code: 0, out: "0\n", err: "" });
});

test("change.ts prints the outcome", async () => {
  await createParty();
  for (const said of ["1 now\n", "1 already\n"]) {
    await using program = project.run("change.ts");
    expect(await program.ended).toEqual({ code: 0, out: said, err: "" });
  }
  await client.deleteParty(key);
  await using program = project.run("change.ts");
  expect((await program.ended).out).toMatch(/^There is no party/);
});

test("city.ts prints the list of the city after each event", async () => {
  await createParty();
  await using program = project.run("city.ts");
  await program.printed("Ferragosto: 0\n");
  await client.addPeople({ ...key, delta: 1 });
  await program.printed("Ferragosto: 1\n");
  await client.updateParty({ ...key, input: { name: "Ferragosto on the roof" } });
  await program.printed("Ferragosto on the roof: 1\n");
  await client.deleteParty(key);
  await program.printed("roof: 1\n\n");
});
