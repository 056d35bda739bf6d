import { afterAll, beforeAll, expect, test } from "vitest";
import { type Client, createClient } from "../../src/client/index.ts";
import { exampleFiles } from "../fixtures/examples.ts";
import { createExampleProject, type ExampleProject } from "../fixtures/project.ts";
import { addTaken, createSeat, deleteSeat } from "./documents.ts";
import { startTheatre, type Theatre } from "./theatre.ts";

// The examples of docs/client.md run unchanged, except for the address, on the built package.

const files = await exampleFiles("docs/client.md");
const key = { theatre: "Globe", id: "00000000-0000-4000-8000-000000000001" };

let theatre: Theatre;
let project: ExampleProject;
let client: Client;

beforeAll(async () => {
  theatre = await startTheatre();
  client = createClient({ url: theatre.url });
  project = await createExampleProject(files, theatre.url);
}, 120_000);

afterAll(async () => {
  await client.close();
  await project[Symbol.asyncDispose]();
  await theatre[Symbol.asyncDispose]();
});

/** Creates the seat of the examples, and returns how to delete it. */
async function withSeat(): Promise<AsyncDisposable> {
  const input = { ...key, name: "A 1" };
  expect((await client.send(createSeat, { input })).createSeat?.__typename).toBe("SeatCreated");
  return { [Symbol.asyncDispose]: async () => void (await client.send(deleteSeat, key)) };
}

const add = (delta: number) => client.send(addTaken, { ...key, delta });

const ours = ["seats.ts", "add.ts", "create.ts", "taken.ts", "list.ts"];

test("docs/client.md has these examples, and they compile", async () => {
  const names = [...ours, "apollo.ts", "urql.ts", "graphql-ws.ts"];
  expect([...files.keys()]).toEqual(names);
  const options = ["--noEmit", "--strict", "--skipLibCheck"];
  const modern = ["--target", "esnext", "--module", "nodenext"];
  expect(await project.tsc(...options, ...modern, "--types", "node", ...names)).toBe("");
  const browser = ["--types", "", "--lib", "esnext,dom", "--exactOptionalPropertyTypes"];
  expect(await project.tsc(...options, ...modern, ...browser, ...ours)).toBe("");
});

test.each(["taken.ts", "apollo.ts", "urql.ts", "graphql-ws.ts"])(
  "%s prints each value",
  async (name) => {
    await using _ = await withSeat();
    await using program = project.run(name);
    await program.printed("0\n");
    await add(2);
    await program.printed("0\n2\n");
    await add(-1);
    expect(await program.printed("0\n2\n1\n")).toBe("0\n2\n1\n");
  },
);

test("seats.ts prints the names of the seats, and add.ts the new value", async () => {
  await using _ = await withSeat();
  expect(await project.run("seats.ts").ended).toEqual({ code: 0, out: "A 1\n", err: "" });
  expect(await project.run("add.ts").ended).toEqual({ code: 0, out: "1\n", err: "" });
});

test("list.ts prints the list after each event, and create.ts creates a seat", async () => {
  await using _ = await withSeat();
  await using program = project.run("list.ts");
  await program.printed("A 1: 0\n");
  await add(1);
  await program.printed("A 1: 1\n");
  expect(await project.run("create.ts").ended).toMatchObject({ code: 0, out: "SeatCreated\n" });
  await program.printed("A 2: 0");
  await client.send(deleteSeat, key);
  await program.printed("\nA 2: 0\n");
});
