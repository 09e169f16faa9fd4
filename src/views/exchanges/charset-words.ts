import type { BodyCharset } from '../../model/body.ts';

/** Who says so, in words. */
const SOURCES: Readonly<Record<BodyCharset['source'], string>> = {
  'byte order mark': 'by its byte order mark',
  'Content-Type': 'as its type says',
  document: 'as the document says',
  octets: 'by its octets',
  fallback: 'for want of better',
};

/** How a text is read and who says so: "utf-8, by its octets". */
export function charsetWords({ name, source, unknown }: BodyCharset): string {
  const words = `${name}, ${SOURCES[source]}`;
  return unknown === undefined ? words : `${words} (nobody knows the charset “${unknown.slice(0, 40)}”)`;
}
