import { Violation } from '../../../src/model/exchange.ts';
import { messageFaultRule } from '../message-fault.ts';
import { Impact } from '../rule.ts';
import { capitalize, enumerate, prose } from '../words.ts';

/** What may be wrong with a line, in the order of gravity. */
const FAULTS: readonly (readonly [bit: number, deed: string])[] = [
  [Violation.SPACE_BEFORE_COLON, 'white space before the colon'],
  [Violation.OBS_FOLD, 'a line folded onto the next'],
  [Violation.CONTROL_CHARACTER, 'control characters'],
  [Violation.COLON_MISSING, 'a line without a colon'],
  [Violation.NAME_NOT_TOKEN, 'a name with characters that names may not have'],
  [Violation.BARE_LF, 'lines ended by LF alone'],
];

const MASK = FAULTS.reduce((bits, [bit]) => bits | bit, 0);

function faultsOf(violations: number): readonly string[] {
  return FAULTS.filter(([bit]) => (violations & bit) !== 0).map(([, deed]) => deed);
}

/** Header lines that break the grammar (RFC 9112 sections 2.2, 5.1 and 5.2, RFC 9110 section 5.5). */
export const badFieldLine = messageFaultRule({
  id: 'bad-field-line',
  looksFor: 'header lines that break the grammar',
  mask: MASK,
  harmless: Violation.BARE_LF,
  // What is not wholly there cannot be judged by its lines.
  isMeant: (facts, row) => facts.tables.messages.marks(row) === 0,
  kind: (facts, row) => facts.tables.messages.violations(row) & MASK,
  // A recipient may take LF alone for a line end (RFC 9112 section 2.2).
  least: ({ message }) =>
    (message.violations & MASK & ~Violation.BARE_LF) === 0 ? Impact.ODD : Impact.CAN_BREAK,
  tell: ({ message, sender, receiver }) => {
    const faults = faultsOf(message.violations);
    return {
      deed: `sent a header section with ${faults[0] ?? 'a malformed line'}`,
      saw: prose(
        `${capitalize(receiver.noun)} got a header section with ${enumerate(faults)}; the lines are marked below.`,
      ),
      whyItMatters: prose(
        'Readers differ in what they make of such a line: some refuse the message, some drop the line, some read another name. That is how one proxy answers 400 or 502 to what another lets pass, and how requests are smuggled.',
      ),
      whatToChange: [
        prose(
          `In ${sender.noun}: let the HTTP library write the fields; take line breaks, control characters and white space out of names and values that come from elsewhere.`,
        ),
      ],
      logWords: message.isRequest
        ? ['Envoy: 400 DPE http1.codec_error', 'nginx: client sent invalid header line', 'HAProxy: 400, PR--']
        : [
            'Envoy: 502 UPE upstream_reset_before_response_started{protocol_error}',
            'nginx: upstream sent invalid header',
            'HAProxy: 502, PH--',
            'Node: HPE_INVALID_HEADER_TOKEN',
            'Go: malformed MIME header line',
          ],
      sources: ['RFC 9112 section 5', 'RFC 9112 section 2.2', 'RFC 9110 section 5.5'],
      remark: 'malformed lines',
    };
  },
});
