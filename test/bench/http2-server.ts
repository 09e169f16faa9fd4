import { mkdirSync, writeFileSync } from 'node:fs';
import { concat } from '../support/octets.ts';
import { Random } from '../support/random.ts';

/** Where nghttpd listens without TLS: for JSON, and for gRPC. */
export const HTTP2_PORT = 8081;
export const GRPC_PORT = 50051;

/** What is asked of it. gRPC methods have the suffix by which nghttpd knows the type. */
export const HTTP2_PATHS = Array.from({ length: 100 }, (_, number) => `api/orders/${number}.json`);
export const GRPC_PATHS = ['Get', 'List', 'Create', 'Cancel'].map((name) => `shop.v1.Orders/${name}.grpc`);

/** A gRPC message: its prefix, and a protobuf field 1 with text. */
function grpcMessage(text: string): Uint8Array {
  const field = concat(Uint8Array.of(0x0a, text.length), new TextEncoder().encode(text));
  return concat(Uint8Array.of(0, 0, 0, 0, field.length), field);
}

/** The file that holds the request of every gRPC call. */
export function grpcRequest(folder: string): string {
  return `${folder}/request.grpc`;
}

/** Writes what nghttpd serves, and answers the options of each server. */
export function http2Servers(folder: string): readonly (readonly string[])[] {
  const random = new Random(9);
  const content = `${folder}/http2`;
  for (const name of ['api/orders', 'shop.v1.Orders']) mkdirSync(`${content}/${name}`, { recursive: true });
  for (const path of HTTP2_PATHS) {
    const items = Array.from({ length: 1 + random.below(4) }, () => ({ id: random.below(1e6), item: 'tea' }));
    writeFileSync(`${content}/${path}`, JSON.stringify({ items }));
  }
  for (const path of GRPC_PATHS) writeFileSync(`${content}/${path}`, grpcMessage(`answer of ${path}`));
  writeFileSync(grpcRequest(folder), grpcMessage('order-4711'));
  const types = `${folder}/types`;
  writeFileSync(types, 'application/json json\napplication/grpc grpc\n');
  const options = ['--no-tls', '--htdocs', content, '--mime-types-file', types];
  return [
    [...options, String(HTTP2_PORT)],
    [...options, '--trailer', 'grpc-status: 0', String(GRPC_PORT)],
  ];
}
