import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createDirectory, runCommand } from "../fixtures/command.ts";

const NOWHERE = { CASSANDRA_CONTACT_POINTS: "127.0.0.1:1", PORT: "0" };

test("the program lists its commands without a command and with --help", async () => {
  const help = await runCommand([]);
  expect(help).toEqual(await runCommand(["--help"]));
  expect(help.code).toBe(0);
  for (const name of ["serve", "sync", "seed", "schema", "documents", "doctor"])
    expect(help.out).toContain(`  ${name} `);
});

test.each(["serve", "sync", "seed", "schema", "documents", "inspect", "doctor"])(
  "%s --help shows an example",
  async (name) => {
    const { code, out } = await runCommand([name, "--help"]);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^partyfinder ${name}: `));
    expect(out).toMatch(/^Example, .*:\n  .*partyfinder /m);
  },
);

test("schema prints the schema without a database", async () => {
  const { code, out } = await runCommand(["schema"]);
  expect(code).toBe(0);
  expect(out).toContain("type Party {");
});

describe("each refusal has one line and its own exit status", () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, number, RegExp]>([
    [
      "an unknown command",
      ["server"],
      {},
      2,
      /no command "server"\. The commands are: serve, sync/,
    ],
    ["an unknown option", ["serve", "--seed"], {}, 2, /Unknown option '--seed'/],
    [
      "an extra argument",
      ["sync", "party", "city"],
      {},
      2,
      /sync takes one file, but got party, city\./,
    ],
    ["no file of documents", ["documents"], {}, 2, /needs arguments: <files or folders…>/],
    ["an invalid setting", ["serve"], { PORT: "http" }, 4, /PORT must be a whole number/],
    [
      "a HOST of another machine",
      ["serve"],
      { HOST: "192.0.2.1", ALLOW_ANONYMOUS: "1" },
      4,
      /Cannot listen on HOST/,
    ],
    [
      "a HOST for other machines without sign-in",
      ["serve"],
      { HOST: "0.0.0.0" },
      4,
      /^partyfinder: The server would be open to everybody: it listens on 0\.0\.0\.0 \(HOST, host\), without sign-in\. Set up sign-in \(AUTH_ISSUER, signIn\), or allow everybody \(ALLOW_ANONYMOUS=1, allowAnonymous\)\.$/,
    ],
    [
      "a name for other machines without sign-in",
      ["serve", "--watch"],
      { ALLOWED_HOSTS: "localhost,api.example.com" },
      4,
      /it is called by localhost, api\.example\.com \(ALLOWED_HOSTS, hosts\), without sign-in/,
    ],
    [
      "no Cassandra to sync",
      ["sync"],
      NOWHERE,
      11,
      /Cannot connect to Cassandra at 127\.0\.0\.1:1: /,
    ],
    ["no Cassandra to seed", ["seed"], NOWHERE, 11, /connect ECONNREFUSED/],
  ])("%s", async (_, args, env, code, message) => {
    const ended = await runCommand(args, { env });
    expect(ended.err.trim()).toMatch(message);
    expect(ended.err.trim().split("\n")).toHaveLength(1);
    expect(ended).toMatchObject({ code, out: "" });
  });

  test("a port that is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, err } = await runCommand(["serve"], { env: { PORT: String(port) } });
    other.close();
    expect(err).toBe(
      `partyfinder: Port ${port} is in use by another program. Stop that program, or set PORT to another port.\n`,
    );
    expect(code).toBe(5);
  });

  test.each(["20.20.2", "24.8.0"])("a Node.js that is too old: %s", async (version) => {
    await using directory = await createDirectory();
    const old = join(directory.path, "old.cjs");
    await writeFile(
      old,
      `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } });`,
    );
    const { code, err } = await runCommand(["serve"], { node: ["--require", old] });
    const needs = "partyfinder needs Node.js 24.9 or newer, but this is ";
    expect(err.startsWith(needs + version)).toBe(true);
    expect(code).toBe(3);
  });

  describe.runIf(process.platform === "linux")(
    "where nothing can be created, such as in /proc",
    () => {
      test("a home directory", async () => {
        await using directory = await createDirectory();
        const env = { HOME: "/proc/nobody", XDG_CACHE_HOME: "", PORT: "0" };
        expect(await runCommand(["serve"], { cwd: directory.path, env })).toEqual({
          code: 4,
          out: "",
          err: "partyfinder: Cassandra's jars are kept in /proc/nobody/.cache/partyfinder, which cannot be used: nothing can be created in /proc. Set XDG_CACHE_HOME to a writable directory.\n",
        });
      });

      test("a working directory", async () => {
        const { code, err } = await runCommand(["serve"], { cwd: "/proc", env: { PORT: "0" } });
        expect(err).toMatch(
          /^partyfinder: .* \/proc\/\.cassandra cannot be used: nothing can be created in \/proc\./,
        );
        expect(code).toBe(10);
      });
    },
  );

  test("a variable in .env with which Java cannot be started because it is too large", async () => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, ".env"), `SMALL=1\nPICTURE=${"x".repeat(3_000_000)}\n`);
    const options = { cwd: directory.path, env: { PORT: "0" } };
    expect(await runCommand(["serve"], options)).toEqual({
      code: 4,
      out: "",
      err: "partyfinder: The program java cannot be started, because the environment is too large. Its largest variable is PICTURE, with 3000000 bytes: make it smaller, or remove it from the environment or .env.\n",
    });
  });

  test("neither Java nor Docker", async () => {
    await using directory = await createDirectory();
    const env = {
      PATH: directory.path,
      JAVA_HOME: "",
      PORT: "0",
      DOCKER_HOST: "tcp://127.0.0.1:1",
    };
    const { code, err } = await runCommand(["serve"], { cwd: directory.path, env });
    expect(err).toMatch(/Java/);
    expect(code).toBe(6);
  });
});

test(".env is read, and the environment overrides it", async () => {
  await using directory = await createDirectory();
  await writeFile(join(directory.path, ".env"), "PORT=http\n");
  const options = { cwd: directory.path, env: { ...NOWHERE, PORT: "" } };
  expect(await runCommand(["serve"], { cwd: directory.path })).toMatchObject({ code: 4 });
  expect((await runCommand(["sync"], { ...options, env: NOWHERE })).code).toBe(11);
});

test("Node.js caches compiled code for later starts if it can write the cache", async () => {
  await using directory = await createDirectory();
  const run = (XDG_CACHE_HOME: string) => runCommand(["schema"], { env: { XDG_CACHE_HOME } });
  expect(await run(directory.path)).toMatchObject({ code: 0, err: "" });
  expect(await readdir(join(directory.path, "partyfinder/compiled"))).not.toEqual([]);
  expect(await run("/dev/null")).toMatchObject({ code: 0, err: "" });
});
