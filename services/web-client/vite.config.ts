import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const GATEWAY_URL = process.env.GATEWAY_URL ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: ['chrome123', 'firefox128', 'safari18'],
    // The content security policy allows images from data: only for icons made by the styles; files stay files.
    assetsInlineLimit: 0,
    // Every supported browser knows <link rel="modulepreload">, and the polyfill would be an inline script.
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': GATEWAY_URL,
      '/.well-known': GATEWAY_URL,
      '/health': GATEWAY_URL,
      '/socket.io': { target: GATEWAY_URL, ws: true },
    },
  },
});
