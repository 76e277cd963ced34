/** How far verdicts can be trusted: the auditor judged on agents of which the truth is known. */

/** An agent retrained without the forget set is the truth for "forgotten", the original agent for "in". */
export interface AuditCounts {
  /** Remaining trajectories judged under each of the two agents. */
  readonly remaining: number
  /** Trajectories of the forget set. */
  readonly forget: number
  readonly remainingInRetrained: number
  readonly remainingInOriginal: number
  readonly forgetInOriginal: number
  readonly forgottenInRetrained: number
}

export interface AuditScores {
  /** TP / (TP + FP) for the verdict "in". */
  readonly precision: number
  /** As the released code computes it: all positives stand in place of those that were found. */
  readonly releasedPrecision: number
  readonly recall: number
  readonly f1: number
  readonly releasedF1: number
  /** Of the forget set, judged forgotten under the agent that never knew it: what F1 hides, as most of what is judged was learnt. */
  readonly specificity: number
  /** Mean of recall and specificity; ½ for an auditor that sees nothing. */
  readonly balancedAccuracy: number
  /** F1 of an auditor that says "in" of everything. */
  readonly blindF1: number
}

/** NaN where nothing was judged. */
export function auditScores(counts: AuditCounts): AuditScores {
  const found = counts.remainingInRetrained + counts.remainingInOriginal + counts.forgetInOriginal
  const positives = 2 * counts.remaining + counts.forget
  const wrong = counts.forget - counts.forgottenInRetrained
  const recall = found / positives
  const precision = found / (found + wrong)
  const releasedPrecision = positives / (positives + wrong)
  const f1 = (of: number) => (2 * of * recall) / (of + recall)
  const specificity = counts.forgottenInRetrained / counts.forget
  return {
    ...{ precision, releasedPrecision, recall, f1: f1(precision), releasedF1: f1(releasedPrecision) },
    ...{ specificity, balancedAccuracy: (recall + specificity) / 2 },
    blindF1: (2 * positives) / (2 * positives + counts.forget),
  }
}
