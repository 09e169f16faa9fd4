import { expect, it } from 'vitest';
import { connectionState, flowHistory } from '../../workers/flow-history.ts';
import { flowMarks } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { drawn } from '../support/packet-script.ts';

const ENDS = 'a 10.0.0.1:40000\nb 10.0.0.2:80\n';
const HANDSHAKE = '0ms a > b SYN\n1ms b > a SYN ACK\n2ms a > b ACK\n';

it.each([
  ['S0', 'S', 1, '0ms a > b SYN\n1000ms a > b again'],
  ['REJ', 'Sr', 33, '0ms a > b SYN\n1ms b > a RST'],
  ['S1', 'ShADd', 15, `${HANDSHAKE}3ms a > b "x"\n4ms b > a "y"`],
  ['SF', 'ShADdFf', 31, `${HANDSHAKE}3ms a > b "x"\n4ms b > a "y"\n5ms a > b FIN\n6ms b > a FIN`],
  ['S2', 'ShAF', 23, `${HANDSHAKE}3ms a > b FIN`],
  ['S3', 'ShAf', 23, `${HANDSHAKE}3ms b > a FIN`],
  ['RSTO', 'ShADR', 47, `${HANDSHAKE}3ms a > b "x"\n4ms a > b RST`],
  ['RSTR', 'ShADTr', 47, `${HANDSHAKE}3ms a > b "xyz"\n300ms a > b again\n301ms b > a RST`],
  ['OTH', 'Dd', 8, '0ms a > b "x"\n1ms b > a "y"'],
])(
  'a connection in state %s has the history %s and the completeness %i',
  async (state, history, bits, lines) => {
    const core = await readFourWays(drawn(ENDS + lines));
    expect(connectionState(core, 0)).toBe(state);
    expect(flowHistory(core, 0)).toBe(history);
    expect(core.tables.flows.completeness(0)).toBe(bits);
  },
);

it('a RST that answers data is told apart from one behind an acknowledgement', async () => {
  const unread = await readFourWays(drawn(`${ENDS}${HANDSHAKE}3ms a > b "x"\n4ms b > a RST`));
  expect(flowMarks(unread, 0)).toContain('RESET_UNREAD');
  const read = await readFourWays(drawn(`${ENDS}${HANDSHAKE}3ms a > b "x"\n4ms b > a ACK\n5ms b > a RST`));
  expect(flowMarks(read, 0)).not.toContain('RESET_UNREAD');
});
