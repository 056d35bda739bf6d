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
  /^(CASSANDRA_.*|AUTH_.*|REDIS_URL|LIVE_.*|HOST|PORT|HOME|XDG_CACHE_HOME|JAVA_HOME|PATH|all of it)$/;

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
  "party/client/index",
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
  const clients = ["client/", "party/client/"].map(
    (path) => new URL(`../src/${path}`, import.meta.url),
  );
  const allowed = [page, ...clients].map(({ href }) => href);
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

/** What each folder may know: itself, and folders before it in this list, which is the order of DESIGN. */
const knows: Readonly<Record<string, readonly string[]>> = {
  support: [],
  cassandra: ["support"],
  lane: ["support", "cassandra"],
  order: ["support", "cassandra", "lane"],
  live: ["support", "cassandra"],
  pothos: ["support", "cassandra", "lane", "order", "live"],
  generated: ["cassandra", "pothos"],
  inspect: ["support", "cassandra", "pothos"],
  server: ["support", "cassandra", "lane", "live", "pothos"],
  client: [],
  local: ["support"],
  testing: ["support", "cassandra", "local"],
  settings: ["support", "cassandra", "live", "server", "local"],
  cli: [
    "support",
    "cassandra",
    "order",
    "live",
    "pothos",
    "generated",
    "inspect",
    "server",
    "client",
    "local",
    "settings",
  ],
  party: ["cassandra", "lane", "order", "live", "pothos", "server", "client", "cli"],
  page: ["client", "party"],
};

const modules = (await readdir(source, { recursive: true })).filter((name) =>
  /\.(ts|js)$/.test(name),
);

test("a folder imports only what it may know, and folders only upwards in their order", async () => {
  expect(Object.keys(knows)).toEqual(
    expect.arrayContaining([...new Set(modules.map((path) => path.split("/")[0]!))]),
  );
  const wrong: string[] = [];
  for (const path of modules) {
    const folder = path.split("/")[0]!;
    for (const imported of await importsOf(path)) {
      const from = imported.split("/")[0]!;
      if (!Object.hasOwn(knows, from) || !modules.includes(imported)) continue;
      if (from !== folder && !knows[folder]!.includes(from)) wrong.push(`${path}: ${imported}`);
    }
  }
  expect(wrong).toEqual([]);
});

test("only the application and its page name parties, cities or people", async () => {
  const named: string[] = [];
  for (const path of modules.filter((each) => !/^(party|page)\//.test(each))) {
    const text = (await readFile(new URL(path, source), "utf8")).replace(/partyfinder/gi, "");
    for (const [line] of text.matchAll(/^.*(?:part(?:y|ies)|cit(?:y|ies)|people).*$/gim)) {
      // Words that only end like them.
      if (!/(?<![a-z])(?:part(?:y|ies)|cit(?:y|ies)|people)(?![a-z])/i.test(spaced(line))) continue;
      named.push(`${path}: ${line.trim()}`);
    }
  }
  expect(named).toEqual([]);
});

/** A line with the words of its names apart: `PartyTable` becomes `Party Table`. */
function spaced(line: string): string {
  return line.replace(/(?<=[a-z\d])(?=[A-Z])/g, " ");
}

test("an index.ts exports; it implements nothing", async () => {
  for (const path of modules.filter((each) => each.endsWith("/index.ts"))) {
    const text = await readFile(new URL(path, source), "utf8");
    expect([path, text]).toEqual([path, expect.not.stringMatching(/^(?!export |  |\}|\/|$)/m)]);
  }
});
