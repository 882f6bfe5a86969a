// What a team of candidates is worth that work on the same task side by side, are judged by checks, and vote where several are accepted.
//
// Given the difficulty of the task the candidates are independent. Right ones behave alike and vote together; wrong ones that the
// checks accept agree only sometimes. The largest group is taken, at a tie the one with the most trusted member. Nothing is kept
// of a team whose candidates are all rejected: what is right and rejected is lost, and counted as lost.
import { difficultyNodes, difficultyWeights, successAt } from '../evidence/correlation.ts';

/** Indices of models; one may be there several times. */
export type Team = readonly number[];

/** What teams are valued by. */
export interface TeamInputs {
  /** Probit of each model's chance of success. */
  readonly probits: ArrayLike<number>;
  /** Expected cost of each model, in micro-dollars. */
  readonly costs: ArrayLike<number>;
  readonly correlation: number;
  readonly acceptRate: number;
  readonly rejectRate: number;
}

/** How much of a task's luck a second candidate of the same model draws anew. */
const freshLuck = 0.4;
/** How often two wrong candidates that the checks accept behave alike. */
const wrongAgree = 0.3;

/** A candidate after the checks: right or not, accepted or not. */
export interface JudgedMember {
  readonly isRight: boolean;
  readonly isAccepted: boolean;
  /** How much its model is trusted; decides ties. */
  readonly trust: number;
}

/** All teams of two to `most` of `count` models; with `repeats` a model may work several times. */
export function allTeams(count: number, most: number, repeats: boolean): Team[] {
  const teams: Team[] = [];
  const extend = (team: Team): void => {
    if (team.length >= 2) teams.push(team);
    if (team.length === most) return;
    const last = team.at(-1) ?? 0;
    for (let model = team.length === 0 || repeats ? last : last + 1; model < count; model++) extend([...team, model]);
  };
  extend([]);
  return teams;
}

/** Correlation of several attempts of one model: they share the task's difficulty and most of the model's luck on it. */
export function sharedLuck(correlation: number): number {
  return correlation + (1 - correlation) * (1 - freshLuck);
}

/** Chance that what is taken of the team is right, and what all of it costs. */
export function valueTeam(team: Team, inputs: TeamInputs): { readonly success: number; readonly cost: number } {
  const { probits, costs, correlation, acceptRate, rejectRate } = inputs;
  const hasRepeats = new Set(team).size < team.length;
  const shared = hasRepeats ? sharedLuck(correlation) : correlation;
  const success = difficultyNodes.reduce<number>((sum, node, at) => {
    const chances = team.map((model) => successAt(probits[model] ?? 0, shared, node));
    return sum + (difficultyWeights[at] ?? 0) * rightTaken(team, chances, { probits, acceptRate, rejectRate });
  }, 0);
  return { success, cost: team.reduce((sum, model) => sum + (costs[model] ?? 0), 0) };
}

/** Sums over right or wrong, accepted or rejected, of every member. */
function rightTaken(
  team: Team,
  chances: readonly number[],
  { probits, acceptRate, rejectRate }: Pick<TeamInputs, 'probits' | 'acceptRate' | 'rejectRate'>,
): number {
  const extend = (at: number, weight: number, judged: readonly JudgedMember[]): number => {
    if (weight < 1e-9) return 0;
    if (at === team.length) return weight * chanceOfRight(judged);
    const chance = chances[at] ?? 0;
    const trust = probits[team[at] ?? 0] ?? 0;
    const right = extend(at + 1, weight * chance * acceptRate, [...judged, { isRight: true, isAccepted: true, trust }]);
    const wrong = extend(at + 1, weight * (1 - chance) * (1 - rejectRate), [
      ...judged,
      { isRight: false, isAccepted: true, trust },
    ]);
    return right + wrong + extend(at + 1, weight * (chance * (1 - acceptRate) + (1 - chance) * rejectRate), judged);
  };
  return extend(0, 1, []);
}

/** Chance that the vote of the accepted ones takes a right one. */
export function chanceOfRight(judged: readonly JudgedMember[]): number {
  const accepted = judged.filter((one) => one.isAccepted);
  const right = accepted.filter((one) => one.isRight);
  const wrong = accepted.filter((one) => !one.isRight);
  if (right.length === 0) return 0;
  if (wrong.length === 0) return 1;
  const isMoreTrusted = Math.max(...right.map((one) => one.trust)) >= Math.max(...wrong.map((one) => one.trust));
  const against = (votes: number): number =>
    right.length > votes ? 1 : right.length === votes && isMoreTrusted ? 1 : 0;
  // Either all wrong ones agree, or each stands alone.
  const agree = wrongAgree ** (wrong.length - 1);
  return agree * against(wrong.length) + (1 - agree) * against(1);
}
