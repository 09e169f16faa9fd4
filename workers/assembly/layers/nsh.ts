// Network Service Header: RFC 8300.

import { has, u16At, u24At, u8At } from '../bytes';
import { issue } from '../issues';
import * as schema from '../schema';
import { describing, tell } from './describe';
import * as kinds from './kinds';
import * as scratch from './scratch';

/** Base header, service path, and as many words of context as its length says. */
export function nsh(at: usize, end: usize): u32 {
  const size = has(at, end, 8) ? <usize>((u16At(at) & 0x3f) << 2) : 0;
  if (size < 8 || !has(at, end, size)) {
    issue(schema.ISSUE_CODE_LINK_TRUNCATED, <f64>(end - at), <f64>max<usize>(size, 8));
    return kinds.LAYER_NONE;
  }
  const inner = u8At(at + 3);
  scratch.next = at + size;
  if (describing) {
    tell(schema.FIELD_NSH, 0, at, size, NaN);
    tell(schema.FIELD_NSH_NEXT, 1, at + 3, 1, inner);
    tell(schema.FIELD_NSH_SPI, 1, at + 4, 3, u24At(at + 4));
    tell(schema.FIELD_NSH_SI, 1, at + 7, 1, u8At(at + 7));
  }
  return kinds.layerOfOverlayProtocol(inner);
}
