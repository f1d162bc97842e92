import react from '@vitejs/plugin-react';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const websocket = fileURLToPath(new URL('./src/signalling/websocket.ts', import.meta.url));

export default defineConfig({
  plugins: [react()],
  resolve: {
    // protoo-client asks for the Node package `websocket`; a browser has its own.
    alias: { websocket },
  },
  build: {
    // No data: URIs, so that `default-src 'self'` is enough as a policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file of 140 kB compressed; every part of it is needed to join.
    chunkSizeWarningLimit: 700,
    target: ['chrome123', 'firefox120', 'safari17.5'],
  },
  server: { host: '127.0.0.1' },
  test: { environment: 'node', include: ['src/**/*.test.ts'] },
});
