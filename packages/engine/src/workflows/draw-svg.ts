// A workflow as an SVG file: steps below each other, branches beside each other, groups in frames.
import { stepWords } from './step-words.ts';
import type { Step, Workflow } from './workflow.ts';

/** A piece of the picture; drawn at a place, it says what it consists of. */
interface Block {
  readonly width: number;
  readonly height: number;
  readonly draw: (x: number, y: number) => string[];
}

const gap = 26;
const pad = 14;
const lineHeight = 16;
const letterWidth = 7.25;
const maxLetters = 46;

/** The whole file. */
export function drawSvg(workflow: Workflow): string {
  const title = pill(`${workflow.workflow} v${workflow.version}`);
  const whole = stacked([title, ...workflow.steps.map(stepBlock), pill('end')]);
  const [width, height] = [whole.width + 2 * pad, whole.height + 2 * pad];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, monospace" font-size="12">`,
    '<style>rect,path{fill:none;stroke:#57606a}.box{fill:#f6f8fa}.ask{fill:#fff8c5}.barrier{fill:#ddf4ff;stroke-width:2}.called{fill:#f6f8fa;stroke-width:3}.frame{stroke-dasharray:4 3}text{fill:#1f2328;text-anchor:middle}.dim{fill:#57606a}</style>',
    `<rect width="${width}" height="${height}" style="fill:#fff;stroke:none"/>`,
    ...whole.draw(pad, pad),
    '</svg>',
    '',
  ].join('\n');
}

function stepBlock(step: Step): Block {
  const body = bodyBlock(step);
  const condition = step.when;
  return condition === undefined ? body : stacked([textBlock([`if ${condition}`]), body]);
}

function bodyBlock(step: Step): Block {
  const words = stepWords(step);
  if (step.kind === 'parallel') return framed([step.id, words], beside(step.branches.map(stepBlock)));
  if (step.kind === 'repeat' || step.kind === 'steps')
    return framed([step.id, words], stacked(step.inner.map(stepBlock)));
  return box([step.id, words], looks[step.kind] ?? 'box', step.kind === 'barrier' ? 0 : 4);
}

const looks: Partial<Record<Step['kind'], string>> = { ask: 'box ask', barrier: 'box barrier', workflow: 'box called' };

function pill(text: string): Block {
  return box([text, ''], 'box', 14);
}

function box(lines: readonly string[], look: string, corner: number): Block {
  const text = textBlock(lines);
  const [width, height] = [text.width + 2 * pad, text.height + pad];
  return {
    width,
    height,
    draw: (x, y) => [
      `<rect class="${look}" x="${x}" y="${y}" width="${width}" height="${height}" rx="${corner}"/>`,
      ...text.draw(x + pad, y + pad / 2),
    ],
  };
}

function textBlock(given: readonly string[]): Block {
  const lines = given.filter((line) => line !== '').map((line) => shortened(line));
  const width = Math.max(40, ...lines.map((line) => line.length * letterWidth));
  return {
    width,
    height: lines.length * lineHeight,
    draw: (x, y) =>
      lines.map((line, index) => {
        const look = index === 0 ? '' : ' class="dim"';
        return `<text${look} x="${x + width / 2}" y="${y + index * lineHeight + 12}">${escaped(line)}</text>`;
      }),
  };
}

function framed(lines: readonly string[], inner: Block): Block {
  const text = textBlock(lines);
  const width = Math.max(inner.width, text.width) + 2 * pad;
  const height = inner.height + text.height + 2 * pad + 4;
  return {
    width,
    height,
    draw: (x, y) => [
      `<rect class="frame" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
      ...text.draw(x + (width - text.width) / 2, y + pad / 2),
      ...inner.draw(x + (width - inner.width) / 2, y + text.height + pad + 4),
    ],
  };
}

function stacked(blocks: readonly Block[]): Block {
  const width = Math.max(...blocks.map((block) => block.width));
  const height = blocks.reduce((sum, block) => sum + block.height, 0) + gap * (blocks.length - 1);
  return {
    width,
    height,
    draw(x, y) {
      let top = y;
      return blocks.flatMap((block, index) => {
        const arrow = index === 0 ? [] : [arrowDown(x + width / 2, top - gap, top)];
        const drawn = block.draw(x + (width - block.width) / 2, top);
        top += block.height + gap;
        return [...arrow, ...drawn];
      });
    },
  };
}

function beside(blocks: readonly Block[]): Block {
  const width = blocks.reduce((sum, block) => sum + block.width, 0) + gap * (blocks.length - 1);
  const height = Math.max(...blocks.map((block) => block.height));
  return {
    width,
    height,
    draw(x, y) {
      let left = x;
      return blocks.flatMap((block) => {
        const drawn = block.draw(left, y);
        left += block.width + gap;
        return drawn;
      });
    },
  };
}

function arrowDown(x: number, from: number, to: number): string {
  return `<path d="M${x} ${from + 3}V${to - 3}m-4 -5l4 5l4 -5"/>`;
}

function shortened(text: string): string {
  return text.length > maxLetters ? `${text.slice(0, maxLetters - 1)}…` : text;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
