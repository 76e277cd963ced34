import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { followLab } from './app/feed.ts'
import { rememberWindow, restoreWindow } from './app/remembered.ts'
import { Shell } from './app/shell.tsx'
import { followTheme } from './app/theme.ts'
import './ui/tokens.css'
import './ui/base.css'

followTheme()
restoreWindow()
rememberWindow()
followLab()
const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <StrictMode>
      <Shell />
    </StrictMode>,
  )
