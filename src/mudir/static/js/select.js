/* <m-select> around a list: td.pick boxes, [data-all] for the page, [data-when=none|some] feet, [data-count],
   [data-clear]; [data-everything] stands in sight when the whole page is chosen and enables the field named "all". */
customElements.define("m-select", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => this.click(event));
    this.addEventListener("change", (event) => this.change(event));
    this.addEventListener("htmx:after:swap", () => this.tell());
    this.tell();
  }

  get boxes() {
    return [...this.querySelectorAll("tbody .pick input")];
  }

  click(event) {
    const box = event.target.closest("tbody .pick input");
    if (box) {
      const boxes = this.boxes;
      const [from, to] = [boxes.indexOf(this.last), boxes.indexOf(box)];
      if (event.shiftKey && from >= 0) {
        for (const between of boxes.slice(Math.min(from, to), Math.max(from, to))) between.checked = box.checked;
      }
      this.last = box;
    } else if (event.target.closest("[data-clear]")) {
      for (const other of this.boxes) other.checked = false;
      this.tell();
    } else if (event.target.closest("[data-everything]")) {
      this.whole(true);
    }
  }

  change(event) {
    if (event.target.matches("[data-all]")) for (const box of this.boxes) box.checked = event.target.checked;
    if (event.target.matches("[data-all], tbody .pick input")) this.tell();
  }

  whole(wanted) {
    for (const field of this.querySelectorAll("input[name=all]")) field.disabled = !wanted;
    for (const button of this.querySelectorAll("[data-everything]")) button.setAttribute("aria-pressed", String(wanted));
  }

  tell() {
    const boxes = this.boxes;
    const chosen = boxes.filter((box) => box.checked).length;
    const head = this.querySelector("[data-all]");
    if (head) {
      head.checked = chosen > 0 && chosen === boxes.length;
      head.indeterminate = chosen > 0 && chosen < boxes.length;
    }
    this.whole(false);
    for (const foot of this.querySelectorAll("[data-when]")) foot.hidden = (foot.dataset.when === "some") !== chosen > 0;
    for (const button of this.querySelectorAll("[data-everything]")) button.hidden = chosen < boxes.length;
    const { lang, dataset } = document.documentElement;
    const words = new Intl.NumberFormat(`${lang}-u-nu-${dataset.digits || "latn"}`).format(chosen);
    for (const place of this.querySelectorAll("[data-count]")) place.textContent = words;
  }
});
