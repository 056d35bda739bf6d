import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createPage } from "../../src/server/page.ts";
import { listen } from "../fixtures/listen.ts";

/** Serves a page of a folder, whose files are given by name. */
async function serve(
  files: Readonly<Record<string, string>>,
  { folder = "page", directories = [] }: { folder?: string; directories?: string[] } = {},
) {
  await using opened = new AsyncDisposableStack();
  const parent = await mkdtemp(join(tmpdir(), "page-"));
  opened.defer(() => rm(parent, { recursive: true }));
  const path = join(parent, folder);
  await mkdir(path);
  for (const name of directories) await mkdir(join(path, name));
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  // Without a slash at the end.
  const answer = await createPage(pathToFileURL(path), { path: "", showsGraphiQL: true });
  const failures: unknown[] = [];
  const server = createServer(async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      failures.push(error);
      response.writeHead(500).end();
    }
  });
  const port = await listen(server, "127.0.0.1");
  opened.defer(() => void server.close());
  const kept = opened.move();
  return {
    path,
    failures,
    get: (target: string) => fetch(new URL(target, `http://127.0.0.1:${port}`)),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

const page = {
  "index.html": "<!doctype html><html><head></head><body></body></html>",
  "main.js": "export {};\n",
};

test.each([
  "a b.css",
  "100%.css",
  "a#b.css",
  "a?b.css",
  "c:d.css",
  "é.css",
  "a+b@(1).css",
  "&.css",
])("a page may have the file %j", async (name) => {
  await using served = await serve({ ...page, [name]: "a {}" }, { folder: "my pagé" });
  const url = pathToFileURL(`/assets/my pagé/${name}`).pathname;
  const response = await served.get(url);
  expect(served.failures).toEqual([]);
  expect(await response.text()).toBe("a {}");
  expect((await served.get("/assets/my pagé/main.js")).status).toBe(200);
});

test("a directory with the name of a style sheet does not matter", async () => {
  await using served = await serve(page, { directories: ["x.css"] });
  expect((await served.get("/")).status).toBe(200);
});

test("a folder without index.html is refused", async () => {
  await expect(serve({ "main.js": "" })).rejects.toThrow(
    /^page must be a folder with an index\.html, but is file:.*\/page\/\.$/,
  );
});

test("a page that could not be loaded is loaded by the next request", async () => {
  await using served = await serve({ "index.html": page["index.html"] });
  expect((await served.get("/")).status).toBe(500);
  await writeFile(join(served.path, "main.js"), page["main.js"]);
  expect((await served.get("/")).status).toBe(200);
});
