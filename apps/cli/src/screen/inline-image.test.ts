// Which terminals take pictures, and the bytes that draw one.
import { describe, expect, it } from 'vitest';
import { imageKind, imageProtocolOf, inlineImage } from './inline-image.ts';

const png = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.alloc(5000, 7)]);

describe('pictures in the terminal', () => {
  it('are drawn where the environment says so, and never behind tmux', () => {
    expect(imageProtocolOf({ TERM: 'xterm-kitty' }, false)).toBe('kitty');
    expect(imageProtocolOf({ TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, false)).toBe('iterm');
    expect(imageProtocolOf({ TERM: 'xterm-256color' }, false)).toBeNull();
    expect(imageProtocolOf({ TERM: 'xterm-kitty' }, true)).toBeNull();
  });

  it('are cut into chunks for kitty, whole for iTerm2', () => {
    const kitty = inlineImage('kitty', png, 12) ?? '';
    const chunks = kitty.split('\u001b\\').slice(0, -1);
    expect(chunks).toHaveLength(2);
    expect(chunks[0]?.startsWith('\u001b_Ga=T,f=100,q=2,r=12,m=1;')).toBe(true);
    expect(chunks[1]?.startsWith('\u001b_Gm=0;')).toBe(true);
    const data = chunks.map((chunk) => chunk.slice(chunk.indexOf(';') + 1)).join('');
    expect(Buffer.from(data, 'base64').equals(png)).toBe(true);
    expect(inlineImage('iterm', png, 12)).toContain(`size=${png.length};height=12;`);
  });

  it('are only what their first bytes say', () => {
    expect(imageKind(Buffer.from('GIF89a'))).toBe('gif');
    expect(imageKind(Buffer.from('RIFF....WEBPVP8 '))).toBe('webp');
    expect(imageKind(Buffer.from('<svg>'))).toBeNull();
    expect(inlineImage('kitty', Buffer.from('GIF89a'), 12)).toBeNull();
    expect(inlineImage('iterm', Buffer.from('\u001b]0;x\u0007'), 12)).toBeNull();
  });
});
