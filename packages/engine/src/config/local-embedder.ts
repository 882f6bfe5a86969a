// A piece of its own: loaded only where vectors are wanted.
export { createLocalEmbedder } from '@monkey-coder/models';
