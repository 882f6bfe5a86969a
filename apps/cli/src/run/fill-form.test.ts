// A form of a server, filled in line by line.
import { describe, expect, it } from 'vitest';
import { createStyle } from '../terminal/style.ts';
import { fillForm } from './fill-form.ts';

const form = {
  properties: {
    name: { type: 'string', title: 'Your name' },
    age: { type: 'integer' },
    size: { type: 'string', enum: ['small', 'large'], default: 'small' },
    news: { type: 'boolean' },
    tags: { type: 'array' },
  },
  required: ['name', 'age'],
};

async function fill(lines: readonly string[], question: object = { form }) {
  const left = [...lines];
  const shown: string[] = [];
  const ask = async (prompt: string): Promise<string | undefined> => {
    shown.push(prompt);
    return left.shift();
  };
  const answer = await fillForm(
    { ask, tell: (text) => shown.push(text), style: createStyle(false) },
    { server: 'notes', message: 'Who?', ...question },
  );
  return { answer, shown };
}

describe('a form of an MCP server', () => {
  it('takes values of their kinds, proposals, and nothing for what is not required', async () => {
    const { answer, shown } = await fill(['y', '', 'Ann', 'old', '41', '', '', 'a, b']);
    expect(answer).toEqual({ action: 'accept', content: { name: 'Ann', age: 41, size: 'small', tags: ['a', 'b'] } });
    expect(shown[0]).toContain('the MCP server notes asks');
    expect(shown[2]).toContain('that is not a text');
    expect(shown[4]).toContain('that is not a whole number');
    expect((await fill(['y', 'Ann', '41', 'LARGE', 'n', ''])).answer).toMatchObject({
      content: { size: 'large', news: false },
    });
  });

  it('never asks for what sounds like a secret: such a field is left out, or the whole form declined', async () => {
    const secret = { properties: { city: { type: 'string' }, 'API key': { type: 'string' } }, required: ['city'] };
    const asked = await fill(['y', 'Bern'], { form: secret });
    expect(asked.answer).toEqual({ action: 'accept', content: { city: 'Bern' } });
    expect(asked.shown.join()).not.toContain('API key');
    const needed = await fill(['y', 'Bern', 'sk-1'], { form: { ...secret, required: ['API key'] } });
    expect(needed.answer).toEqual({ action: 'decline' });
    expect(needed.shown).toEqual([expect.stringContaining('sounds like a secret')]);
  });

  it('is declined, or given up at the end of input; an address is only shown', async () => {
    expect((await fill(['n'])).answer).toEqual({ action: 'decline' });
    expect((await fill(['y', 'Ann'])).answer).toEqual({ action: 'cancel' });
    expect((await fill([])).answer).toEqual({ action: 'cancel' });
    const { answer, shown } = await fill(['y'], { url: 'https://example.org/pay' });
    expect(answer).toEqual({ action: 'accept', content: {} });
    expect(shown).toHaveLength(1);
    expect(shown[0]).toContain('https://example.org/pay');
  });
});
