import { createServer, type Server as HttpServer } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as application from "../../src/party/application.ts";
import { seedParties } from "../../src/party/sample.ts";
import { createServer as serve, type Server } from "../../src/server/index.ts";
import { createWindows, useBrowser } from "../fixtures/browser.ts";
import { EXECUTE, executeTab } from "../fixtures/graphiql.ts";
import { createKeyspace, type TestKeyspace } from "../fixtures/keyspace.ts";
import { listen } from "../fixtures/listen.ts";

// What browsers let pages do with the server.

useBrowser();

let keyspace: TestKeyspace;
let server: Server;
/** A site of its own, with an empty page. */
let elsewhere: HttpServer;
let listed: string;
let unlisted: string;
beforeAll(async () => {
  keyspace = await createKeyspace(...application.tables);
  await seedParties(keyspace.session);
  elsewhere = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end("<main><h1>Elsewhere</h1></main>");
  });
  const port = await listen(elsewhere, "127.0.0.1");
  [listed, unlisted] = [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
  server = await serve({ ...application, session: keyspace.session, origins: [listed] });
});
afterAll(async () => {
  await server.close();
  elsewhere.close();
  await keyspace[Symbol.asyncDispose]();
});

/** Runs code in a page, with the address of the server as `url`. */
const within = (page: Page, code: string): Promise<unknown> =>
  page.evaluate(`(async (url) => { ${code} })(${JSON.stringify(server.url)})`);

const POST = `(await fetch(url, {
  method: "POST",
  headers: { "content-type": "application/json", authorization: "Bearer x", "x-own": "1" },
  body: JSON.stringify({ query: "{ __typename }" }),
})).text()`;
const GET = `(await fetch(url + "?query=%7B__typename%7D", { credentials: "include" })).text()`;
const SOCKET = `new Promise((done) => {
  const socket = new WebSocket(url.replace("http", "ws"), "graphql-transport-ws");
  socket.onopen = () => done("open");
  socket.onerror = () => done("refused");
})`;
const EVENTS = `new Promise((done) => {
  const query = 'subscription { peopleChanged(city: "Rome", id: "00000000-0000-4000-8000-000000000001") { people } }';
  const events = new EventSource(url + "?query=" + encodeURIComponent(query));
  const end = (how) => (events.close(), done(how));
  events.addEventListener("next", () => end("event"));
  events.onerror = () => end("refused");
})`;
const IMAGE = `new Promise((done) => {
  const image = new Image();
  image.onload = () => done("shown");
  image.onerror = () => done("refused");
  image.src = new URL("/assets/page/icon.svg", url);
})`;
const tried = (code: string) => `return await (async () => ${code})().catch(() => "refused")`;

// The browser reports what it refuses, and that another host is asked.
const foreign = { tolerated: /./ };

describe("a page of another site", () => {
  test("can use nothing of the server", async () => {
    await using windows = createWindows();
    const page = await windows.open(unlisted, foreign);
    for (const code of [POST, GET, SOCKET, EVENTS, IMAGE]) {
      expect(await within(page, tried(code)), code).toBe("refused");
    }
  });

  test("can use GraphQL if its origin is listed", async () => {
    await using windows = createWindows();
    const page = await windows.open(listed, foreign);
    const answer = '{"data":{"__typename":"Query"}}';
    expect(await within(page, tried(POST))).toBe(answer);
    expect(await within(page, tried(GET.replace("include", "omit")))).toBe(answer);
    expect(await within(page, tried(SOCKET))).toBe("open");
    expect(await within(page, tried(EVENTS))).toBe("event");
    // What a browser adds by itself is not wanted.
    expect(await within(page, tried(GET))).toBe("refused");
  });

  test("can link to the server, and not show it within itself", async () => {
    await using windows = createWindows();
    const page = await windows.open(unlisted, foreign);
    for (const path of ["/", "/graphql"]) {
      await page.evaluate(
        `document.body.innerHTML = '<iframe src="${new URL(path, server.url).href}"></iframe>'`,
      );
      await page.waitForFunction(
        `(() => { try { return frames[0].location.href === "never"; } catch { return true; } })()`,
      );
      expect(await page.frames().at(-1)!.evaluate("document.body.innerText")).not.toContain("Rome");
    }
    await page.evaluate(`document.body.innerHTML = '<a href="${new URL("/", server.url).href}">x'`);
    await page.click("a");
    await page.getByText("Who is coming?").waitFor();
  });

  test("is still another site if its name leads to the server", async () => {
    await using windows = createWindows();
    // With the server as its proxy, a browser asks it for any host.
    const proxy = { server: new URL(server.url).origin, bypass: "<-loopback>" };
    const options = { ...foreign, shown: "pre", proxy };
    const page = await windows.open("http://evil.example/graphql", options);
    expect(await page.innerText("pre")).toContain(
      'This server is not called by the host "evil.example"',
    );
    const status = page.evaluate(
      `fetch("/graphql?query=%7B__typename%7D").then((it) => it.status)`,
    );
    expect(await status).toBe(421);
  });
});

describe("GraphiQL, with a policy for what it may load,", () => {
  const open = async (windows: ReturnType<typeof createWindows>, options = {}) => {
    const page = await windows.open(server.url, { shown: EXECUTE, ...options });
    await page.evaluate(`
      globalThis.violations = [];
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        violations.push(violatedDirective + " " + blockedURI));
    `);
    return page;
  };

  test("works whole: completion by its workers, queries, documentation and subscriptions", async () => {
    await using windows = createWindows();
    const page = await open(windows);
    await executeTab(page, { tab: "Browse", result: "Ferragosto on the roof" });

    await page.click(".graphiql-query-editor .view-lines");
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("{ partiesIn");
    await page.locator(".suggest-widget").getByText("partiesInCity").first().waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".graphiql-editor-tools").getByText("Variables").click();
    await page.click(".graphiql-editor-tool .view-lines");
    await page.keyboard.type('{ "city": }');
    await page.locator(".graphiql-editor-tool .squiggly-error").first().waitFor();
    expect(page.workers().length).toBeGreaterThan(1);

    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.locator(".graphiql-doc-explorer").getByText("Query").first().waitFor();

    await executeTab(page, { tab: "Watch", result: "peopleChanged" });
    const result = page.locator(".result-window");
    const before = await result.innerText();
    const query =
      'mutation { addPeople(city: "Rome", id: "00000000-0000-4000-8000-000000000001", delta: 3) { __typename } }';
    await fetch(server.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query }),
    });
    await expect.poll(() => result.innerText()).not.toBe(before);
    expect(await page.evaluate("violations")).toEqual([]);
  });

  test("runs no other script, and asks no other server", async () => {
    await using windows = createWindows();
    const page = await open(windows, foreign);
    await page.evaluate(`
      const script = document.createElement("script");
      script.textContent = "globalThis.isFooled = true";
      document.body.append(script);
      const button = document.createElement("button");
      button.setAttribute("onclick", "globalThis.isFooled = true");
      button.click();
      void fetch("${listed}").catch(() => {});
      void new Image().setAttribute("src", "${listed}");
    `);
    const violated = async () =>
      new Set((await page.evaluate<string[]>("violations")).map((each) => each.split(" ")[0]));
    await expect
      .poll(violated)
      .toEqual(new Set(["script-src-elem", "script-src-attr", "connect-src", "img-src"]));
    expect(await page.evaluate("globalThis.isFooled")).toBeUndefined();
  });
});
