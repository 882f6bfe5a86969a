/** Notes that contain a word, newest first. */
export function find(notes, word) {
  const wanted = word.toLowerCase();
  return notes.filter((note) => note.text.toLowerCase().includes(wanted)).sort((a, b) => b.time - a.time);
}
