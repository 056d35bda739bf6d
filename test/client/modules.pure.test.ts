import { readdir, readFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { expect, test } from "vitest";

const source = new URL("../../src/", import.meta.url);
const folders = ["client/", "party/client/"];

/** The JavaScript of each module of the client and of the application's client, by its path in src. */
const modules = new Map<string, string>();
for (const folder of folders) {
  for (const name of await readdir(new URL(folder, source))) {
    if (!name.endsWith(".ts")) continue;
    const text = await readFile(new URL(folder + name, source), "utf8");
    modules.set(folder + name, stripTypeScriptTypes(text));
  }
}

/** What a module imports: a path in src, or the name of a package. */
function importsOf(path: string, pattern: RegExp): readonly string[] {
  return [...modules.get(path)!.matchAll(pattern)].map(([, specifier = ""]) =>
    specifier.startsWith(".")
      ? new URL(specifier, new URL(path, source)).href.slice(source.href.length)
      : specifier,
  );
}

test("the client imports its own modules and graphql-ws/client, so that it runs in browsers", () => {
  const packages = new Set<string>();
  for (const path of modules.keys()) {
    for (const imported of importsOf(path, /\bfrom\s+"([^"]+)"|\bimport\s+"([^"]+)"/g)) {
      if (imported.endsWith(".ts")) expect([...modules.keys()], path).toContain(imported);
      else packages.add(imported);
      if (path.startsWith("client/") && imported.endsWith(".ts")) {
        expect(imported).toMatch(/^client\//);
      }
    }
  }
  expect([...packages]).toEqual(["graphql-ws/client"]);
});

test("only graphql is loaded later, to print a document that is not a text", () => {
  const dynamic = [...modules.keys()].flatMap((path) =>
    importsOf(path, /\bimport\(\s*"([^"]+)"/g).map((imported) => `${path}: ${imported}`),
  );
  expect(dynamic).toEqual(["client/document.ts: graphql"]);
});

test("the client uses no global of Node.js", () => {
  for (const [path, text] of modules) {
    expect(text, path).not.toMatch(/\b(process|Buffer|setImmediate|require|global|NodeJS)\b[.(]/);
  }
});
