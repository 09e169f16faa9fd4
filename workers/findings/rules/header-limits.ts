import { Violation } from '../../../src/model/exchange.ts';
import { formatAmount, formatBytes } from '../../../src/model/format.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, prose } from '../words.ts';

/** A header section beyond what proxies take: more than 100 lines, or more than 60 KiB. */
export const headerLimits = messageFaultRule({
  id: 'header-limits',
  looksFor: 'a header section larger than proxies take',
  mask: Violation.SECTION_TOO_LARGE,
  least: () => Impact.CAN_BREAK,
  tell: ({ lines, message, sender, receiver }) => ({
    deed: `sent a header section of ${formatAmount(lines.length, 'line')} and ${formatBytes(message.headOctets)}`,
    saw: prose(
      `${capitalize(receiver.noun)} got ${formatAmount(lines.length, 'field line')} in ${formatBytes(message.headOctets)}. Many readers take 100 lines or 60 KiB at most, some only 8 KiB.`,
    ),
    whyItMatters: prose(
      'What is larger is refused with 431, 400 or 502, often by a proxy that the sender does not know of. Cookies and tokens that grow are the usual reason: it hits some users, and not others.',
    ),
    whatToChange: [
      prose(
        `In ${sender.noun}: send less (old cookies, several tokens, fields for debugging, repeated lines).`,
      ),
      prose(
        'Or raise the limits on the way: Envoy ',
        { code: 'max_request_headers_kb' },
        ' and ',
        { code: 'max_headers_count' },
        ', nginx ',
        { code: 'large_client_header_buffers' },
        ' and ',
        { code: 'proxy_buffer_size' },
        ', HAProxy ',
        { code: 'tune.bufsize' },
        '.',
      ),
    ],
    logWords: [
      'Envoy: 431 DPE http1.headers_too_large, or 502 UPE',
      'nginx: upstream sent too big header while reading response header from upstream',
      'HAProxy: 400, or 502 with PH--',
      'Node: HPE_HEADER_OVERFLOW',
    ],
    sources: ['RFC 6585 section 5', 'RFC 9110 section 5.4'],
    remark: 'very large',
  }),
});
