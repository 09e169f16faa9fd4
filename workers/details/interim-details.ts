import { Violation } from '../../src/model/exchange.ts';
import type { ExchangeRow } from '../../src/model/units.ts';
import type { InterimDetail } from '../api.ts';
import type { Core } from '../core.ts';
import { fieldLines } from '../field-lines.ts';
import { type Interim, interimsOf } from '../interims.ts';
import { versionName } from '../items/exchange-item.ts';
import { remarks } from '../violations.ts';

/** Interim responses of one exchange whose lines are shown: a server that processes long may send one a second (102). */
export const INTERIMS_SHOWN = 20;

/** Framing fields: no interim response may have one (RFC 9110 section 8.6, RFC 9112 section 6.1). */
const FRAMING = /^(?:content-length|transfer-encoding)[ \t]*:/i;

/** The interim responses of an exchange with their header sections, as sent. */
export function interimDetails(core: Core, exchange: ExchangeRow): readonly InterimDetail[] {
  return interimsOf(core, exchange)
    .slice(0, INTERIMS_SHOWN)
    .map((interim) => interimDetail(core, interim));
}

function interimDetail(core: Core, interim: Interim): InterimDetail {
  const { packets, sections } = core.tables;
  const { status, packet, section } = interim;
  const lines = fieldLines(core, section);
  const own = section === 0 ? 0 : sections.violations(section - 1);
  const forbidden = lines.some((line) => FRAMING.test(line)) ? Violation.BODY_FORBIDDEN : 0;
  return {
    startLine: interimStartLine(interim),
    status,
    lines: remarks(lines, own | forbidden, status),
    packet,
    time: packet === 0 ? 0 : packets.time(packet - 1),
  };
}

/** The status line of an interim response: `HTTP/1.1 103 Early Hints`; '' in HTTP/2. */
export function interimStartLine({ version, status, reason }: Interim): string {
  if (version >= 20) return '';
  return [versionName(version), String(status), reason].filter((word) => word !== '').join(' ');
}
