/** JSON to be sent. */
export class JsonText {
  /** The text, or its bytes in UTF-8 if it is not ASCII. */
  readonly body: string | Buffer;
  /** The length in bytes of UTF-8. */
  readonly length: number;

  constructor(body: string | Buffer, length = Buffer.byteLength(body)) {
    this.body = body;
    this.length = length;
  }

  get text(): string {
    return typeof this.body === "string" ? this.body : this.body.toString();
  }

  /** The encoding of the body: an ASCII text is written faster as latin1. */
  get encoding(): BufferEncoding {
    return this.body.length === this.length ? "latin1" : "utf8";
  }
}
