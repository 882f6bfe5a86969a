// How good the forecasts were: each run's quote is held against what came.
import type { ReplayRecord } from '../evidence/replay.ts';
import { qualityOf } from '../evidence/reward.ts';

/** One group of forecast chances. */
export interface CalibrationBucket {
  /** Forecast chances from here up to a fifth more. */
  readonly from: number;
  readonly runs: number;
  readonly forecast: number;
  readonly happened: number;
}

/** The figures; NaN-free: shares are null where there is nothing to count. */
export interface Calibration {
  readonly runs: number;
  /** Mean squared error of the chance of success; 0.25 is that of a coin. */
  readonly brier: number | null;
  /** Brier score of always saying the average. */
  readonly brierOfAverage: number | null;
  /** Shares of 90 % intervals that held what came. */
  readonly costCovered: number | null;
  readonly timeCovered: number | null;
  readonly buckets: readonly CalibrationBucket[];
}

/** Scores the forecasts of records that had one and ended with a verdict. */
export function calibrationOf(records: readonly ReplayRecord[]): Calibration {
  const scored = records.flatMap((record) => {
    const happened = successOf(record);
    return record.forecast === undefined || happened === undefined
      ? []
      : [{ record, forecast: record.forecast, happened }];
  });
  const average = share(scored.map((one) => one.happened));
  return {
    runs: scored.length,
    brier: share(scored.map((one) => (one.forecast.success.mean - one.happened) ** 2)),
    brierOfAverage: average === null ? null : share(scored.map((one) => (average - one.happened) ** 2)),
    costCovered: share(scored.map(({ record, forecast }) => within(record.costMicroUsd, forecast.costMicroUsd))),
    timeCovered: share(scored.map(({ record, forecast }) => within(record.durationMs, forecast.durationMs))),
    buckets: [0, 0.2, 0.4, 0.6, 0.8].flatMap((from) => {
      const own = scored.filter(({ forecast }) => bucketOf(forecast.success.mean) === from);
      if (own.length === 0) return [];
      return {
        from,
        runs: own.length,
        forecast: share(own.map((one) => one.forecast.success.mean)) ?? 0,
        happened: share(own.map((one) => one.happened)) ?? 0,
      };
    }),
  };
}

/** 1 for a right result as far as is known, 0 for a wrong one; undefined for runs that say nothing. */
export function successOf(record: ReplayRecord): number | undefined {
  const known = qualityOf(record.status, record.signals);
  if (known !== undefined) return known;
  return record.status === 'verified' ? 1 : undefined;
}

function bucketOf(chance: number): number {
  return Math.min(4, Math.floor(chance * 5)) / 5;
}

function within(value: number, { low, high }: { readonly low: number; readonly high: number }): number {
  return value >= low && value <= high ? 1 : 0;
}

function share(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
