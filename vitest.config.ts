// Two kinds of tests: pure units share a process; tests with processes, files or servers (`*.live.test.ts`, `test/`) are isolated.
import { defineConfig } from 'vitest/config';

const resolve = { conditions: ['source'] };
const ssr = { resolve: { conditions: ['source'], externalConditions: ['source'] } };

export default defineConfig({
  resolve,
  ssr,
  test: {
    coverage: {
      provider: 'v8',
      reportOnFailure: true,
      include: ['packages/*/src/**/*.ts'],
      exclude: ['**/*.test.ts'],
      reporter: ['text-summary', 'json-summary'],
    },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'units',
          include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts'],
          exclude: ['**/*.live.test.ts'],
          pool: 'threads',
          isolate: false,
          sequence: { groupOrder: 0 },
          testTimeout: 20_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'live',
          // Its package has a `source` condition of its own that leads to TypeScript in node_modules.
          server: { deps: { inline: [/@ai-sdk\//, /eventsource-parser/] } },
          include: ['packages/*/src/**/*.live.test.ts', 'apps/*/src/**/*.live.test.ts', 'test/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
