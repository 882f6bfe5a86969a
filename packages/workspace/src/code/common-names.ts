// Names that every program uses: an edge between two files that only share one of these says nothing.

const names =
  'abs add all any append apply args array assert async at await bind bool boolean break build byte bytes call catch char clear clone close ' +
  'cls concat config console constructor contains copy count create data debug default define delete describe dict each else empty end entries equals err error ' +
  'errors eval exists exit expect export fail false filter finally find first flatmap float flush for foreach format from func function get getattr hash has ' +
  'hasattr id if import in includes index indexof info init input insert int int32 int64 integer is isinstance it item items iter join key keys kwargs lambda last len ' +
  'length list load lock log long main make map match max merge message min name new next nil none not null number object of ok on open option options or parse path pop ' +
  'print printf println promise push put raise range read reduce remove render replace require reset resolve result return reverse round run self send set setattr ' +
  'setup short show size slice some sort split start starts state static stop str string stringify strip sub sum super switch symbol sync test then this throw time ' +
  'to tolist tostring trim true try tuple type typeof uint uint32 uint64 undefined unlock unwrap update use value values var vec void wait warn while with write yield zip';

/** Lower case. */
export const commonNames: ReadonlySet<string> = new Set(names.split(' '));
