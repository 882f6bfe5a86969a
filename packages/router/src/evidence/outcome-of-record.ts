// From a record of the replay buffer to what a policy learns from; undefined where the run says nothing of its models.
import type { StageOutcome } from './evidence.ts';
import type { ReplayRecord } from './replay.ts';
import { isTelling, qualityOf } from './reward.ts';

/** The stages of a record with what is known of their results by now. Empty: nothing to learn. */
export function tellingStages(record: ReplayRecord): StageOutcome[] {
  if (!isTelling(record.status, record.signals)) return [];
  const quality = qualityOf(record.status, record.signals);
  return record.stages.map(({ model, verdict, costMicroUsd, durationMs }, index) => {
    const isLast = index === record.stages.length - 1;
    // A failing check is evidence, not proof; what a person said of the result is about its last stage.
    const isSaid = isLast && quality !== undefined && record.signals.length > 0;
    return {
      model,
      verdict,
      ...(isSaid ? { quality } : {}),
      ...(costMicroUsd === undefined ? {} : { costMicroUsd }),
      ...(durationMs === undefined ? {} : { durationMs }),
    };
  });
}
