// What a model reads of a page: Markdown of HTML, other text as it is, nothing of what is not text.
import type { FetchedPage } from './fetch-page.ts';

type Page = Extract<FetchedPage, { kind: 'page' }>;

/** Elements that are no content. */
const noise = ['script', 'style', 'noscript', 'template', 'svg', 'canvas', 'iframe', 'nav', 'footer', 'form', 'dialog'];

/** The text of a page, or undefined where it is not text. */
export async function pageText(page: Page): Promise<string | undefined> {
  const text = decode(page);
  if (text === undefined) return undefined;
  const isHtml = page.contentType.includes('html') || (page.contentType === '' && /^\s*<(!doctype|html)\b/i.test(text));
  return isHtml ? markdownOf(text) : text;
}

function decode({ body, charset, contentType }: Page): string | undefined {
  const isBinary = /^(image|audio|video|font)\/|octet-stream|pdf|zip|gzip|wasm/.test(contentType);
  if (isBinary || body.subarray(0, 8192).includes(0)) return undefined;
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    return body.toString('utf8');
  }
}

async function markdownOf(html: string): Promise<string> {
  const { default: Turndown } = await import('turndown');
  const service = new Turndown({ headingStyle: 'atx', codeBlockStyle: 'fenced', bulletListMarker: '-', hr: '---' });
  service.remove(noise as Parameters<typeof service.remove>[0]);
  // Pictures as data would fill the answer; links without a target are their text.
  service.addRule('image', {
    filter: 'img',
    replacement: (_content, node) => {
      const label = (node as { getAttribute(name: string): string | null }).getAttribute('alt');
      return label ? `[picture: ${label}]` : '';
    },
  });
  const title = /<title[^>]*>([\s\S]*?)<\/title>/i.exec(html)?.[1]?.trim();
  const main = mainPart(html);
  const text = service
    .turndown(main)
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return title && !text.startsWith(`# ${title}`) ? `Title: ${title}\n\n${text}` : text;
}

/** The part a page calls its main one, where it has exactly one; else all of it. */
function mainPart(html: string): string {
  const mains = [...html.matchAll(/<main\b[^>]*>([\s\S]*?)<\/main>/gi)];
  return mains.length === 1 ? (mains[0]?.[1] ?? html) : html;
}
