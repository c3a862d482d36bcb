/** The last step of a build: messages for the server, br and gzip beside every text, and the list of what was made. */
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const TEXT = /\.(js|css|svg|json)$/;
const BYTES_MIN = 600;
const PRESSED = /\.(br|gz)$/;

/** Files below `folder`, as paths with slashes, sorted. */
function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1).replaceAll('\\', '/'))
    .sort();
}

/** `built.json` is written last: the server reads a build again when it changes, and serves what it names. */
export function press(messages: string): Plugin {
  let folder = '';
  return {
    name: 'largesse-press',
    apply: 'build',
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      cpSync(messages, join(folder, 'i18n'), { recursive: true, filter: (path) => statSync(path).isDirectory() || path.endsWith('.json') });
      const made = files(folder).filter((name) => !PRESSED.test(name) && name !== 'built.json' && name !== 'manifest.json');
      for (const name of made) {
        const body = readFileSync(join(folder, name));
        if (!TEXT.test(name) || name.startsWith('i18n/') || body.length < BYTES_MIN) continue;
        const options = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } };
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(body, options));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(body, { level: 9 }));
      }
      writeFileSync(join(folder, 'built.json'), JSON.stringify(made));
    },
  };
}
