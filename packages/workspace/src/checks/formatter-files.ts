// Where the WebAssembly of the bundled formatters lies; the build of an application copies it from there.

/** File in its package by the formatter's name. */
export const formatterModules = {
  gofmt: '@wasm-fmt/gofmt/gofmt.wasm',
  'ruff-format': '@wasm-fmt/ruff_fmt/ruff_fmt_bg.wasm',
  shfmt: '@wasm-fmt/shfmt/shfmt.wasm',
} as const;
