/** A button with further actions behind it. Not modal: the modal form would put style tags into the page, which its policy forbids. */
import { Content, Item, Portal, Root, Separator, Trigger } from 'radix-ui/dropdown-menu'
import { Icon, type IconName } from './icons.tsx'
import { Keys } from './keys.tsx'
import { useLayer } from './layer.ts'
import './menu.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName | undefined
  readonly keys?: string | undefined
  readonly danger?: boolean | undefined
  readonly disabled?: boolean | undefined
  /** Why it is disabled. */
  readonly reason?: string | undefined
  readonly onSelect: () => void
}

interface MenuProps {
  readonly label: string
  /** In place of the label, which is then read out only. */
  readonly icon?: IconName
  readonly large?: boolean
  /** Without an edge, as a bare button is. */
  readonly bare?: boolean
  readonly items: readonly (MenuItem | 'line')[]
}

export function Menu({ label, icon, large = false, bare = false, items }: MenuProps) {
  const layer = useLayer()
  const look = icon ? ' bare menu-icon' : `${large ? ' large' : ''}${bare ? ' bare' : ''}`
  return (
    <Root modal={false}>
      <Trigger className={`button${look}`} {...(icon ? { 'aria-label': label, title: label } : {})}>
        {icon ? <Icon name={icon} /> : label}
        {!icon && <Icon name="down" size={14} />}
      </Trigger>
      <Portal container={layer ?? null}>
        <Content className="menu" align={icon ? 'end' : 'start'} sideOffset={4} collisionPadding={8} loop>
          {items.map((item, index) =>
            item === 'line' ? (
              <Separator key={index} className="menu-line" />
            ) : (
              <MenuRow key={item.label} item={item} />
            ),
          )}
        </Content>
      </Portal>
    </Root>
  )
}

function MenuRow({ item }: { readonly item: MenuItem }) {
  const { label, icon, keys, danger = false, disabled = false, reason, onSelect } = item
  return (
    <Item className={danger ? 'menu-item danger' : 'menu-item'} disabled={disabled} onSelect={onSelect}>
      <span className="menu-mark">{icon && <Icon name={icon} />}</span>
      <span className="menu-words">
        {label}
        {disabled && reason && <small>{reason}</small>}
      </span>
      {keys && <Keys keys={keys} />}
    </Item>
  )
}
