/** What each built screen shows. A new screen adds its line here. */
import { DataScreen } from '../data/data-screen.tsx'
import { HelpScreen } from '../help/help-screen.tsx'
import { ImagesScreen } from '../images/images-screen.tsx'
import { LedgerScreen } from '../ledger/ledger-screen.tsx'
import { RunsScreen } from '../runs/runs-screen.tsx'
import { ReviewScreen } from '../review/review-screen.tsx'
import { TrajectoriesScreen } from '../trajectories/trajectories-screen.tsx'
import type { Screen } from './screens.ts'

export const screenComponents: Partial<Record<Screen, () => React.JSX.Element | null>> = {
  data: DataScreen,
  images: ImagesScreen,
  forgetting: TrajectoriesScreen,
  runs: RunsScreen,
  ledger: LedgerScreen,
  review: ReviewScreen,
  help: HelpScreen,
}
