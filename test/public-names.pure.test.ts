import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };

const source = new URL("../src/", import.meta.url);

test("every public name has a doc comment", async () => {
  const undocumented: string[] = [];
  for (const { default: built } of Object.values(packageJson.exports).filter(isModule)) {
    const path = built.replace("./dist/", "").replace(/\.js$/, ".ts");
    for (const { name, file } of await exportsOf(path)) {
      // Generated types are named after the schema's.
      if (file === "party/client/operations.ts") continue;
      if (!(await isDocumented(name, file))) undocumented.push(`${name} in ${file}`);
    }
  }
  expect([...new Set(undocumented)]).toEqual([]);
});

interface Exported {
  /** The name in the file that declares it. */
  readonly name: string;
  /** The file below `src`. */
  readonly file: string;
}

/** Returns what a module exports, with the files that declare it. */
async function exportsOf(path: string): Promise<readonly Exported[]> {
  const text = await textOf(path);
  const own = [...text.matchAll(declarations)].map(([, name = ""]) => ({ name, file: path }));
  const passedOn = [...text.matchAll(/^export (?:type )?(\*|\{[^}]*\}) from "(.+)";$/gm)];
  const others = await Promise.all(
    passedOn.map(async ([, what = "", from = ""]) => {
      const found = await exportsOf(new URL(from, `file:///${path}`).pathname.slice(1));
      if (what === "*") return found;
      const names = what
        .slice(1, -1)
        .split(",")
        .map(
          (each) =>
            each
              .trim()
              .replace(/^type /, "")
              .split(" as ")[0]!,
        );
      return found.filter(({ name }) => names.includes(name));
    }),
  );
  return [...own, ...others.flat()];
}

const declarations =
  /^export (?:default )?(?:async )?(?:abstract )?(?:function\*?|class|interface|type|const) ([\w$]+)/gm;

/** Whether the first declaration of a name comes right after a doc comment. */
async function isDocumented(name: string, file: string): Promise<boolean> {
  const text = await textOf(file);
  const at = text.search(new RegExp(`^export [\\w* ]*\\b${name.replace("$", "\\$")}\\b`, "m"));
  return text.slice(0, at).trimEnd().endsWith("*/");
}

const texts = new Map<string, string>();

async function textOf(path: string): Promise<string> {
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = await readFile(new URL(path, source), "utf8")));
  return text;
}

type Exports = (typeof packageJson.exports)[keyof typeof packageJson.exports];

/** Whether it is a module of TypeScript. */
function isModule(exported: Exports): exported is Extract<Exports, { readonly types: string }> {
  return typeof exported === "object" && "types" in exported;
}
