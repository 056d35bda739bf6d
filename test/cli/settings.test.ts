import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  createDirectory,
  type Ended,
  entry,
  runCommand,
  runShell,
  startCommand,
  startProgram,
} from "../fixtures/command.ts";

const NOWHERE = { CASSANDRA_CONTACT_POINTS: "127.0.0.1:1", PORT: "0" };
const SETTINGS = 4;

const command = new URL("../../src/party/cli.ts", import.meta.url).href;

/** Runs a command as a user other than root, so that permissions apply. The modules are loaded before. */
async function runUnprivileged(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const program = join(cwd, "unprivileged.mjs");
  const user = 65_534;
  const text = `import { cli } from "${command}";
    if (process.getuid() === 0) process.setuid(${user});
    await cli.run(${JSON.stringify(args)});`;
  await writeFile(program, text);
  return startProgram(program, { cwd, env }).ended;
}

/** Matches the result of a command that refuses its settings with one line. */
const refused = (line: string | RegExp) => ({
  code: SETTINGS,
  out: "",
  err: expect.stringMatching(
    line instanceof RegExp ? line : `^${RegExp.escape(`partyfinder: ${line}`)}\n$`,
  ),
});

describe(".env", () => {
  test.each(["sync", "seed", "serve"])(
    "is reported by %s in one line if it is a directory",
    async (name) => {
      await using directory = await createDirectory();
      await mkdir(join(directory.path, ".env"));
      expect(await runCommand([name], { cwd: directory.path, env: NOWHERE })).toEqual(
        refused(
          ".env cannot be read: it is a directory. Make it a file with NAME=value lines, or remove it.",
        ),
      );
    },
  );

  test("is reported in one line if its permissions forbid reading", async () => {
    await using directory = await createDirectory();
    await chmod(directory.path, 0o755);
    await writeFile(join(directory.path, ".env"), "PORT=0", { mode: 0 });
    expect(await runUnprivileged(["sync"], directory.path, NOWHERE)).toEqual(
      refused(
        ".env cannot be read: its permissions forbid it. Make it a file with NAME=value lines, or remove it.",
      ),
    );
  });

  test("is reported by doctor, with the rest, if it has another encoding", async () => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, ".env"), Buffer.from("\uFEFFPORT=1", "utf16le"));
    const { code, out, err } = await runCommand(["doctor"], { cwd: directory.path, env: NOWHERE });
    expect(out).toMatch(
      /✗ failure  settings +\.env must be UTF-8 text, but it is UTF-16 \(save it as UTF-8\)\.\n/,
    );
    expect(out).toMatch(/✓ ok +CASSANDRA_CONTACT_POINTS +127\.0\.0\.1:1/);
    expect(out).toMatch(/✓ ok +Node\.js/);
    expect({ code, err }).toEqual({ code: SETTINGS, err: "" });
  });

  test("keeps its first setting if it begins with a byte order mark", async () => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, ".env"), "\uFEFFPORT=http\r\nHOST=a\r\n");
    expect(await runCommand(["serve"], { cwd: directory.path })).toEqual(
      refused('PORT must be a whole number from 0 to 65535, but is "http".'),
    );
  });

  test("is also used by libraries, for example DOCKER_HOST", async () => {
    await using directory = await createDirectory();
    await writeFile(
      join(directory.path, ".env"),
      "DOCKER_HOST=tcp://127.0.0.1:1\nCASSANDRA_EMBEDDED=docker",
    );
    const { out } = await runCommand(["doctor"], { cwd: directory.path });
    expect(out).toContain("✗ failure  Docker   No Docker engine answers.");
  });
});

test("a directory instead of one of Cassandra's files is reported in one line", async () => {
  await using directory = await createDirectory();
  const file = join(directory.path, ".cassandra", "cassandra.yaml");
  await mkdir(file, { recursive: true });
  const { code, err } = await runCommand(["serve"], { cwd: directory.path, env: { PORT: "0" } });
  expect(err.split("\n").at(-2)).toBe(`partyfinder: ${file} cannot be used: it is a directory.`);
  expect(code).toBe(SETTINGS);
});

