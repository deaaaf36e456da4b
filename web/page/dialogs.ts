/** Opens one of the page's dialogs over everything, unless one is open. */
export function openDialog(id: 'settings' | 'help'): void {
  const dialog = document.getElementById(id)
  if (!(dialog instanceof HTMLDialogElement) || document.querySelector('dialog[open]')) return
  for (const menu of document.querySelectorAll<HTMLElement>('[popover]:popover-open')) menu.hidePopover()
  dialog.showModal()
}

export function closeDialog(id: 'settings' | 'help'): void {
  const dialog = document.getElementById(id)
  if (dialog instanceof HTMLDialogElement) dialog.close()
}
