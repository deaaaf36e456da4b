import type { KillFigures } from './kills.ts'
import type { DelayFigures } from './measure/loop-delay.ts'
import { table } from './report.ts'
import type { ResumeFigures } from './resume.ts'
import type { RolloutFigures } from './rollout.ts'

export const killTable = (figures: readonly KillFigures[]): string =>
  table([
    ['from the kill to the next token', 'p50, s', 'p99, s', 'samples'],
    ...figures.map(({ process, p50Ms, p99Ms, samples }) => [
      process,
      inSeconds(p50Ms),
      inSeconds(p99Ms),
      String(samples),
    ]),
  ])

export function resumeTable(figures: ResumeFigures): string {
  const { sockets, p50Ms, lastMs, pingBefore, pingMeanwhile, loopBefore, loopMeanwhile } = figures
  return table([
    [`${sockets.toLocaleString('en')} sockets after the death of their hub`, ''],
    ['half of them have resumed after, s', inSeconds(p50Ms)],
    ['the last one has resumed after, s', inSeconds(lastMs)],
    ['event-loop delay of the other hub, before: p50, p99, max, ms', delays(loopBefore)],
    ['event-loop delay of the other hub, meanwhile: p50, p99, max, ms', delays(loopMeanwhile)],
    ['a ping of the other hub, before: p50, p99, max, ms', delays(pingBefore)],
    ['a ping of the other hub, meanwhile: p50, p99, max, ms', delays(pingMeanwhile)],
  ])
}

export function rolloutTable(figures: RolloutFigures): string {
  const { seconds, undisturbedPerSecond, duringPerSecond, silenceP50Ms, silenceP99Ms } = figures
  return table([
    ['a rollout', ''],
    ['takes, s', seconds.toFixed(1)],
    ['tokens a second before it', undisturbedPerSecond.toFixed(1)],
    ['tokens a second meanwhile', duringPerSecond.toFixed(1)],
    ['ratio', (duringPerSecond / undisturbedPerSecond).toFixed(2)],
    ['longest silence of a reader: p50, p99, s', `${inSeconds(silenceP50Ms)}, ${inSeconds(silenceP99Ms)}`],
  ])
}

const inSeconds = (ms: number): string => (ms / 1000).toFixed(2)
const delays = ({ p50Ms, p99Ms, mostMs }: DelayFigures): string =>
  [p50Ms, p99Ms, mostMs].map((ms) => ms.toFixed(1)).join(', ')
