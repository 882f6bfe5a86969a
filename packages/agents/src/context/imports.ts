// Finds `@file` references in an instruction file; code is not looked at.

/** References in order, each once: `@docs/style.md`, `@./setup.md`. Absolute paths and home folders are never followed. */
export function importsOf(text: string): string[] {
  const prose = text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '').replace(/`[^`\n]*`/g, '');
  const found = [...prose.matchAll(/(?:^|[\s(])@((?:\.{1,2}\/)*[\w.-]+(?:\/[\w.-]+)*\.[A-Za-z0-9]+)/g)];
  return [...new Set(found.map((match) => match[1] ?? ''))].slice(0, 20);
}
