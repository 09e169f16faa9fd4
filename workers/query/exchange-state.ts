import { MessageState } from '../../src/model/exchange.ts';

/** How an exchange ended, from the {@link MessageState} of its request and response: the values of `offwire.exchange.state`. */
export function exchangeStateName(request: number, response: number): string {
  switch (response) {
    case MessageState.CUT_BY_FIN:
      return 'cut-by-fin';
    case MessageState.CUT_BY_RST:
      return 'cut-by-rst';
    case MessageState.CUT_BY_RST_STREAM:
      return 'cut-by-rst-stream';
    case MessageState.BROKEN:
      return 'broken';
    case MessageState.IN_HEAD:
    case MessageState.IN_BODY:
      return 'open';
  }
  const isAnswered = response !== MessageState.ABSENT;
  switch (request) {
    case MessageState.ABSENT:
      return 'no-request';
    case MessageState.CUT_BY_FIN:
      return 'cut-by-fin';
    case MessageState.CUT_BY_RST:
      return 'cut-by-rst';
    case MessageState.CUT_BY_RST_STREAM:
      return isAnswered ? 'early-response' : 'cut-by-rst-stream';
    case MessageState.BROKEN:
      return 'broken';
    case MessageState.COMPLETE:
      return isAnswered ? 'complete' : 'no-response';
    default:
      return isAnswered ? 'early-response' : 'open';
  }
}
