import { isKey, isTyping } from "./typing.js";

const phone = matchMedia("(width < 46rem)");

/* <m-preview> around a table and an aside.preview: a row, or whatever [data-rows] names, opens beside the list. The
   fragment is at the address of the row's own link, followed by preview/. In a table arrows walk the rows; Space looks,
   Enter opens, X selects, Esc closes. */
customElements.define("m-preview", class extends HTMLElement {
  connectedCallback() {
    this.aside = this.querySelector("aside");
    this.aside.setAttribute("hx-sync", "this:replace");
    this.addEventListener("click", (event) => this.click(event));
    this.abort = new AbortController();
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.abort.signal });
  }

  disconnectedCallback() {
    this.abort.abort();
    clearTimeout(this.timer);
  }

  get rows() {
    return this.dataset.rows ?? "tbody tr";
  }

  get current() {
    return this.querySelector(this.rows.split(" ").at(-1) + "[aria-current]");
  }

  link(row) {
    return row?.querySelector(this.dataset.rows ? "a" : ".name a");
  }

  click(event) {
    if (event.target.closest("[data-close]")) return this.close();
    const row = event.target.closest(this.rows);
    const link = this.dataset.rows && event.target.closest("a") === this.link(row);  // the whole thing is its link
    if (!this.link(row) || (!link && event.target.closest("a, button, input, label, select, textarea, td.can-edit, td.editing"))) return;
    if (String(getSelection()) || (link && (event.ctrlKey || event.metaKey || event.shiftKey || event.detail === 0 || phone.matches))) return;
    event.preventDefault();
    if (phone.matches) return this.link(row).click();
    this.mark(row);
    this.look();
  }

  mark(row) {
    this.current?.removeAttribute("aria-current");
    row.setAttribute("aria-current", "true");
    row.scrollIntoView({ block: "nearest" });
  }

  look() {
    const address = new URL(this.link(this.current).href);
    this.aside.hidden = false;
    this.aside.setAttribute("aria-busy", "true");
    clearTimeout(this.timer);
    this.timer = setTimeout(async () => {
      await window.htmx?.ajax("GET", `${address.pathname}preview/`, { source: this.aside, target: this.aside, swap: "innerHTML" });
      this.aside.removeAttribute("aria-busy");
    }, 60);
  }

  close() {
    this.aside.hidden = true;
    this.aside.replaceChildren();
  }

  key(event) {
    if (event.key === "Escape" && !this.aside.hidden && !event.defaultPrevented && !event.target.closest?.("dialog, [popover]")) return this.close();
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.dataset.rows && (event.key === "ArrowDown" || event.key === "ArrowUp")) return this.walk(event);
    if (!this.current || event.target.closest?.("a, button, input, [role=tab]") || document.documentElement.dataset.keys === "off") return;
    if (event.key === "Enter") this.link(this.current).click();
    else if (isKey(event, "Space")) {
      event.preventDefault();
      if (this.aside.hidden) this.look(); else this.close();
    } else if (isKey(event, "KeyX")) this.current.querySelector(".pick input")?.click();
  }

  walk(event) {
    if (event.shiftKey || event.target.closest?.("[role=tablist], [role=radiogroup], .choices")) return;
    const rows = [...this.querySelectorAll("tbody tr")].filter((row) => this.link(row));
    const place = rows.indexOf(this.current);
    const row = place < 0 ? rows[0] : rows[place + (event.key === "ArrowDown" ? 1 : -1)];
    if (!row) return;
    event.preventDefault();
    this.mark(row);
    if (!this.aside.hidden) this.look();
  }
});
