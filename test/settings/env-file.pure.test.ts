import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { ConfigError } from "../../src/settings/config.ts";
import { settings } from "../fixtures/settings.ts";
import { type EnvFile, parseEnvFile, readEnvFile } from "../../src/settings/env-file.ts";

const names = Object.keys(settings);
const parse = (text: string | Buffer): EnvFile => parseEnvFile(Buffer.from(text), names);

/** Returns the message of the error with which a file is refused. */
function refusal(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    return error instanceof ConfigError ? error.message : error;
  }
}

describe("lines are parsed", () => {
  test.each<[string, string | Buffer, Readonly<Record<string, string>>]>([
    ["nothing", "", {}],
    ["a byte order mark alone", "\uFEFF", {}],
    [
      "a byte order mark before the first setting",
      "\uFEFFPORT=1\nHOST=a",
      { PORT: "1", HOST: "a" },
    ],
    ["line endings of Windows", "PORT=1\r\nHOST=a\r\n", { PORT: "1", HOST: "a" }],
    ["line endings of classic Mac OS", "PORT=1\rHOST=a", { PORT: "1", HOST: "a" }],
    ["quotes, a comment and export", "export PORT='1' # one\nHOST=\"a\"", { PORT: "1", HOST: "a" }],
    ["spaces and tabs", "\tPORT\t=\t1\t\n HOST = a ", { PORT: "1", HOST: "a" }],
    ["an empty value and a space", "PORT= \nHOST=a", { PORT: "", HOST: "a" }],
    [
      "a value that spans several lines",
      "PORT='1\nHOST=b'\nHOST=a # b",
      { PORT: "1\nHOST=b", HOST: "a" },
    ],
    ["letters outside ASCII", "HOST=bücher", { HOST: "bücher" }],
  ])("%s", (_, text, values) => {
    expect(parse(text)).toEqual({ values, oversights: [] });
  });
});

describe("a likely mistake is reported", () => {
  test.each([
    ["a space instead of the =", "PORT 4000", 1],
    ["a colon instead of the =", "HOST=a\n\n# Port\nPORT: 4000", 4],
    ["a word before the name", "set PORT=4000", 1],
    ["no name", "=4000", 1],
    ["a line after a value that spans several lines", 'HOST="a\nb"\nPORT 4000', 3],
  ])("%s", (_, text, line) => {
    expect(parse(text).oversights).toEqual([
      { subject: `.env, line ${line}`, message: "has no effect (write NAME=value)" },
    ]);
  });

  test("without a secret in such a line", () => {
    expect(JSON.stringify(parse("CASSANDRA_PASSWORD: hunter2"))).not.toContain("hunter2");
  });

  test("a setting that is set several times", () => {
    expect(parse("PORT=1\nHOST=a\nPORT=2\n PORT =\n")).toEqual({
      values: { PORT: "", HOST: "a" },
      oversights: [
        {
          subject: "PORT",
          message: "is set in .env on lines 1, 3, 4; the last one is used (keep one)",
        },
      ],
    });
  });

  test("but not within a value of several lines, in comments, or for variables of other programs", () => {
    const text = 'HOST="a\nPORT 1\nPORT=1"\n  # PORT 1\nOTHER=1\nOTHER=2\nPORT=2';
    expect(parse(text).oversights).toEqual([]);
  });
});

describe("a file that is not UTF-8 text is refused", () => {
  const utf16 = Buffer.from("\uFEFFPORT=1\n", "utf16le");

  test.each<[string, Buffer, string]>([
    ["UTF-16, as Windows writes it", utf16, "is UTF-16 (save it as UTF-8)"],
    ["UTF-16 in big-endian order", Buffer.from(utf16).swap16(), "is UTF-16 (save it as UTF-8)"],
    [
      "UTF-16 without a byte order mark",
      utf16.subarray(2),
      "has a NUL byte on line 1 (save it as UTF-8)",
    ],
    ["a NUL byte", Buffer.from("PORT=1\nHOST=a\0b"), "has a NUL byte on line 2 (save it as UTF-8)"],
    [
      "Latin-1",
      Buffer.from("PORT=1\n\nHOST=bücher", "latin1"),
      "is not UTF-8 on line 3 (save it as UTF-8)",
    ],
  ])("%s", (_, bytes, found) => {
    expect(refusal(() => parse(bytes))).toBe(`.env must be UTF-8 text, but it ${found}.`);
  });
});

describe("a path that is not a readable file is refused", () => {
  const directory = mkdtempSync(join(tmpdir(), "partyfinder-env-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const place = (name: string) => join(directory, name);

  test.each<[string, (path: string) => void, string]>([
    ["a directory", (path) => mkdirSync(path), "it is a directory"],
    [
      "a link to nowhere",
      (path) => symlinkSync("nowhere", path),
      "it is a link to a file that does not exist",
    ],
    ["a link to itself", (path) => symlinkSync(path, path), "its links form a loop"],
    [
      "a pipe without a writer",
      (path) => execFileSync("mkfifo", [path]),
      "it is a pipe, not a file",
    ],
    ["an endless device", (path) => symlinkSync("/dev/zero", path), "it is a device, not a file"],
    [
      "a huge file",
      (path) => writeFileSync(path, Buffer.alloc(11 * 2 ** 20, "#")),
      "it is larger than 10 MiB",
    ],
  ])("%s", (name, make, reason) => {
    make(place(name));
    expect(refusal(() => readEnvFile(names, place(name)))).toBe(
      `.env cannot be read: ${reason}. Make it a file with NAME=value lines, or remove it.`,
    );
  });

  test("but the null device and a missing file count as an empty file", () => {
    symlinkSync("/dev/null", place("null"));
    const nothing = { values: {}, oversights: [] };
    expect(readEnvFile(names, place("null"))).toEqual(nothing);
    expect(readEnvFile(names, place("none"))).toEqual(nothing);
  });
});
