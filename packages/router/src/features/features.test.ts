// Kinds of work in several languages, features, personas.
import { describe, expect, it } from 'vitest';
import { choosePersona } from './persona.ts';
import { featureCount, taskFeatures } from './task-features.ts';
import { textSignature } from './text-signature.ts';
import { workKindOf } from './work-kind.ts';

describe('the kind of work', () => {
  it.each([
    ['fix the failing test in cart.test.js', 'bugfix'],
    ['Add pagination to the users API', 'feature'],
    ['write unit tests for the parser', 'testgen'],
    ['refactor the parser into two files', 'refactor'],
    ['update the README', 'docs'],
    ['upgrade react to 19', 'upgrade'],
    ['review this change', 'review'],
    ['check for SQL injection vulnerabilities', 'security'],
    ['why does this happen?', 'explain'],
    ['behebe den Fehler beim Anmelden', 'bugfix'],
    ['corrige el fallo del carrito', 'bugfix'],
    ['füge eine Suche hinzu', 'feature'],
    ['ajoute une fonction de recherche', 'feature'],
    ['schreibe Tests für den Parser', 'testgen'],
    ['corrige a falha', 'bugfix'],
    ['warum ist das so?', 'explain'],
    ['hm', 'other'],
  ])('%s: %s', (prompt, kind) => {
    expect(workKindOf(prompt)).toBe(kind);
  });
});

describe('features', () => {
  it('are numbers in 0..1, always as many', () => {
    for (const prompt of ['', 'x'.repeat(50_000), 'delete all customers in production']) {
      const { numbers } = taskFeatures({
        prompt,
        languages: ['a', 'b', 'c', 'd', 'e', 'f'],
        hasChecks: true,
        files: 9000,
      });
      expect(numbers).toHaveLength(featureCount);
      expect(numbers.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it('know a risky task', () => {
    const features = { languages: [], hasChecks: true };
    expect(taskFeatures({ ...features, prompt: 'change the payment flow' }).risk).toBe('high');
    expect(taskFeatures({ ...features, prompt: 'rename a variable' }).risk).toBe('low');
  });

  it('sign a text by its words, whatever their endings and their alphabet', () => {
    const stems = (text: string): number[] => textSignature(text).stems.map(([stem]) => stem);
    expect(stems('failing')).toEqual(stems('failings'));
    expect(stems('größere')).not.toEqual([]);
    expect(stems('42')).toEqual([]);
  });
});

describe('personas', () => {
  it('are chosen with a confidence; low confidence asks', () => {
    expect(choosePersona('testgen', 'write tests')).toMatchObject({ persona: 'tester', asks: false });
    expect(choosePersona('bugfix', 'the page is slow')).toMatchObject({ persona: 'performance', asks: false });
    expect(choosePersona('other', 'hm')).toMatchObject({ asks: true });
    expect(choosePersona('other', 'deploy it faster')).toMatchObject({ asks: true });
  });
});
