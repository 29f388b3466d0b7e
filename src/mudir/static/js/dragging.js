import Sortable from "../vendor/sortable.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");

/* Lists between which [draggable] things are dragged, with a mouse or, after a short hold, a finger; `over(list)` hears
   where one hangs, `drop(event)` where it was let go. Inside a list nothing is put into another order. */
export function between(lists, { draggable, over, drop }) {
  return lists.map((list) => Sortable.create(list, {
    group: draggable, draggable, filter: ".move", preventOnFilter: false, sort: false, delay: 200, delayOnTouchOnly: true,
    touchStartThreshold: 6, animation: still.matches ? 0 : 120, chosenClass: "lifted", scrollSensitivity: 60,
    onMove: (event) => over(event.to), onEnd: (event) => { over(null); drop(event); },
  }));
}
