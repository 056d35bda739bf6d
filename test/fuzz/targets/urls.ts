import { METHODS } from "node:http";
import type { Target } from "../case.ts";
import { problemsOf } from "../check.ts";
import { writeOperation } from "../document.ts";
import { exchange } from "../raw-http.ts";
import { mutateText, oddText, randomBytes } from "../text.ts";
import { writeRequest } from "./request.ts";
import { JSON_TYPE } from "./request.ts";

const PATIENCE = 1000;

const paths = [
  "/graphql",
  "/graphql",
  "/graphql",
  "/graphql/",
  "/GRAPHQL",
  "//graphql",
  "/./graphql",
  "/graphql%00",
  "/%67raphql",
  "/graphql;a=b",
  "/",
  "/health",
  "/ready",
  "/assets/",
  "/assets/../../package.json",
  "/assets/..%2f..%2fpackage.json",
  "/assets/%ff",
  "/assets/%00.js",
  "/assets/__proto__",
  "/constructor",
  "*",
  "",
  "graphql",
  "http://evil.example/graphql",
  "http://[::1/graphql",
  "http:///graphql",
  "127.0.0.1:80",
];

/** Methods, paths and query strings. */
export const urls: Target = {
  name: "urls",
  async attempt(choices) {
    const { random, world } = choices;
    const { query, variables } = writeOperation(choices);
    const parameters = [
      `query=${encode(query)}`,
      `variables=${encode(variables)}`,
      random.of(["", "extensions={}", "operationName=", "query=", "%=%", "variables=[", "a[b]=c"]),
      random.chance(0.2) ? `x=${encode(oddText(random))}` : "",
    ];
    const path = random.of(paths) + (random.chance(0.03) ? "/a".repeat(6000) : "");
    const whole = `${path}${random.of(["?", "?", "?", "??", "#", ""])}${parameters.join("&")}`;
    const mutated = random.chance(0.25) ? mutateText(whole, random) : whole;
    const target = random.chance(0.03) ? randomBytes(random, 60).toString("latin1") : mutated;
    const method = random.chance(0.6)
      ? "GET"
      : random.of([...METHODS, "PRI", "get", "", "A".repeat(200)]);
    const request = writeRequest(world, {
      method,
      target: target.slice(0, 20_000),
      headers: [
        JSON_TYPE,
        ...(random.chance(0.3) ? [`Accept: ${random.of(["text/html", "*/*", "image/png"])}`] : []),
      ],
    });
    const response = await exchange(world.port, [request], { answer: PATIENCE });
    const problems = problemsOf(response, { mustAnswer: false });
    return { sent: request, answer: response ? String(response.status) : "none", problems };
  },
};

/** Encodes as URLs need it; lone surrogates, which cannot be encoded, become U+FFFD. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