describe("a likely mistake", () => {
  const lines = [
    "CASSANDRA_CONTACT_POINT=10.0.0.1",
    "PORT 4000",
    "CASSANDRA_KEYSPACE=a",
    "CASSANDRA_KEYSPACE=b",
  ];
  const warnings = [
    ["CASSANDRA_CONTACT_POINT", "has no effect (did you mean CASSANDRA_CONTACT_POINTS?)"],
    [".env, line 2", "has no effect (write NAME=value)"],
    ["CASSANDRA_KEYSPACE", "is set in .env on lines 3, 4; the last one is used (keep one)"],
  ] as const;

  test("is a warning of serve, which continues", async () => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, ".env"), lines.join("\n"));
    // Without Java, it soon ends.
    const env = { PATH: "", JAVA_HOME: "", DOCKER_HOST: "tcp://127.0.0.1:1", PORT: "0" };
    const { code, err } = await runCommand(["serve"], { cwd: directory.path, env });
    expect(err.split("\n").slice(0, 3)).toEqual(
      warnings.map(([subject, message]) => `Warning: ${subject} ${message}.`),
    );
    expect(code).toBe(6);
  });

  test("is a warning of doctor", async () => {
    await using directory = await createDirectory();
    await writeFile(join(directory.path, ".env"), lines.join("\n"));
    const { code, out } = await runCommand(["doctor"], { cwd: directory.path });
    for (const [subject, message] of warnings) {
      expect(out).toMatch(
        new RegExp(`! warning  ${RegExp.escape(subject)} +${RegExp.escape(message)}\n`),
      );
    }
    expect(out).toContain("! 3 warnings.");
    expect(code).toBe(0);
  });

  test("is not reported if the correct name is also set", async () => {
    const env = { ...NOWHERE, CASSANDRA_CONTACT_POINT: "10.0.0.1" };
    const { out } = await runCommand(["doctor"], { env });
    expect(out).not.toContain("did you mean");
  });
});

describe("an unusable file or directory is reported in one line", () => {
  const nothing = { PORT: "0", DOCKER_HOST: "tcp://127.0.0.1:1" };

  test("a HOME without write permission, by serve and by doctor", async () => {
    await using directory = await createDirectory();
    const home = join(directory.path, "home");
    await mkdir(home);
    await chmod(directory.path, 0o777);
    const env = { ...nothing, HOME: home, XDG_CACHE_HOME: "" };
    const line = `Cassandra's jars are kept in ${home}/.cache/partyfinder, which cannot be used: its permissions forbid it. Set XDG_CACHE_HOME to a writable directory.`;
    expect(await runUnprivileged(["serve"], directory.path, env)).toEqual(refused(line));
    const { code, out, err } = await runUnprivileged(["doctor"], directory.path, env);
    expect({ code, err }).toEqual({ code: SETTINGS, err: "" });
    expect(out).toContain(`✗ failure  jars     ${line}\n`);
  });

  test("a file instead of the cache directory, by serve and by doctor", async () => {
    await using directory = await createDirectory();
    const cache = join(directory.path, "cache");
    await writeFile(cache, "");
    const options = { cwd: directory.path, env: { ...nothing, XDG_CACHE_HOME: cache } };
    const line = `Cassandra's jars are kept in ${cache}/partyfinder, which cannot be used: a part of its path is a file, not a directory. Set XDG_CACHE_HOME to a writable directory.`;
    expect(await runCommand(["serve"], options)).toEqual(refused(line));
    expect((await runCommand(["doctor"], options)).out).toContain(`✗ failure  jars     ${line}\n`);
  });

  test("a working directory that has been deleted", async () => {
    await using directory = await createDirectory();
    const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" serve';
    const cwd = join(directory.path, "gone");
    await mkdir(cwd);
    expect(await runShell(script, [cwd, process.execPath, entry])).toEqual(
      refused("The working directory has been deleted: change to another one."),
    );
  });

  test("a directory of Cassandra without write permission", async () => {
    await using directory = await createDirectory();
    await mkdir(join(directory.path, ".cassandra"));
    await chmod(directory.path, 0o755);
    expect(await runUnprivileged(["serve"], directory.path, nothing)).toMatchObject({
      code: 10,
      err: expect.stringMatching(
        /^partyfinder: Cassandra needs a directory for its data, but .*\n$/,
      ),
    });
  });

  test("a file to which the schema cannot be written", async () => {
    await using directory = await createDirectory();
    await symlink("nowhere/schema", join(directory.path, "schema"));
    for (const out of ["none/schema", ".", "schema"]) {
      const ended = await runCommand(["schema", "--out", out], { cwd: directory.path });
      expect(ended).toMatchObject({ code: 2, out: "" });
      expect(ended.err).toMatch(/^partyfinder: --out .* cannot be written: .*\.\n$/);
    }
    await rm(join(directory.path, "schema"));
  });
});

test("serve warns of a misspelled setting in the environment", async () => {
  const env = { ...NOWHERE, CASSANDRA_KEYSPACES: "parties" };
  await using served = startCommand(["serve"], { env });
  await served.printedToStderr(
    "Warning: CASSANDRA_KEYSPACES has no effect (did you mean CASSANDRA_KEYSPACE?).\n",
  );
});
