// Draws a routing decision as a picture: chains by cost and success, and what is believed of each model.
import type { RouteExplanation } from '@monkey-coder/router';

const plot = { left: 60, top: 40, width: 560, height: 260 };
const rowHeight = 22;

/** The decision as SVG: a front over cost, and 90 % intervals of the models. */
export function routeSvg(found: RouteExplanation): string {
  const total = plot.top + plot.height + 80 + found.models.length * rowHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 ${total}" font-family="sans-serif" font-size="12" role="img" aria-label="Routing decision">`,
    `<rect width="680" height="${total}" fill="#ffffff"/>`,
    ...front(found),
    ...posteriors(found),
    '</svg>\n',
  ].join('\n');
}

function front({ front: points, chosen }: RouteExplanation): string[] {
  const all = [...points, chosen];
  const costs = all.map((one) => Math.log10(Math.max(1, one.costMicroUsd)));
  const [least, most] = [Math.min(...costs), Math.max(...costs)];
  const low = Math.min(...all.map((one) => one.success));
  const high = Math.max(...all.map((one) => one.success));
  const x = (cost: number): number =>
    plot.left + (plot.width * (Math.log10(Math.max(1, cost)) - least)) / (most - least || 1);
  const y = (success: number): number => plot.top + (plot.height * (high - success)) / (high - low || 1);
  const line = points.map((one) => `${x(one.costMicroUsd).toFixed(1)},${y(one.success).toFixed(1)}`).join(' ');
  const dot = (one: (typeof all)[number], color: string, radius: number): string =>
    `<circle cx="${x(one.costMicroUsd).toFixed(1)}" cy="${y(one.success).toFixed(1)}" r="${radius}" fill="${color}"><title>${escaped(one.chain.join(' → '))}: ${percent(one.success)}, $${(one.costMicroUsd / 1e6).toPrecision(3)}</title></circle>`;
  return [
    `<text x="${plot.left}" y="22" font-size="14">Success over cost of a task; red: chosen ${escaped(chosen.chain.join(' → '))}</text>`,
    `<path d="M${plot.left} ${plot.top}V${plot.top + plot.height}H${plot.left + plot.width}" fill="none" stroke="#666666"/>`,
    `<text x="8" y="${plot.top + 4}">${percent(high)}</text><text x="8" y="${plot.top + plot.height}">${percent(low)}</text>`,
    `<text x="${plot.left}" y="${plot.top + plot.height + 18}">$${(10 ** least / 1e6).toPrecision(2)}</text>`,
    `<text x="${plot.left + plot.width}" y="${plot.top + plot.height + 18}" text-anchor="end">$${(10 ** most / 1e6).toPrecision(2)}</text>`,
    `<polyline points="${line}" fill="none" stroke="#2266aa"/>`,
    ...points.map((one) => dot(one, '#2266aa', 4)),
    dot(chosen, '#cc2222', 6),
  ];
}

function posteriors({ models }: RouteExplanation): string[] {
  const top = plot.top + plot.height + 50;
  return models.flatMap(({ model, forecast }, index) => {
    const y = top + index * rowHeight;
    const x = (share: number): string => (280 + share * 340).toFixed(1);
    const { low, mean, high } = forecast.success;
    return [
      `<text x="20" y="${y + 4}">${escaped(model)}</text>`,
      `<line x1="${x(0)}" x2="${x(1)}" y1="${y}" y2="${y}" stroke="#dddddd"/>`,
      `<line x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}" stroke="#2266aa" stroke-width="5"/>`,
      `<circle cx="${x(mean)}" cy="${y}" r="5" fill="#113355"/><text x="630" y="${y + 4}">${percent(mean)}</text>`,
    ];
  });
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
