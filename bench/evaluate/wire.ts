// Runs recorded provider replies through the product's own codecs and scores what they read.
export { evaluateWire, type WireScore, type WireTally } from '@monkey-coder/models/testing';
