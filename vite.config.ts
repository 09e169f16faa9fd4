/**
 * The build: one self-contained dist/index.html under a policy with hashes, and beside it only what a hosted copy adds.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { bundleScript, inlineConstants, packAnalysis } from './workers/build-programs.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const samplesFolder = `${root}public/samples/`;
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
const NO_HASH = '0'.repeat(64);

/** The components, whose order gives each the class that scopes its style: Svelte's own are longer, and do not compress. */
const components = readdirSync(`${root}src`, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.svelte'))
  .sort();

/** What dist/index.html may take on the wire, gzipped, without the samples: README's decisions say why it is not 300 kB. */
export const SIZE_LIMIT = 410_000;

function sha256(content: string | Uint8Array, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(content).digest(encoding);
}

function gzipBase64(content: Uint8Array): string {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 255; // the operating system of the build; the artifact must not depend on it (RFC 1952 section 2.3.1)
  return packed.toString('base64');
}

interface PackedSample {
  readonly name: string;
  readonly octets: number;
  readonly gzipBase64: string;
}

function packSamples(): readonly PackedSample[] {
  const names = existsSync(samplesFolder) ? readdirSync(samplesFolder).sort() : [];
  return names
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => {
      const content = readFileSync(samplesFolder + name);
      return { name, octets: content.length, gzipBase64: gzipBase64(content) };
    });
}

/** Octets of the page as a host with gzip sends it, the samples left out. */
export function sizeWithoutSamples(html: string): number {
  let text = html;
  for (const sample of packSamples()) text = text.replace(sample.gzipBase64, '');
  return gzipSync(text, { level: 9 }).length;
}

/** `virtual:analysis` and `virtual:samples` (src/platform/environment.d.ts). */
function embeddedParts(): Plugin {
  const names = ['virtual:analysis', 'virtual:samples'];
  let isServed = false;
  return {
    name: 'offwire:embedded-parts',
    configResolved: ({ command }) => {
      isServed = command === 'serve';
    },
    resolveId: (id) => (names.includes(id) ? `\0${id}` : undefined),
    async load(id) {
      if (id === '\0virtual:analysis') {
        const missing = ['core', 'unpack'].filter((name) => !existsSync(`${root}build/${name}.wasm`));
        if (missing.length > 0)
          this.error(`build/${missing[0]}.wasm is missing: run \`npm run core\` first.`);
        const { parts, files } = await packAnalysis(isServed);
        for (const file of files) if (!file.startsWith('\0')) this.addWatchFile(file);
        return Object.entries(parts)
          .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
          .join('\n');
      }
      if (id === '\0virtual:samples') return `export const files = ${JSON.stringify(packSamples())};`;
      return undefined;
    },
  };
}

/** The policy of the page. DESIGN section 7; every directive is explained to the user in src/platform/trust-words.ts. */
function contentSecurityPolicy(script: string, style: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${sha256(script, 'base64')}' 'wasm-unsafe-eval'`,
    `style-src 'sha256-${sha256(style, 'base64')}'`,
    'img-src data: blob:',
    // 'self' is for the hosted copy's service worker alone; the trusted type `offwire-worker` lets no other address pass.
    "worker-src blob: 'self'",
    "manifest-src 'self'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    // Svelte's templates, and src/platform/trusted-script-url.ts.
    'trusted-types svelte-trusted-html offwire-worker',
  ].join('; ');
}

/** Text that stands inside a script element must not end it, nor open a comment (HTML section 4.12.1.3). */
function inScript(code: string): string {
  return code.replace(/<\/(?=script)|<(?=!--)/gi, (match) => `\\x3C${match.slice(1)}`);
}

/** index.html with its script and style inside, its policy, and its own hash (computed with the hash's place zeroed). */
function assemblePage(html: string, script: string, style: string): string {
  const icon = Buffer.from(readFileSync(`${root}public/icon.svg`)).toString('base64');
  const policy = contentSecurityPolicy(script, style);
  const page = html
    .replace(/\s*<script type="module"[^>]*><\/script>/, '')
    .replace(/\s*<link rel="stylesheet"[^>]*>/, '')
    .replace(
      '<!--policy-->',
      `<meta http-equiv="Content-Security-Policy" content="${policy}" />\n    <meta name="offwire-build" content="${NO_HASH}" />`,
    )
    .replace('<!--icon-->', () => `<link rel="icon" href="data:image/svg+xml;base64,${icon}" />`)
    .replace('</head>', () => `  <style>${style}</style>\n  </head>`)
    .replace('</body>', () => `  <script type="module">${script}</script>\n  </body>`);
  return page.replace(NO_HASH, sha256(page, 'hex'));
}

