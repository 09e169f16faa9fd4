import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Random } from '../support/random.ts';

const CONFIGURATION = (folder: string): string => `
daemon off;
worker_processes 1;
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  types { application/json json; text/javascript js; application/octet-stream bin; }
  gzip on;
  gzip_comp_level 1;
  gzip_types application/json text/javascript;
  client_body_temp_path ${folder}/temporary;
  proxy_temp_path ${folder}/temporary;
  fastcgi_temp_path ${folder}/temporary;
  uwsgi_temp_path ${folder}/temporary;
  scgi_temp_path ${folder}/temporary;
  server {
    listen 80;
    listen 443 ssl;
    ssl_certificate ${folder}/certificate.pem;
    ssl_certificate_key ${folder}/key.pem;
    root ${folder}/content;
    location = /api/orders { default_type application/json; return 201 '{"order":"accepted"}'; }
  }
  server {
    listen 8080;
    keepalive_requests 100000000;
    location / { default_type text/plain; return 200 'ok'; }
  }
}
`;

const WORDS = ['return', 'const', 'value', 'price', '"name":', '{', '}', 'items', 'map(', '=>', '0x', ';\n'];

/** Text that compresses about as well as a program does. */
function text(octets: number, random: Random): string {
  let made = '';
  while (made.length < octets) made += `${random.pick(WORDS)} ${random.below(1e6).toString(36)} `;
  return made.slice(0, octets);
}

function noise(octets: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: octets }, () => random.below(256));
}

/** Writes what nginx serves, and answers the path of its configuration. */
export function writeServer(folder: string): string {
  const random = new Random(7);
  const between = (low: number, high: number): number => low + random.below(high - low);
  const content = `${folder}/content`;
  for (const name of ['content/api/items', 'content/assets', 'content/media', 'temporary'])
    mkdirSync(`${folder}/${name}`, { recursive: true });
  for (let n = 0; n < 200; n++)
    writeFileSync(`${content}/api/items/${n}.json`, text(between(80, 2_000), random));
  for (let n = 0; n < 60; n++)
    writeFileSync(`${content}/assets/${n}.js`, text(between(10_000, 200_000), random));
  for (let n = 0; n < 6; n++)
    writeFileSync(`${content}/media/${n}.bin`, noise(between(1_000_000, 4_000_000), random));
  const key = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${folder}/key.pem`,
  ];
  const certificate = ['-subj', '/CN=shop.example', '-days', '2', '-out', `${folder}/certificate.pem`];
  execFileSync('openssl', ['req', '-x509', ...key, ...certificate], { stdio: 'ignore' });
  const path = `${folder}/nginx.conf`;
  writeFileSync(path, CONFIGURATION(folder));
  return path;
}
