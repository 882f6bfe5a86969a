// `npm run bench:models`: money and resilience in numbers, each beside its goal; fails when one is missed.
//
//   node scripts/run-ts.mjs bench/models/main.ts
import { measureCodec } from './codec.ts';
import { measureFailover } from './failover.ts';
import { isEntry, report } from './figure.ts';
import { measureLedger } from './ledger.ts';
import { measureOverspend } from './overspend.ts';

if (isEntry('main.ts'))
  report([
    ...(await measureLedger()),
    ...(await measureOverspend()),
    ...(await measureFailover()),
    ...(await measureCodec()),
  ]);
