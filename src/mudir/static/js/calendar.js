import { between } from "./dragging.js";
import { isKey } from "./typing.js";

const phone = matchMedia("(width < 46rem)");

/* <m-calendar> around a table of td[data-day] with lists of .entry[data-move]: arrows go from day to day, Enter into a
   day and Escape out of it, Page Up and Down to the month before and after. An entry is dragged to another day, or
   lifted with M, carried with the arrows and put down with Enter: `to` and `version` are posted to its address. */
customElements.define("m-calendar", class extends HTMLElement {
  connectedCallback() {
    this.bound = new Map();
    this.abort = new AbortController();
    const { signal } = this.abort;
    this.addEventListener("keydown", (event) => this.key(event), { signal });
    this.addEventListener("focusout", (event) => this.lifted && !this.contains(event.relatedTarget) && this.settle(), { signal });
    document.addEventListener("htmx:after:swap", () => this.bind(), { signal });
    document.addEventListener("htmx:error", () => this.takeBack(), { signal });
    this.bind();
  }

  disconnectedCallback() {
    this.abort.abort();
    for (const sortable of this.bound.values()) sortable.destroy();
  }

  get days() {
    return [...this.querySelectorAll("td[data-day]")];
  }

  /* What was drawn anew is made draggable; one day can be reached by Tab. */
  bind() {
    this.dropped = null;
    for (const [list, sortable] of this.bound) if (!list.isConnected) this.bound.delete(list), sortable.destroy();
    const lists = [...this.querySelectorAll("ol[data-day]")].filter((list) => !this.bound.has(list));
    if ("movable" in this.dataset) {
      between(lists, { draggable: ".entry", over: (list) => this.over(list?.closest("td")), drop: (event) => this.drop(event) })
        .forEach((sortable, place) => this.bound.set(lists[place], sortable));
    }
    if (!this.querySelector("td[tabindex]")) (this.querySelector("td[aria-current]") ?? this.days[0])?.setAttribute("tabindex", "0");
    const again = this.again && document.getElementById(this.again)?.querySelector("a");
    this.again = null;
    again?.focus({ preventScroll: true });
  }

  over(day) {
    for (const other of this.querySelectorAll("td.over")) other.classList.remove("over");
    day?.classList.add("over");
  }

  drop({ item, from, to, oldIndex }) {
    if (from === to) return;
    this.dropped = { item, from, before: from.children[oldIndex] ?? null };
    this.move(item, to.dataset.day);
  }

  takeBack() {
    if (!this.dropped) return;
    const { item, from, before } = this.dropped;
    item.removeAttribute("aria-busy");
    from.insertBefore(item, before);
    this.dropped = null;
  }

  move(entry, day) {
    entry.setAttribute("aria-busy", "true");
    const values = { to: day, version: entry.dataset.version, back: location.pathname + location.search };
    window.htmx?.ajax("POST", entry.dataset.move, { source: this, target: "#list", swap: "outerMorph", values });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("form")) return;
    const entry = event.target.closest(".entry");
    const day = this.lifted?.day ?? event.target.closest("td[data-day]");
    if (!day) return;
    const steps = this.steps();
    if (steps.has(event.key) && (this.lifted || event.target === day || phone.matches === false && ["ArrowLeft", "ArrowRight"].includes(event.key))) {
      this.taken(event);
      this.go(day, steps.get(event.key));
    } else if (this.lifted) {
      if (!["Enter", " ", "Escape", "Tab"].includes(event.key)) return;
      this.taken(event);
      const { entry: carried, day: to, from } = this.lifted;
      this.settle();
      if (event.key === "Escape" || event.key === "Tab" || to === from) return carried.querySelector("a").focus();
      this.again = carried.id;
      this.move(carried, to.dataset.day);
    } else if (entry && isKey(event, "KeyM") && entry.dataset.move) {
      this.taken(event);
      this.lifted = { entry, day, from: day };
      entry.classList.add("lifted");
      this.over(day);
      this.say(this.dataset.lifted);
    } else if (entry && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      this.taken(event);
      const all = [...day.querySelectorAll(".entry > a:first-child, .more")];
      all[all.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (event.key === "Escape" && event.target !== day) {
      this.taken(event);
      this.focusOn(day);
    } else if (event.key === "Enter" && event.target === day) {
      this.taken(event);
      day.querySelector(".entry > a, .more")?.focus();
    } else if (["PageUp", "PageDown"].includes(event.key)) {
      this.taken(event);
      document.querySelector(`.calendar-head [data-key=${event.key === "PageUp" ? "before" : "behind"}]`)?.click();
    } else if (["Home", "End"].includes(event.key) && event.target === day) {
      this.taken(event);
      this.focusOn(event.key === "Home" ? day.parentElement.firstElementChild : day.parentElement.lastElementChild);
    }
  }

  taken(event) {
    event.preventDefault();
    event.stopPropagation();
  }

  /* Along the week the keys go the way they point, in both directions of writing. */
  steps() {
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    return new Map([[forward, 1], [forward === "ArrowLeft" ? "ArrowRight" : "ArrowLeft", -1], ["ArrowDown", 7], ["ArrowUp", -7]]);
  }

  go(day, step) {
    const next = this.days[this.days.indexOf(day) + step];
    if (!next) return;
    if (!this.lifted) return this.focusOn(next);
    this.lifted.day = next;
    this.over(next);
    next.scrollIntoView({ block: "nearest" });
    this.say(next.dataset.name);
  }

  focusOn(day) {
    for (const other of this.querySelectorAll("td[tabindex]")) other.removeAttribute("tabindex");
    day.tabIndex = 0;
    day.focus();
  }

  settle() {
    this.lifted?.entry.classList.remove("lifted");
    this.lifted = null;
    this.over(null);
    this.say("");
  }

  say(words) {
    this.querySelector("[role=status]").textContent = words;
  }
});
