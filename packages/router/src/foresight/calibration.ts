// How good the forecasts were: each run's quote is held against what came.
import type { Forecast, Interval } from '@monkey-coder/protocol';
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

/** How good some quotes were; NaN-free: shares are null where there is nothing to count. */
export interface CalibrationScores {
  readonly runs: number;
  /** Mean squared error of the chance of success; 0.25 is that of a coin. */
  readonly brier: number | null;
  /** Brier score of always saying the average. */
  readonly brierOfAverage: number | null;
  /** Shares of 90 % intervals that held what came. */
  readonly costCovered: number | null;
  readonly timeCovered: number | null;
}

/** The scores of the quotes before runs, and of those of the rest whenever a stage had ended. */
export interface Calibration extends CalibrationScores {
  readonly requoted: CalibrationScores;
  readonly buckets: readonly CalibrationBucket[];
}

/** A forecast with what came. */
interface Scored {
  readonly forecast: Forecast;
  readonly happened: number;
  /** Absent where it is not known. */
  readonly costMicroUsd: number | undefined;
  readonly durationMs: number | undefined;
}

/** Scores the forecasts of records that had one and ended with a verdict. */
export function calibrationOf(records: readonly ReplayRecord[]): Calibration {
  const scored = records.flatMap((record): Scored[] => {
    const happened = successOf(record);
    if (record.forecast === undefined || happened === undefined) return [];
    const { forecast, costMicroUsd, durationMs } = record;
    return [{ forecast, happened, costMicroUsd, durationMs }];
  });
  return {
    ...scoresOf(scored),
    requoted: scoresOf(records.flatMap(requotesOf)),
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

/** What was said of the rest after a rejection, with what the rest came to. */
function requotesOf(record: ReplayRecord): Scored[] {
  const happened = successOf(record);
  if (happened === undefined) return [];
  return (record.requotes ?? []).map(({ stage, forecast }) => {
    const rest = record.stages.slice(stage);
    return {
      ...{ forecast, happened },
      costMicroUsd: sumOf(rest.map((one) => one.costMicroUsd)),
      durationMs: sumOf(rest.map((one) => one.durationMs)),
    };
  });
}

function sumOf(amounts: readonly (number | undefined)[]): number | undefined {
  return amounts.reduce((sum, one) => (sum === undefined || one === undefined ? undefined : sum + one), 0);
}

function scoresOf(scored: readonly Scored[]): CalibrationScores {
  const average = share(scored.map((one) => one.happened));
  return {
    runs: scored.length,
    brier: share(scored.map((one) => (one.forecast.success.mean - one.happened) ** 2)),
    brierOfAverage: average === null ? null : share(scored.map((one) => (average - one.happened) ** 2)),
    costCovered: share(scored.flatMap((one) => within(one.costMicroUsd, one.forecast.costMicroUsd))),
    timeCovered: share(scored.flatMap((one) => within(one.durationMs, one.forecast.durationMs))),
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

function within(value: number | undefined, { low, high }: Interval): number[] {
  return value === undefined ? [] : [value >= low && value <= high ? 1 : 0];
}

function share(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
