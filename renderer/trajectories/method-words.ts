/** What the algorithms and the ways to forget are, in a line each; what the published code gets wrong is said where it is chosen. */

export const algorithmWords: Readonly<Record<string, string>> = {
  'td3-bc': 'Prefers actions of high value that the data shows. Fast, and a good first choice.',
  iql: 'Learns values without ever asking for an action the data does not show.',
  cql: 'Lowers the values of actions that the data does not show.',
  bcq: 'Chooses among actions that a model of the data proposes.',
  bear: 'Keeps its actions near the data by a kernel distance.',
  plas: 'Acts in the latent space of a model of the data.',
  bc: 'Imitates the data and nothing else: the control. It has no values, so an audit has nothing to hold on to.',
}

export const methods = [
  {
    value: 'trajdeleter',
    label: 'TrajDeleter',
    note: 'Two phases: forgets the selected episodes in turn with learning the others, then settles on the others, held near the original.',
  },
  { value: 'negative-reward', label: 'Negative reward alone', note: 'Its first phase without the second.' },
  {
    value: 'finetune',
    label: 'Fine-tuning',
    note: 'Goes on with the remaining episodes. What was learnt fades slowly, if at all: a baseline.',
  },
  {
    value: 'random-reward',
    label: 'Other rewards',
    note: 'Goes on with all episodes, the selected ones with a ramp in place of their rewards: a baseline.',
  },
  {
    value: 'retrain',
    label: 'Training from scratch',
    note: 'As if it had never seen them: exact, and as long as the training. What the others are held against.',
  },
] as const

export const modes = [
  {
    value: 'fixed',
    label: 'Fixed',
    note: 'Rewards of the selected episodes are negated, as released, and the agent’s count of updates goes on: warm-ups stay behind it.',
  },
  {
    value: 'released',
    label: 'As released',
    note: 'As the published code runs: the count begins at 0, so PLAS and BEAR spend a short unlearning in their warm-up and their policy hardly moves.',
  },
  {
    value: 'paper',
    label: 'As in the paper',
    note: 'Rewards stay, the actor’s loss counts times −λ. For IQL and cloning nothing bounds that loss: keep λ small.',
  },
] as const

/** Where a mode changes anything. */
export const hasModes = (method: string): boolean => method === 'trajdeleter' || method === 'negative-reward'

export const trainPresets = [
  { value: 'tiny', label: 'Tiny', note: 'To see that it runs: seconds, and an agent that can do nothing.' },
  { value: 'fast', label: 'Fast', note: 'Desk with fewer sampled actions.' },
  { value: 'desk', label: 'Desk', note: 'An hour at most on two cores.' },
  { value: 'paper', label: 'Paper', note: 'A million updates, as published: many hours.' },
] as const

export const unlearnPresets = [
  { value: 'tiny', label: 'Tiny', note: 'To see that it runs: one episode is played before and after.' },
  { value: 'desk', label: 'Desk', note: '1 % of the updates of the training, at least 40.' },
  { value: 'paper', label: 'Paper', note: '10 000 updates, as published for a million of training.' },
] as const
