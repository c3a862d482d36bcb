import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { press } from './press.ts';
import { shells } from './shells.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const { pages, plugin } = shells(here('.'));

export default defineConfig({
  base: '/static/',
  plugins: [plugin, svelte(), press(here('./src/i18n'))],
  html: { cspNonce: '__NONCE__' },
  resolve: { alias: { $lib: here('./src') } },
  build: {
    outDir: here('../src/largesse/web/static'),
    emptyOutDir: true,
    manifest: 'manifest.json',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox125', 'safari17.5'], // light-dark(), popover, Intl.NumberFormat v3
    rolldownOptions: {
      input: pages,
      checks: { pluginTimings: false },
      // What every page needs is one file, and what those outside a LIVE share is one more: eight small ones cost a phone more round
      // trips than bytes.
      output: {
        codeSplitting: {
          groups: [
            { name: 'ui', minShareCount: Object.keys(pages).length, priority: 1 },
            { name: 'site', test: /src\/parts\//, minShareCount: 3 },
          ],
        },
      },
    },
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
