// Numbers names in the order they come. An open hash table of numbers, because a Map of half a million names takes too long to fill.

/** Names by number and numbers by name. */
export class NameTable {
  readonly names: string[];
  /** Numbers + 1 at the place their name hashes to, or the next free one; 0 where free. Null until it is needed. */
  #slots: Int32Array | null = null;

  constructor(names: string[] = []) {
    this.names = names;
  }

  /** The number of a name, given to it now if it has none. */
  add(name: string): number {
    const slots = this.#table();
    const slot = this.#slotOf(slots, name);
    const known = slots[slot] ?? 0;
    if (known > 0) return known - 1;
    slots[slot] = this.names.push(name);
    if (this.names.length * 2 > slots.length) this.#slots = null;
    return this.names.length - 1;
  }

  numberOf(name: string): number | undefined {
    const slots = this.#table();
    const number = slots[this.#slotOf(slots, name)] ?? 0;
    return number === 0 ? undefined : number - 1;
  }

  #slotOf(slots: Int32Array, name: string): number {
    const mask = slots.length - 1;
    let slot = hashOf(name) & mask;
    for (let number = slots[slot] ?? 0; number > 0; number = slots[slot] ?? 0) {
      if (this.names[number - 1] === name) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #table(): Int32Array {
    if (this.#slots !== null) return this.#slots;
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(Math.max(1024, this.names.length * 4))));
    for (let number = 0; number < this.names.length; number++)
      slots[this.#slotOf(slots, this.names[number] ?? '')] = number + 1;
    this.#slots = slots;
    return slots;
  }
}

/** FNV-1a, 32 bits. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at++) hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash ^ (hash >>> 15);
}
