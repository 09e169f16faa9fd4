import { formatAmount, formatCount } from '../../src/model/format.ts';
import type { Bytes } from '../../src/model/units.ts';
import type { OpenError } from '../api.ts';
import type { Refusal } from './sniff.ts';

/** A kind of text file, by how it begins. */
interface TextKind {
  readonly looksLike: RegExp;
  readonly is: string;
  readonly code: OpenError['code'];
  readonly message: string;
}

const READS = 'This version reads pcap, pcapng and HAR.';

const TEXT_KINDS: readonly TextKind[] = [
  {
    looksLike: /^\s*\{[^]*?"log"\s*:\s*\{[^]*?"(version|creator|entries|pages|browser)"\s*:/,
    is: 'a HAR file',
    code: 'unsupported',
    // One in UTF-8 is opened.
    message:
      'The file is a HAR file, but not in UTF-8, as JSON has to be (RFC 8259 section 8.1). Convert it: iconv -f UTF-16 -t UTF-8 FILE > capture.har',
  },
  {
    looksLike: /^\s*\{\s*"constants"\s*:\s*\{/,
    is: 'a NetLog of Chrome (chrome://net-export)',
    code: 'unsupported',
    message: `The file is a NetLog of Chrome (chrome://net-export), not a HAR file. ${READS} Export a HAR file from the Network panel instead (“Export HAR”), or look at this one with netlog-viewer.`,
  },
  {
    looksLike: /^\s*\{\s*"(start_time|method|authority|response_code|upstream_host|bytes_received)"\s*:/,
    is: 'an access log in JSON, as Envoy writes it',
    code: 'unsupported',
    message: `The file is an access log in JSON, as Envoy writes it, not a capture. ${READS} Capture the traffic: tcpdump -i any -s 0 -w capture.pcap`,
  },
  {
    looksLike: /^\s*(\{\s*["}]|\[\s*[[{"\]])/,
    is: 'JSON text',
    code: 'not-a-capture',
    message: `The file is JSON text, not a capture. ${READS} If tshark -T json wrote it, open the file it was made from.`,
  },
  {
    looksLike:
      /^(#[^\n]*\n)*(CLIENT_RANDOM|(CLIENT|SERVER)_(HANDSHAKE_)?TRAFFIC_SECRET(_0)?|EXPORTER_SECRET) [0-9a-f]/,
    is: 'a TLS key log',
    code: 'unsupported',
    message: `The file is a TLS key log, not a capture. ${READS} Decryption is not part of this version.`,
  },
  {
    looksLike: /^\[\d{4}-\d\d-\d\dT[^\]]*\] "/,
    is: 'an Envoy access log',
    code: 'unsupported',
    message: `The file is an Envoy access log, not a capture. ${READS} Capture the traffic: tcpdump -i any -s 0 -w capture.pcap`,
  },
  {
    looksLike: /^(\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d{6} (\S+ )*(IP6?|ARP|ethertype)\b/m,
    is: 'what tcpdump prints as text',
    code: 'not-a-capture',
    message:
      'The file is what tcpdump prints as text, not a capture. Let tcpdump write the packets themselves: tcpdump -s 0 -w capture.pcap',
  },
  {
    looksLike: /^\s*<(!doctype html|html)/i,
    is: 'an HTML page',
    code: 'not-a-capture',
    message:
      'The file is an HTML page, not a capture. A download that needs a login often ends like this: download it again and look at its first lines.',
  },
  {
    looksLike: /^\s*<(!doctype )?svg|^\s*<\?xml[^>]*>\s*<svg/i,
    is: 'an SVG image',
    code: 'not-a-capture',
    message: `The file is an SVG image, not a capture. ${READS}`,
  },
  {
    looksLike: /^\s*<\?xml[^>]*>[^]*<(pdml|psml)\b/,
    is: 'packets as XML (PDML)',
    code: 'not-a-capture',
    message: 'The file is what tshark prints as XML, not a capture. Open the file it was made from.',
  },
  {
    looksLike: /^\s*<\?xml/,
    is: 'XML text',
    code: 'not-a-capture',
    message: `The file is XML text, not a capture. ${READS}`,
  },
  {
    // A line that tells the packet may stand before it; a log with dumps in it is none.
    looksLike: /^([^\n]*\n){0,3}[ \t]*[0-9a-f]{4,8}[: ]\s*([0-9a-f]{2,4} ){4}/i,
    is: 'a hex dump',
    code: 'not-a-capture',
    message:
      'The file is a hex dump, not a capture. Make one of it: text2pcap FILE capture.pcap (after xxd, use xxd -r first).',
  },
  {
    looksLike: /^-----BEGIN /,
    is: 'a PEM certificate or key',
    code: 'not-a-capture',
    message: `The file is a PEM certificate or key, not a capture. ${READS}`,
  },
];

/**
 * What to say of a file that begins with text; undefined where it does not. Tools that print a line before the capture
 * (tcpdump through kubectl exec -t) are told apart by the capture header behind the text.
 */
export function textProblem(
  octets: Uint8Array,
  size: Bytes,
  isCaptureMagic: (octets: Uint8Array, at: number) => boolean,
): Refusal | undefined {
  const capture = captureAfterText(octets, isCaptureMagic);
  if (capture !== undefined) {
    const before = firstLine(decode(octets.subarray(0, capture)));
    return {
      is: 'a capture behind text',
      code: 'not-a-capture',
      message: `The file begins with ${formatAmount(capture, 'byte')} of text (“${before}”) before the capture's header. Cut them off: tail -c +${capture + 1} FILE > capture.pcap; and keep messages out of the pipe next time (2>/dev/null, kubectl exec without -t).`,
    };
  }
  const text = asText(octets);
  if (text === undefined) return undefined;
  const kind = TEXT_KINDS.find(({ looksLike }) => looksLike.test(text));
  if (kind) return { is: kind.is, code: kind.code, message: kind.message };
  return {
    is: 'text',
    code: 'not-a-capture',
    message: `The file is text (${formatCount(size)} bytes, it begins with “${firstLine(text)}”), not a capture. ${READS} If a program was to write a capture here, these lines say why it did not.`,
  };
}

/** Where a capture's header stands behind lines of text, if one does. */
function captureAfterText(
  octets: Uint8Array,
  isCaptureMagic: (octets: Uint8Array, at: number) => boolean,
): number | undefined {
  for (let at = 0; at < octets.length; at++) {
    if (at > 0 && isCaptureMagic(octets, at)) return at;
    if (!isTextOctet(octets[at] ?? 0)) return undefined;
  }
  return undefined;
}

/** Tab, line ends, escape (colours of terminals), printable ASCII, and what UTF-8 has above it. */
function isTextOctet(octet: number): boolean {
  return octet === 9 || octet === 10 || octet === 13 || octet === 27 || (octet >= 32 && octet !== 127);
}

/** The octets as text, where they are UTF-8, UTF-16 with a byte order mark, or ASCII; undefined where they are none. */
function asText(octets: Uint8Array): string | undefined {
  if (octets[0] === 0xff && octets[1] === 0xfe) return new TextDecoder('utf-16le').decode(octets.subarray(2));
  if (octets[0] === 0xfe && octets[1] === 0xff) return new TextDecoder('utf-16be').decode(octets.subarray(2));
  if (!octets.every(isTextOctet)) return undefined;
  try {
    // A sample may end inside a character: stream leaves it out.
    return new TextDecoder('utf-8', { fatal: true }).decode(octets, { stream: true });
  } catch {
    return undefined;
  }
}

function decode(octets: Uint8Array): string {
  return new TextDecoder().decode(octets);
}

/** The first line that has words, at most 60 characters of it. */
function firstLine(text: string): string {
  const line = text.split(/[\r\n]+/).find((candidate) => candidate.trim() !== '') ?? '';
  const trimmed = line.trim();
  return trimmed.length > 60 ? `${trimmed.slice(0, 59)}…` : trimmed;
}
