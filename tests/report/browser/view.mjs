// What the tests of pages share: a browser without network, and views of a page in it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

// Opens the page at the usual widths, light and dark. It must not scroll sideways, fetch anything
// or fail, and must be accessible. `check(tab, width)` looks at the rest.
export async function checkViews(modules, chromiumPath, page, check) {
  const require = createRequire(path.join(modules, 'package.json'));
  const { chromium } = require('playwright-core');
  const axeSource = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  const url = pathToFileURL(path.resolve(page)).href;
  const browser = await chromium.launch({ executablePath: chromiumPath, headless: true, args: flags });
  try {
    for (const width of [360, 768, 1280])
      for (const colorScheme of ['light', 'dark']) {
        const context = await browser.newContext({ offline: true, colorScheme,
          viewport: { width, height: 800 } });
        const tab = await context.newPage();
        const faults = [];
        tab.on('request', (request) => { if (request.url() !== url) faults.push(request.url()); });
        tab.on('pageerror', (error) => faults.push(error.message));
        tab.on('console', (message) => {
          if (['error', 'warning'].includes(message.type())) faults.push(message.text());
        });
        await tab.goto(url);
        const scrolls = await tab.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.ok(!scrolls, `${width} px: the page scrolls sideways`);
        await tab.evaluate(axeSource);
        const found = await tab.evaluate(() => window.axe.run(document,
          { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }));
        assert.deepEqual(found.violations.map((rule) => `${rule.id}: ${rule.nodes[0].html}`), []);
        await check(tab, width);
        assert.deepEqual(faults, []);
        await context.close();
      }
  } finally {
    await browser.close();
  }
}
