/** The application menu: what every application has, and nothing that could reach outside. */
import type { MenuItemConstructorOptions } from 'electron'

export function menuTemplate(inspector: boolean): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  if (inspector) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' })
  return [{ label: 'File', submenu: [{ role: 'quit' }] }, { role: 'editMenu' }, { label: 'View', submenu: view }]
}
