import type { ConversationMessage } from '../../session/worker.ts';
import { decodeText, isText, showControls } from '../../ui/body-text.ts';
import { hexOctet } from '../../ui/hex.ts';

/** Octets of a message that are looked at for its line in the list; a line shows fewer. */
const LOOKED_AT = 400;

/** Octets that are shown in hexadecimal where a message is no text. */
const HEX_OCTETS = 32;

/** Kinds whose label says more than their octets do. */
const TOLD_BY_LABEL: ReadonlySet<string> = new Set([
  'close',
  'message',
  'settings',
  'status',
  'trailers',
  'FIN',
  'RST',
]);

/** The first characters of a message's content, in one line; octets in hexadecimal where they are no text. */
function contentPreview({ octets, isText: isMeant }: ConversationMessage): string {
  const head = octets.subarray(0, LOOKED_AT);
  if (!isMeant && !isText(head)) {
    const hex = Array.from(head.subarray(0, HEX_OCTETS), hexOctet).join(' ');
    return octets.length > HEX_OCTETS ? `${hex} …` : hex;
  }
  return showControls(decodeText(head).replace(/\s+/g, ' ').trim());
}

/** What the list shows of a message. */
export function messagePreview(message: ConversationMessage): string {
  const label = showControls(message.label);
  if (label !== '' && TOLD_BY_LABEL.has(message.kind)) return label;
  const content = contentPreview(message);
  return message.kind === 'event' && label !== '' ? `${label}  ${content}` : content;
}
