/** A fault in one panel is shown in its place; the rest of the window stays. React wants a class for this. */
import { Component, type ReactNode } from 'react'
import { Button } from '../ui/controls.tsx'

interface Props {
  readonly name: string
  readonly children: ReactNode
}

export class PanelBoundary extends Component<Props, { readonly fault: string | null }> {
  override state = { fault: null }

  static getDerivedStateFromError(error: unknown) {
    return { fault: error instanceof Error ? error.message : String(error) }
  }

  override render() {
    const { fault } = this.state
    if (fault === null) return this.props.children
    return (
      <section className="fault" role="alert">
        <h2>{this.props.name} could not be shown</h2>
        <p>{fault}</p>
        <Button onClick={() => this.setState({ fault: null })}>Try again</Button>
      </section>
    )
  }
}
