import Sortable from "../vendor/sortable.js";

const NARROWEST = 40;
const phone = matchMedia("(width < 46rem)");

/* <m-grid data-change="address"> around a table of th[data-field]: their edges are dragged to a width and the heads to
   another place; the address takes what was changed and leads back to the list. Shift and a click on a head sorts by it
   as well ([data-also]); columns up to [data-pinned] stay in sight. */
customElements.define("m-grid", class extends HTMLElement {
  connectedCallback() {
    if (!this.heads.length) return;
    for (const head of this.heads) {
      if (!head.querySelector(".edge")) head.append(Object.assign(document.createElement("span"), { className: "edge" }));
    }
    this.addEventListener("pointerdown", (event) => this.grab(event));
    this.addEventListener("click", (event) => this.also(event), true);
    this.addEventListener("click", (event) => this.fold(event.target.closest("[data-fold]")));
    this.sortable = Sortable.create(this.querySelector("thead tr"), {
      draggable: "th[data-field]:not(:nth-child(2))", filter: ".edge", preventOnFilter: false, forceFallback: true,
      delay: 150, delayOnTouchOnly: true, animation: 120, direction: "horizontal",
      onMove: (event) => event.related.matches("th[data-field]:not(:nth-child(2))"),
      onEnd: (event) => event.oldIndex !== event.newIndex && this.go("column", this.heads.slice(1).map((head) => head.dataset.field)),
    });
    this.pin();
  }

  disconnectedCallback() {
    this.sortable?.destroy();
    if (this.sheet) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet);
  }

  get heads() {
    return [...this.querySelectorAll("thead th[data-field]")];
  }

  go(name, values) {
    const address = new URL(this.dataset.change, location.href);
    for (const value of values) address.searchParams.append(name, value);
    location.assign(address);
  }

  also(event) {
    const link = event.target.closest("th[data-also] a");
    if (!link || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.closest("th").dataset.also);
  }

  fold(button) {
    if (!button) return;
    const folded = button.closest("tbody").classList.toggle("folded");
    button.setAttribute("aria-expanded", String(!folded));
  }

  grab(event) {
    const head = event.target.closest(".edge")?.parentElement;
    if (!head || event.button) return;
    event.preventDefault();
    const widths = new Map(this.heads.map((one) => [one, Math.round(one.getBoundingClientRect().width)]));
    const turned = getComputedStyle(head).direction === "rtl" ? -1 : 1;
    const [start, from] = [event.clientX, widths.get(head)];
    const move = ({ clientX }) => {
      widths.set(head, Math.max(NARROWEST, Math.round(from + (clientX - start) * turned)));
      head.style.inlineSize = head.style.minInlineSize = head.style.maxInlineSize = `${widths.get(head)}px`;
    };
    const drop = () => {
      removeEventListener("pointermove", move);
      if (widths.get(head) !== from) this.go("resize", [[...widths].map(([one, width]) => `${one.dataset.field}:${width}`).join()]);
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", drop, { once: true });
  }

  pin() {
    const count = Number(this.dataset.pinned);
    if (count < 2 || phone.matches) return;
    let offset = this.querySelector("thead .pick")?.getBoundingClientRect().width ?? 0;
    const rules = this.heads.slice(0, count).map((head, place) => {
      const rule = `m-grid .table :is(th, td):nth-child(${place + 2}) { position: sticky; inset-inline-start: ${offset}px; z-index: 1; }
        m-grid .table thead th:nth-child(${place + 2}) { z-index: 4; }`;
      offset += head.getBoundingClientRect().width;
      return rule;
    });
    this.sheet = new CSSStyleSheet();
    this.sheet.replaceSync(`@layer components { ${rules.join(" ")} }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.sheet];
  }
});
