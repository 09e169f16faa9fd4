import type { BodyCharset, BodyContent, BodyPart, BodyShape } from '../../src/model/body.ts';
import { LIMITS } from '../../src/model/limits.ts';
import { fieldOf } from '../field-lines.ts';
import { charsetOf, decodeText, hasControls } from './charset.ts';
import { rangeWords } from './content-range.ts';
import { codingsOf, decodeContent } from './decode.ts';
import { formFields } from './form-fields.ts';
import { imageTypeOf } from './image-type.ts';
import { fileNameOf, type MediaType, parseMediaType } from './media-type.ts';
import { guessBoundary, type RawPart, splitMultipart } from './multipart.ts';

/** What a content is and how it is shown, by its type and by its octets; where they differ, by its octets. */
export function describeContent(octets: Uint8Array, contentType: string, depth = 0): BodyContent {
  if (octets.length === 0) return { octets, shape: 'empty' };
  const type = parseMediaType(contentType);
  const imageType = imageTypeOf(octets, type.name);
  if (imageType !== undefined) return { octets, shape: 'image', imageType };
  const multipart = multipartOf(octets, type, depth);
  if (multipart) return { ...textOf(octets, type), shape: 'multipart', parts: multipart };
  const content = textOf(octets, type);
  return { ...content, octets: content.octets.slice(0, LIMITS.BODY_SHOWN_OCTETS) };
}

/** A content that is no picture and has no parts. */
function textOf(octets: Uint8Array, type: MediaType): BodyContent {
  const charset = charsetOf(octets, type);
  const text = decodeText(octets.subarray(0, LIMITS.BODY_SHOWN_OCTETS), charset);
  if (!isReadable(text, type, charset)) return { octets, shape: 'binary' };
  if (/^image\/svg\+xml$/.test(type.name) && /<svg[\s>]/.test(text)) {
    return { octets, shape: 'image', imageType: 'image/svg+xml', charset };
  }
  const shape = shapeOf(text, type.name);
  if (shape !== 'form') return { octets, shape, charset };
  const fields = formFields(text);
  return fields ? { octets, shape, charset, fields } : { octets, shape: 'text', charset };
}

/** Whether it is meant to be read: by its type, or because it can be and has no controls. */
function isReadable(text: string, type: MediaType, charset: BodyCharset): boolean {
  if (!hasControls(text)) return charset.source !== 'fallback' || isTextType(type.name);
  // A text with a stray control stays a text; one with zero octets never was.
  return isTextType(type.name) && !text.includes('\0') && charset.source !== 'fallback';
}

function isTextType(name: string): boolean {
  return (
    name.startsWith('text/') ||
    /[+/](json|xml|javascript|ecmascript|yaml|x-www-form-urlencoded|graphql|toml)$/.test(name)
  );
}

function shapeOf(text: string, name: string): BodyShape {
  if (name === 'application/x-www-form-urlencoded') return /^\s*[[{]/.test(text) ? 'json' : 'form';
  // Lines of JSON are many texts, not one.
  if (/ndjson|jsonl|json-seq|jsonlines/.test(name)) return 'text';
  if (/[+/-]json$/.test(name) || name === 'text/json') return 'json';
  if (name === 'text/html') return 'html';
  if (/[+/]xml$/.test(name)) return name === 'application/xhtml+xml' ? 'html' : 'xml';
  const isUnsure = /^(|text\/plain|application\/octet-stream|binary\/octet-stream|text\/x-json)$/.test(name);
  if (!isUnsure) return 'text';
  if (/^\s*(<!doctype html|<html[\s>])/i.test(text)) return 'html';
  if (/^\s*(<\?xml|<[A-Za-z][\w:.-]*(\s[^<>]*)?>[\s\S]*<\/[\w:.-]+>\s*$)/.test(text)) return 'xml';
  return /^\s*(\{\s*["}]|\[[\s\]\d"{[tfn-])/.test(text) ? 'json' : 'text';
}

function multipartOf(octets: Uint8Array, type: MediaType, depth: number): readonly BodyPart[] | undefined {
  if (!type.name.startsWith('multipart/') || depth >= LIMITS.BODY_NESTING) return undefined;
  const boundary = type.parameters.get('boundary') ?? guessBoundary(octets);
  if (boundary === undefined || boundary === '') return undefined;
  const { parts } = splitMultipart(octets, boundary);
  return parts.length === 0 ? undefined : parts.map((part) => describePart(part, depth + 1));
}

function describePart({ lines, octets, isComplete }: RawPart, depth: number): BodyPart {
  const contentType = fieldOf(lines, 'content-type') ?? '';
  const transferred = undoTransferEncoding(octets, fieldOf(lines, 'content-transfer-encoding') ?? '');
  const codings = codingsOf(fieldOf(lines, 'content-encoding') ?? '');
  const decoded = decodeContent(transferred, codings, LIMITS.BODY_IMAGE_OCTETS);
  const caveats = [
    ...(isComplete ? [] : ['The delimiter behind this part was not seen.']),
    ...(decoded.problem
      ? [`It could not be decoded (${decoded.problem.coding}: ${decoded.problem.words}).`]
      : []),
  ];
  return {
    lines,
    label: labelOf(lines),
    contentType,
    content: describeContent(decoded.octets, contentType, depth),
    ...(caveats.length === 0 ? {} : { caveat: caveats.join(' ') }),
  };
}

/** What names a part: its field in a form and its file, its range, or its identifier. */
function labelOf(lines: readonly string[]): string {
  const disposition = fieldOf(lines, 'content-disposition') ?? '';
  const name = parseMediaType(disposition).parameters.get('name');
  const file = fileNameOf(disposition);
  const range = rangeWords(fieldOf(lines, 'content-range') ?? '');
  const known = [name, file, range].filter((word) => word !== undefined && word !== '');
  return known.length > 0 ? known.join(', ') : (fieldOf(lines, 'content-id') ?? '');
}

/** Content-Transfer-Encoding, which parts have where mail is the model (RFC 2045 section 6); others are left as they are. */
function undoTransferEncoding(octets: Uint8Array, encoding: string): Uint8Array {
  const name = encoding.toLowerCase();
  if (name !== 'base64' && name !== 'quoted-printable') return octets;
  const text = new TextDecoder('latin1').decode(octets);
  if (name === 'quoted-printable') {
    const plain = text
      .replace(/=[ \t]*\r?\n/g, '')
      .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return octets;
  }
}
