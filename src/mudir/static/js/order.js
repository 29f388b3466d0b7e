import Sortable from "../vendor/sortable.js";

/* <m-order> around a list of rows: dragged by .grip, moved by the buttons whose value begins with up. or down. */
customElements.define("m-order", class extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector("ol");
    this.sortable = Sortable.create(list, { handle: ".grip", animation: 120, forceFallback: true, direction: "vertical" });
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]");
      const row = button?.closest("li");
      if (!row) return;
      event.preventDefault();
      const beside = button.value.startsWith("up.") ? row.previousElementSibling : row.nextElementSibling?.nextElementSibling;
      if (button.value.startsWith("up.") ? beside : row.nextElementSibling) list.insertBefore(row, beside);
      button.focus();
/* <m-order> around a form whose rows carry [data-id] and a hidden "order": rows are dragged by their .grip, and the form
   is sent where they are dropped. Without script, and by keyboard, the buttons "up" and "down" do the same. */
  async connectedCallback() {
    const { default: Sortable } = await import("../vendor/sortable.js");
    const list = this.querySelector(".order-list");
    if (!list || this.sorting) return;
    this.sorting = Sortable.create(list, {
      handle: ".grip", animation: 120, onUpdate: () => this.querySelector("form").requestSubmit(),
    });
  }

  disconnectedCallback() {
    this.sortable.destroy();
    this.sorting?.destroy();
    this.sorting = null;
  }
});
