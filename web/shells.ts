/** The shell of every page: `pages/NAME.html`, made from `shell.html` for each `src/pages/NAME.ts`. The server writes its title. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from 'vite';

/** What a page's head has that the others' do not. */
const OWN: Record<string, string> = {
  home: '<link rel="preload" href="/gifts/lion.webp" as="image" fetchpriority="high" />',
  video: '<meta name="theme-color" content="#0e0b0f" />',
  live: '<meta name="theme-color" content="#0e0b0f" />', // dark always; the first that matches holds
};

/** The pages by name, as inputs of a build in `root`, and the plugin that answers for files that are on no disk. */
export function shells(root: string): { pages: Record<string, string>; plugin: Plugin } {
  const template = readFileSync(join(root, 'shell.html'), 'utf8');
  const names = readdirSync(join(root, 'src/pages')).map((name) => name.replace(/\.ts$/, ''));
  const pages = Object.fromEntries(names.map((name) => [name, join(root, 'pages', `${name}.html`)]));
  const bodies = new Map(names.map((name) => [pages[name], template.replace('NAME', name).replace(/<!--own-->\s*/, OWN[name] ? `${OWN[name]}\n    ` : '')]));
  const plugin: Plugin = {
    name: 'largesse-shells',
    enforce: 'pre',
    resolveId: (id) => (bodies.has(id) ? id : null),
    load: (id) => bodies.get(id) ?? null,
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const [path = ''] = (request.url ?? '').split('?');
        const body = bodies.get(join(root, path.replace(server.config.base, '')));
        if (body === undefined) return next();
        response.setHeader('Content-Type', 'text/html');
        server.transformIndexHtml(path, body).then((text) => response.end(text), next);
      });
    },
  };
  return { pages, plugin };
}
