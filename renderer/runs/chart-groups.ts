/** Figures that belong on one chart: `test accuracy, MLP` and `test accuracy, CNN` have one axis. */

export interface ChartGroup {
  readonly name: string
  readonly figures: readonly { readonly figure: string; readonly line: string }[]
}

export function groupFigures(figures: readonly string[]): ChartGroup[] {
  const groups = new Map<string, { figure: string; line: string }[]>()
  for (const figure of figures) {
    const [, name = figure, line = ''] = /^([^,/]+)[,/]\s*(.+)$/.exec(figure) ?? []
    const group = groups.get(name) ?? []
    group.push({ figure, line: line || figure })
    groups.set(name, group)
  }
  return [...groups].map(([name, members]) => ({ name, figures: members }))
}
