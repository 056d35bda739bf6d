import { hash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type TestApp } from "../fixtures/app.ts";

let app: TestApp;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const get = (path: string, options: RequestInit = {}) => fetch(new URL(path, app.url), options);

/** What the page has its browser load. */
async function assets(): Promise<readonly string[]> {
  const html = await (await get("/")).text();
  return [...html.matchAll(/(?:src|href)="(\/?assets\/[^"]+)"/g)].map(
    ([, path = ""]) => new URL(path, app.url).pathname,
  );
}

/** Sends a path as it stands there; fetch would put it in order before. */
async function getRaw(path: string) {
  const { port } = new URL(app.url);
  const request = httpRequest({ host: "127.0.0.1", port, path }).end();
  const [response] = await once(request, "response");
  return { status: response.statusCode, body: await text(response) };
}

test("the page is at /, whatever is asked of it", async () => {
  const response = await get("/?city=Rome");
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(await response.text()).toBe(await (await get("/")).text());
});

test("all that it loads is there, with its type, compressed, and not sent twice", async () => {
  const types: Record<string, string> = {
    css: "text/css; charset=utf-8",
    svg: "image/svg+xml",
    ts: "text/javascript; charset=utf-8",
    js: "text/javascript; charset=utf-8",
  };
  const paths = await assets();
  expect(paths).toContain("/assets/page/main.ts");
  expect(paths).toContain("/assets/client/index.ts");
  expect(paths).toContain("/assets/party/client/index.ts");
  for (const path of ["/", ...paths]) {
    const response = await get(path, { headers: { "accept-encoding": "gzip" } });
    const { headers } = response;
    expect(response.status).toBe(200);
    expect(headers.get("content-encoding")).toBe("gzip");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("vary")).toBe("accept-encoding");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    if (path !== "/") expect(headers.get("content-type")).toBe(types[path.split(".").at(-1)!]);

    const etag = headers.get("etag")!;
    const again = await get(path, { headers: { "if-none-match": `"other", ${etag}` } });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe("");
  }
});

test("its modules are JavaScript, and what they import is there", async () => {
  const paths = await assets();
  for (const path of paths.filter((each) => /\.[jt]s$/.test(each))) {
    const code = await (await get(path)).text();
    expect(code).not.toMatch(/^import type/m);
    for (const [, specifier = ""] of code.matchAll(/ from ["'](\.[^"']+)["']/g)) {
      expect(paths).toContain(new URL(specifier, new URL(path, app.url)).pathname);
    }
  }
});

test("its policy allows its own files and its import map, and nothing else", async () => {
  const response = await get("/");
  const html = await response.text();
  const [, importMap = ""] = /<script type="importmap">(.*?)<\/script>/s.exec(html)!;
  const policy = response.headers.get("content-security-policy")!.split("; ");
  expect(policy).toEqual([
    "default-src 'none'",
    `script-src 'self' 'sha256-${hash("sha256", importMap, "base64")}'`,
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]);
  expect(html).not.toMatch(/ style=| on\w+=/);
});

test("HEAD gets what GET gets, without the body; other methods are refused", async () => {
  const [whole, head] = [await get("/"), await get("/", { method: "HEAD" })];
  expect(head.status).toBe(200);
  expect(head.headers.get("etag")).toBe(whole.headers.get("etag"));
  expect(await head.text()).toBe("");
  const posted = await get("/", { method: "POST", body: "{}" });
  expect(posted.status).toBe(405);
  expect(posted.headers.get("allow")).toBe("GET, HEAD");
});

test.each([
  "/assets/",
  "/assets/page/main.ts/",
  "/assets/page/index.html",
  "/assets/page/tsconfig.json",
  "/assets/../package.json",
  "/assets/page/../../package.json",
  "/assets/page/..%2f..%2fpackage.json",
  "/assets/config.ts",
  "/assets/__proto__",
  "//",
])("nothing is at %s", async (path) => {
  expect(await getRaw(path)).toEqual({
    status: 404,
    body: "Nothing is here. Begin at /.\n",
  });
});
