import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// In a process of its own, which would not end if the import had left something open.
const program = `
  import { createHook } from "node:async_hooks";

  const [environment, read, opened] = [process.env, new Set(), new Set()];
  void [process.stdin, process.stdout, process.stderr]; // which any module may look at
  createHook({ init: (_, type) => opened.add(type) }).enable();
  process.env = new Proxy(environment, {
    get: (_, name) => (read.add(String(name)), environment[name]),
    has: (_, name) => (read.add(String(name)), name in environment),
    ownKeys: () => (read.add("all of it"), Reflect.ownKeys(environment)),
  });
  await import(process.argv[1]);
  console.log(JSON.stringify({ read: [...read], opened: [...opened] }));
`;

/** What is neither a handle nor a timer: a promise, what follows a turn, and the resolver object of node:dns. */
const harmless = ["PROMISE", "TickObject", "DNSCHANNEL"];

/** What libraries look at for their own sake, as NODE_ENV and DEBUG, is not ours to forbid. */
const ours =
  /^(CASSANDRA_.*|REDIS_URL|LIVE_.*|HOST|PORT|HOME|XDG_CACHE_HOME|JAVA_HOME|PATH|all of it)$/;

test.each([
  "cassandra/index",
  "pothos/index",
  "live/index",
  "party/schema",
  "server/index",
  "local/index",
  "testing/index",
  "testing/vitest",
  "settings/config",
  "client/index",
])(
  "importing src/%s.ts opens nothing and reads no setting",
  async (module) => {
    const url = new URL(`../src/${module}.ts`, import.meta.url).href;
    const args = ["--input-type=module", "--eval", program, url];
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, timeout: 20_000 });
    const { read, opened }: Record<"read" | "opened", readonly string[]> = JSON.parse(stdout);
    expect(opened.filter((type) => !harmless.includes(type))).toEqual([]);
    expect(read.filter((name) => ours.test(name))).toEqual([]);
  },
  30_000,
);

test("the page imports nothing but itself and the client", async () => {
  const page = new URL("../src/page/", import.meta.url);
  const allowed = [page.href, new URL("../src/client/", import.meta.url).href];
  const modules = (await readdir(page)).filter((name) => name.endsWith(".ts"));
  expect(modules).toContain("main.ts");
  for (const name of modules) {
    const source = await readFile(new URL(name, page), "utf8");
    for (const [, specifier = ""] of source.matchAll(/\bfrom "([^"]+)"/g)) {
      const imported = specifier.startsWith(".") ? new URL(specifier, page).href : specifier;
      expect(allowed.some((folder) => imported.startsWith(folder))).toBe(true);
    }
  }
});

test("types, tables and statements know neither the driver nor GraphQL", async () => {
  const folder = new URL("../src/cassandra/", import.meta.url);
  const modules = (await readdir(folder, { recursive: true })).filter(
    (name) => name.endsWith(".ts") && name !== "index.ts" && !name.startsWith("session/"),
  );
  expect(modules).toContain("types/text.ts");
  for (const name of modules) {
    const source = await readFile(new URL(name, folder), "utf8");
    for (const [, specifier = ""] of source.matchAll(/\bfrom "([^"]+)"/g)) {
      const imported = specifier.startsWith(".")
        ? new URL(specifier, new URL(name, folder)).href
        : specifier;
      const isPure = imported.startsWith(folder.href) && !imported.includes("/session/");
      expect([name, specifier, isPure || imported === "node:net"]).toEqual([name, specifier, true]);
    }
  }
});

const source = new URL("../src/", import.meta.url);

/** The modules that a module names, each as a path below src/ or, if it is not in there, as it is named. */
async function importsOf(path: string): Promise<readonly string[]> {
  const url = new URL(path, source);
  const specifiers = (await readFile(url, "utf8")).matchAll(/\b(?:from|import\() ?"([^"]+)"/g);
  return Array.from(specifiers, ([, specifier = ""]) => {
    const { href } = specifier.startsWith(".") ? new URL(specifier, url) : { href: specifier };
    return href.startsWith(source.href) ? href.slice(source.href.length) : specifier;
  });
}

test("serve starts Java before it loads the driver or GraphQL: until then it needs no package", async () => {
  const program = `
    import { registerHooks } from "node:module";

    const loaded = [];
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) });
    await import(process.argv[1]);
    console.log(JSON.stringify(loaded));
  `;
  const args = ["--input-type=module", "--eval", program, new URL("cli/serve.ts", source).href];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 });
  const loaded: readonly string[] = JSON.parse(stdout);
  expect(loaded).toContain(new URL("local/start.ts", source).href);
  expect(loaded.filter((url) => url.includes("/node_modules/"))).toEqual([]);
}, 30_000);

/** Whether a module lies directly under src/ and knows of nothing but others like it. */
async function isTool(path: string): Promise<boolean> {
  if (!/^[\w-]+\.ts$/.test(path)) return false;
  const imports = await importsOf(path);
  const known = await Promise.all(
    imports.map(async (each) => each.startsWith("node:") || (await isTool(each))),
  );
  return known.every(Boolean);
}

test.each([
  { folder: "live", others: ["ioredis"] },
  { folder: "lane", others: [] },
  {
    folder: "order",
    others: ["cassandra/identifier.ts", "lane/index.ts", "lane/with-entries.ts"],
  },
])("src/$folder knows the model layer and small tools alone", async ({ folder, others }) => {
  const modules = (await readdir(new URL(`${folder}/`, source), { recursive: true })).filter(
    (name) => name.endsWith(".ts"),
  );
  expect(modules).toContain("index.ts");
  for (const name of modules) {
    for (const imported of await importsOf(`${folder}/${name}`)) {
      const isKnown =
        imported.startsWith("node:") ||
        imported.startsWith(`${folder}/`) ||
        imported === "cassandra/index.ts" ||
        others.includes(imported) ||
        (await isTool(imported));
      expect([name, imported, isKnown]).toEqual([name, imported, true]);
    }
  }
});
