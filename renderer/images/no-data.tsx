/** Before there is anything to work on: what this workbench does, and the two ways to begin. */
import { useState } from 'react'
import { showScreen } from '../app/store.ts'
import { Button } from '../ui/controls.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { addDigits } from './images-feed.ts'

export function AddDigits({ look = 'plain' }: { readonly look?: 'plain' | 'primary' }) {
  const [adding, setAdding] = useState(false)
  const add = () => {
    setAdding(true)
    void addDigits().finally(() => setAdding(false))
  }
  return (
    <Button look={look} disabled={adding} onClick={add}>
      {adding ? 'Adding the digits…' : 'Add the built-in digits'}
    </Button>
  )
}

export function NoData() {
  return (
    <EmptyState
      icon="images"
      title="Make synthetic images from sensitive ones"
      lead="Choose a data set and a privacy budget; Lethe trains a generator on one noisy release of it and tells you how good the images are. Begin with images of your own, or with 70 000 handwritten digits that are already inside."
      actions={
        <>
          <AddDigits look="primary" />
          <Button onClick={() => showScreen('data')}>Import images…</Button>
        </>
      }
    />
  )
}
