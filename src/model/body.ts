import type { Bytes } from './units.ts';

/** How a content is best looked at. */
export type BodyShape =
  | 'empty'
  | 'json'
  | 'xml'
  | 'html'
  /** application/x-www-form-urlencoded. */
  | 'form'
  | 'multipart'
  /** A picture that browsers can draw. */
  | 'image'
  | 'text'
  | 'binary';

/** How the octets of a text are read, and who says so. */
export interface BodyCharset {
  /** A name that TextDecoder knows: "utf-8", "windows-1252". */
  readonly name: string;
  readonly source:
    | 'byte order mark'
    | 'Content-Type'
    /** The meta element of HTML, the declaration of XML. */
    | 'document'
    /** What the octets look like. */
    | 'octets'
    /** Nothing tells; any octets can be read so. */
    | 'fallback';
  /** The charset that Content-Type names, where nobody knows it. */
  readonly unknown?: string;
}

/** A field of a form, decoded. */
export interface FormField {
  readonly name: string;
  readonly value: string;
}

/** A content without framing and codings: what there is to show. */
export interface BodyContent {
  readonly octets: Uint8Array;
  readonly shape: BodyShape;
  /** Absent where the octets are no text. */
  readonly charset?: BodyCharset;
  /** Of an image: the type that its octets say. */
  readonly imageType?: string;
  /** Of a form. */
  readonly fields?: readonly FormField[];
  /** Of a multipart content, in order. */
  readonly parts?: readonly BodyPart[];
}

/** A part of a multipart content (RFC 2046 section 5.1). */
export interface BodyPart {
  /** Its header lines, as sent. */
  readonly lines: readonly string[];
  readonly content: BodyContent;
  /** Its field name in a form, its file's name, or its range; '' where nothing names it. */
  readonly label: string;
  /** What its Content-Type says; '' where it has none. */
  readonly contentType: string;
  /** Why it is not whole. */
  readonly caveat?: string;
}

/** A body: its framing and codings undone as far as that can be, capped. */
export interface BodyPreview extends BodyContent {
  readonly contentType: string;
  /** The codings that were undone, in the order they were applied: "gzip"; and what kept one from being undone. Absent for identity. */
  readonly encoding?: string;
  readonly isComplete: boolean;
  /** Why it is not complete: cut by the capture, by the cap, a gap. */
  readonly caveat?: string;
  /** Which part of a representation this is, in words (Content-Range, RFC 9110 section 14.4). */
  readonly range?: string;
  /** The octets as they were on the wire, capped; absent where they are the content. */
  readonly wire?: Uint8Array;
}

/** A body to be saved to a file, larger than what is shown. */
export interface BodyFile {
  readonly blob: Blob;
  /** A name that is safe in any file system. */
  readonly name: string;
  readonly bytes: Bytes;
  readonly isComplete: boolean;
  /** Why it is not complete. */
  readonly caveat?: string;
}
