import { WEBSOCKET_OPCODES, WebSocketOpcode } from '../../src/model/websocket-registry.ts';
import { type DescribedPacket, fieldOfNumber } from '../details/described-packet.ts';

/** The WebSocket frames of a packet as Wireshark writes them: `WebSocket Text [FIN] [MASKED]`; '' where none begins in it. */
export function webSocketInfo(packet: DescribedPacket): string {
  const frames: string[] = [];
  let isFinal = true;
  for (const { field, value } of packet.fields) {
    switch (fieldOfNumber(field)?.name ?? '') {
      case 'websocket.fin':
        isFinal = value === 1;
        break;
      case 'websocket.opcode':
        frames.push(`WebSocket ${nameOf(value)}${isFinal ? ' [FIN]' : '[FRAGMENT]'}`);
        break;
      case 'websocket.mask':
        if (value === 1) frames.push(`${frames.pop() ?? ''} [MASKED]`);
        break;
      default:
        break;
    }
  }
  return frames.join(', ');
}

function nameOf(opcode: number): string {
  return WEBSOCKET_OPCODES[opcode] ?? (opcode < WebSocketOpcode.CLOSE ? 'Reserved' : 'Reserved control');
}
