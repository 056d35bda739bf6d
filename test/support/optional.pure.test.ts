import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { exitOf } from "../../src/cli/exit.ts";
import { loadOptional, MissingPackage } from "../../src/support/optional.ts";

const chairs = { name: "chairs", major: 3, user: "The balcony" };
const imported = (specifier: string) => () => import(specifier);

test("an optional package that is installed is loaded", async () => {
  const path = await loadOptional(() => import("node:path"), chairs);
  expect(path.join("a", "b")).toBe("a/b");
});

test("an optional package that is missing gives an error with the command to install it", async () => {
  const error = await loadOptional(imported("chairs"), chairs).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(MissingPackage);
  expect(error).toMatchObject({
    message: "The balcony needs the package chairs: npm install chairs@3",
  });
  expect(exitOf(error)).toMatchObject({ reason: "settings" });
});

test("an optional package that cannot be loaded for another reason gives that reason", async () => {
  const broken = imported("data:text/javascript,throw new Error('broken')");
  await expect(loadOptional(broken, chairs)).rejects.toThrow(/^broken$/);
  await expect(loadOptional(imported("stools"), chairs)).rejects.toThrow(
    "Cannot find package 'stools'",
  );
});

test("each optional package is an optional peer of the version that the error names", async () => {
  const read = (path: string) => readFile(new URL(`../../${path}`, import.meta.url), "utf8");
  const manifest = JSON.parse(await read("package.json"));
  const modules = (await readdir(new URL("../../src/", import.meta.url), { recursive: true }))
    .filter((path) => path.endsWith(".ts") && path !== "support/optional.ts")
    .map((path) => read(`src/${path}`));
  const named = (await Promise.all(modules)).flatMap((text) =>
    Array.from(text.matchAll(/\{ name: "([^"]+)", major: (\d+), user: /g), ([, name, major]) => ({
      name: name!,
      major: major!,
    })),
  );
  expect(named.map(({ name }) => name).toSorted()).toEqual(["ioredis", "testcontainers"]);
  for (const { name, major } of named) {
    expect(manifest.peerDependencies[name]).toMatch(new RegExp(`^\\^${major}\\.`));
    expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
    expect(manifest.dependencies).not.toHaveProperty(name);
  }
});
