/** The metadata of results by their bytes. The results of one statement begin with the same bytes. */
export interface KnownMetadata<Metadata> {
  /** Returns the metadata that these bytes begin with at a position, and its end; undefined if it is not known. */
  find(bytes: Buffer, start: number): MetadataBytes<Metadata> | undefined;
  /** Remembers metadata that lies between two positions. Forgets the one not found for the longest time if there are too many. */
  add(bytes: Buffer, start: number, read: MetadataBytes<Metadata>): void;
}

/** Metadata that was read from bytes. */
export interface MetadataBytes<Metadata> {
  readonly metadata: Metadata;
  /** The position after it. */
  readonly end: number;
}

/**
 * Creates a memory of metadata. The metadata begins with two ints, the second of which is the number of its columns.
 *
 * @param most how many it remembers
 */
export function createKnownMetadata<Metadata>(most: number): KnownMetadata<Metadata> {
  /** The one found last comes first. */
  const all: { readonly bytes: Buffer; readonly columns: number; readonly metadata: Metadata }[] =
    [];
  return {
    find(bytes, start) {
      const columns = bytes.readInt32BE(start + 4);
      for (let at = 0; at < all.length; at++) {
        const known = all[at]!;
        // A comparison of numbers, so that few of the others are compared in full.
        if (known.columns !== columns) continue;
        const end = start + known.bytes.length;
        if (end > bytes.length || known.bytes.compare(bytes, start, end) !== 0) continue;
        if (at > 0) all.unshift(...all.splice(at, 1));
        return { metadata: known.metadata, end };
      }
      return undefined;
    },
    add(bytes, start, { metadata, end }) {
      if (all.length >= most) all.pop();
      // A copy, since the bytes are part of a larger buffer of the driver.
      const own = Buffer.from(bytes.subarray(start, end));
      all.unshift({ bytes: own, columns: own.readInt32BE(4), metadata });
    },
  };
}
