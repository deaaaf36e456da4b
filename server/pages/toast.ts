import type { Html } from './html.ts'
import { html } from './html.ts'
import { icon } from './icons.ts'

/** A short word from the house at the foot of the page; it goes by itself unless somebody is reading it. */
export const toast = (text: string, action: Html | null = null): Html =>
  html`<div class="toast-card" x-data="toast"><p class="toast-text">${text}</p>${action}<button type="button" class="quiet" data-toast-close @click="close" aria-label="Dismiss" title="Dismiss">${icon('close', 'small')}</button></div>`

export const toastTemplate = (): Html => html`<template id="toast-template">${toast('')}</template>`

/** Brings a toast along with another answer, for HTMX to put where toasts stand. */
export const toastAlong = (text: string, action: Html | null = null): Html =>
  html`<hx-partial hx-target="#toasts" hx-swap="beforeend settle:0">${toast(text, action)}</hx-partial>`

/** Offers the way back from a deletion for as long as the toast stands; `wasOpen`: also back into the room. */
export const undoDelete = (conversationId: string, wasOpen: boolean): Html =>
  html`<button type="button" class="btn btn-sm btn-ghost toast-action" hx-post="/c/${conversationId}/restore?open=${String(wasOpen)}" hx-include="#search, #conversations [name=shown]" hx-target="#conversations" hx-swap="innerMorph" @click="close">Undo</button>`
