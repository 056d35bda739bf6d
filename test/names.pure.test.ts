import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const source = new URL("../src/", import.meta.url);

const declaration =
  /^(?:export )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const|let|enum) ([\w$]+)/gm;

test("a name is declared in one file: searching for it finds one thing", async () => {
  const places = new Map<string, Set<string>>();
  for (const path of await readdir(source, { recursive: true })) {
    // Generated types are named after the schema's.
    if (!path.endsWith(".ts") || path === "party/client/operations.ts") continue;
    const text = await readFile(new URL(path, source), "utf8");
    for (const [, name = ""] of text.matchAll(declaration)) {
      places.set(name, (places.get(name) ?? new Set()).add(path));
    }
  }
  const several = [...places].filter(([, paths]) => paths.size > 1);
  expect(several.map(([name, paths]) => `${name}: ${[...paths].join(", ")}`)).toEqual([]);
});
