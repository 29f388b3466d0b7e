/* Keys belong to the page only while nobody writes and no dialog is open. */
export function isTyping(event) {
  const place = event.target;
  return event.isComposing || place.isContentEditable || place.closest?.("dialog, [popover]") !== null
    || place.matches?.("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])");
}

/* A key by its place on the board, so that it also works while the Arabic layout is on. */
export function isKey(event, code, { control = false, shift = false } = {}) {
  return event.code === code && (event.ctrlKey || event.metaKey) === control && event.shiftKey === shift && !event.altKey;
}