/** The manifest with its icons inside: the page's policy lets no picture come from an address. */
function manifestWithIcons(): string {
  const manifest = JSON.parse(readFileSync(`${root}public/manifest.webmanifest`, 'utf8')) as {
    icons: { src: string; type: string }[];
  };
  for (const icon of manifest.icons)
    icon.src = `data:${icon.type};base64,${readFileSync(`${root}public/${icon.src}`).toString('base64')}`;
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}

/** Turns what Vite built into the artifact: dist/index.html, and the hosted copy's companions. */
function oneFile(): Plugin {
  return {
    name: 'offwire:one-file',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        let html = '';
        let script = '';
        let style = '';
        for (const [name, part] of Object.entries(bundle)) {
          if (part.type === 'chunk') script += part.code;
          else if (name === 'index.html') html = String(part.source);
          else if (name.endsWith('.css')) style += String(part.source);
          else
            this.error(
              `${name} would be loaded from the network; import nothing that is not script, style or text.`,
            );
          delete bundle[name];
        }
        const page = assemblePage(html, inScript(script.trim()), style.trim());
        const files = new Map<string, string | Uint8Array>([['index.html', page]]);
        files.set('manifest.webmanifest', manifestWithIcons());
        files.set('_headers', readFileSync(`${root}public/_headers`));
        const kept = [...files.keys()].filter((name) => !name.startsWith('_')).sort();
        const hashes = kept.map((name) => sha256(files.get(name) ?? '', 'hex'));
        const serviceWorker = await bundleScript('workers/service.worker.ts', {
          define: {
            OFFWIRE_BUILD: JSON.stringify(sha256(hashes.join(), 'hex')),
            OFFWIRE_FILES: JSON.stringify(kept),
          },
        });
        files.set('service-worker.js', serviceWorker.code);
        const sums = [...files].sort().map(([name, content]) => `${sha256(content, 'hex')}  ${name}\n`);
        files.set('SHA256SUMS', sums.join(''));
        for (const [fileName, source] of files) this.emitFile({ type: 'asset', fileName, source });
        const size = sizeWithoutSamples(page);
        this.info(
          `index.html: ${size} of ${SIZE_LIMIT} octets gzipped without the samples, ${Buffer.byteLength(page)} as a file`,
        );
      },
    },
  };
}

/** `vite preview` answers with the headers of dist/_headers, as a host does, and says where the file is. */
function hostHeaders(): Plugin {
  return {
    name: 'offwire:host-headers',
    configurePreviewServer(server) {
      const folder = resolve(server.config.root, server.config.build.outDir);
      const rules = parseHeaders(readFileSync(`${folder}/_headers`, 'utf8'));
      server.middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname;
        for (const rule of rules) {
          if (rule.path !== '/*' && rule.path !== path) continue;
          for (const [name, value] of rule.headers) response.setHeader(name, value);
        }
        next();
      });
      return () => server.config.logger.info(`  ➜  From disk: file://${folder}/index.html`);
    },
  };
}

interface HeaderRule {
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
}

/** The format that Netlify and Cloudflare Pages share: a path, then indented header lines. */
function parseHeaders(text: string): readonly HeaderRule[] {
  const rules: { path: string; headers: [string, string][] }[] = [];
  for (const block of text.split(/\n(?=\/)/)) {
    const [path = '', ...lines] = block.split('\n');
    const headers = lines.map((line) => line.trim().split(/:\s*(.+)/));
    rules.push({ path, headers: headers.flatMap(([name, value]) => (name && value ? [[name, value]] : [])) });
  }
  return rules;
}

export default defineConfig({
  root: `${root}src`,
  base: './',
  publicDir: false,
  define: { OFFWIRE_VERSION: JSON.stringify(version) },
  plugins: [
    inlineConstants(),
    svelte({
      configFile: false,
      compilerOptions: {
        runes: true,
        cssHash: ({ filename }) =>
          `s${components.findIndex((name) => filename.endsWith(`/${name}`)).toString(36)}`,
      },
    }),
    embeddedParts(),
    oneFile(),
    hostHeaders(),
  ],
  build: {
    outDir: `${root}dist`,
    emptyOutDir: true,
    target: 'es2023',
    modulePreload: false,
    cssCodeSplit: false,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: false }, checks: { bundlerTimings: false } },
  },
  // Tests of the page's state want Svelte's runes as the browser has them.
  resolve: process.env['VITEST'] ? { conditions: ['browser'] } : {},
  test: {
    root,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          root,
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**'],
          globalSetup: 'test/support/set-up-core.ts',
          // A machine that is slow, or does other things too, must not fail a test.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: 60_000 } },
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          root,
          include: ['test/e2e/*.test.ts'],
          globalSetup: 'test/support/set-up-browsers.ts',
          // One browser at a time, when the machine has nothing else to do.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          // What hangs is ended, and named, by the limit of a step (PATIENCE in test/e2e/driver.ts); what is polled has the same.
          testTimeout: 600_000,
          hookTimeout: 600_000,
          expect: { poll: { timeout: 90_000 } },
        },
      },
    ],
  },
});
