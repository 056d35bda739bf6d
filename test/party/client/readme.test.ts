import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PartyClient, createPartyClient } from "../../../src/party/client/index.ts";
import { startApp, type TestApp } from "../../fixtures/app.ts";
import { type Running, startProgram } from "../../fixtures/command.ts";
import { readmeFiles } from "../../fixtures/readme.ts";

// The README's examples of clients run unchanged, except for the address, on the built package.

const root = fileURLToPath(new URL("../../..", import.meta.url));
const files = await readmeFiles("## From a client");
const key = { city: "Rome", id: "00000000-0000-4000-8000-000000000001" };
const installed = [
  "@apollo",
  "@graphql-typed-document-node",
  "@types",
  "@urql",
  "graphql",
  "graphql-ws",
  "rxjs",
];

let directory: string;
let app: TestApp;
let client: PartyClient;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "partyfinder-readme-"));
  app = await startApp();
  client = createPartyClient({ url: app.url });
  await install();
}, 120_000);

afterAll(async () => {
  await client.close();
  await app[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Builds the package into the directory, and adds the examples and the packages that they import. */
async function install() {
  const modules = join(directory, "node_modules");
  const own = join(modules, "partyfinder");
  await mkdir(own, { recursive: true });
  await copyFile(join(root, "package.json"), join(own, "package.json"));
  await tsc("-p", join(root, "src/tsconfig.build.json"), "--outDir", join(own, "dist"));
  for (const name of installed) {
    await symlink(join(root, "node_modules", name), join(modules, name));
  }
  await writeFile(join(directory, "package.json"), '{ "type": "module" }');
  for (const [name, text] of files) {
    const here = text.replaceAll("localhost:4000", new URL(app.url).host);
    expect(here).not.toBe(text);
    await writeFile(join(directory, name), here);
  }
}

/** Returns the errors of the compiler, or an empty string. */
async function tsc(...args: readonly string[]): Promise<string> {
  const file = join(root, "node_modules/.bin/tsc");
  const { stdout } = await promisify(execFile)(file, args, { cwd: directory }).catch(
    (failed: { stdout: string }) => failed,
  );
  return stdout;
}

function run(name: string): Running {
  return startProgram(join(directory, name));
}

/** Creates the party of the examples, with a count of 0. */
async function createParty() {
  const created = await client.createParty({ input: { ...key, name: "Ferragosto" } });
  expect(created.__typename).toBe("PartyCreated");
}

const strict = ["--noEmit", "--strict", "--skipLibCheck"];
const modern = ["--target", "esnext", "--module", "nodenext"];

test("the README has these examples, and they compile", async () => {
  const others = ["apollo.ts", "urql.ts", "graphql-ws.ts"];
  const names = ["counts.ts", "change.ts", "city.ts", "names.ts", ...others];
  expect([...files.keys()]).toEqual(names);
  expect(await tsc(...strict, ...modern, "--types", "node", ...names)).toBe("");
});

test("the examples of the clients compile without the types of Node.js, and with exactOptionalPropertyTypes", async () => {
  const browser = ["--types", "", "--lib", "esnext,dom", "--exactOptionalPropertyTypes"];
  const names = ["counts.ts", "change.ts", "city.ts", "names.ts"];
  expect(await tsc(...strict, ...modern, ...browser, ...names)).toBe("");
});

test.each(["counts.ts", "apollo.ts", "urql.ts", "graphql-ws.ts"])(
  "%s prints each count",
  async (name) => {
    await createParty();
    await using program = run(name);
    await program.printed("0\n");
    await client.addPeople({ ...key, delta: 2 });
    await program.printed("0\n2\n");
    await client.changePeople({ ...key, expected: 2, delta: -1 });
    expect(await program.printed("0\n2\n1\n")).toBe("0\n2\n1\n");
    await client.deleteParty(key);
  },
);

test("counts.ts ends when the party is deleted", async () => {
  await createParty();
  await using program = run("counts.ts");
  await program.printed("0\n");
  await client.deleteParty(key);
  expect(await program.ended).toEqual({ code: 0, out: "0\n", err: "" });
});

test("change.ts prints the outcome", async () => {
  await createParty();
  for (const said of ["1 now\n", "1 already\n"]) {
    await using program = run("change.ts");
    expect(await program.ended).toEqual({ code: 0, out: said, err: "" });
  }
  await client.deleteParty(key);
  await using program = run("change.ts");
  expect((await program.ended).out).toMatch(/^There is no party/);
});

test("city.ts prints the list of the city after each event", async () => {
  await createParty();
  await using program = run("city.ts");
  await program.printed("Ferragosto: 0\n");
  await client.addPeople({ ...key, delta: 1 });
  await program.printed("Ferragosto: 1\n");
  await client.updateParty({ ...key, input: { name: "Ferragosto on the roof" } });
  await program.printed("Ferragosto on the roof: 1\n");
  await client.deleteParty(key);
  await program.printed("roof: 1\n\n");
});

test("names.ts prints the names of the parties in the city", async () => {
  await createParty();
  await using program = run("names.ts");
  expect(await program.ended).toEqual({ code: 0, out: "Ferragosto\n", err: "" });
  await client.deleteParty(key);
});
