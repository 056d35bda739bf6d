import type { ReadDocument } from "./document.ts";

/**
 * Returns a document that is sent by its id: the one that it carries, or the SHA-256 hash of its text. Pages that were
 * loaded from another machine without TLS cannot compute hashes: there it is returned as it is.
 */
export async function sentById(document: ReadDocument): Promise<ReadDocument> {
  const sha256Hash = document.id ?? (await sha256(document.text));
  if (sha256Hash === undefined) return document;
  return { ...document, text: "", extensions: { persistedQuery: { version: 1, sha256Hash } } };
}

async function sha256(text: string): Promise<string | undefined> {
  // The types do not say that it can be missing.
  const { subtle }: { readonly subtle?: SubtleCrypto } = crypto;
  const bytes = await subtle?.digest("SHA-256", new TextEncoder().encode(text));
  if (!bytes) return undefined;
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
