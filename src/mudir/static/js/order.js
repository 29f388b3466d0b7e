import Sortable from "../vendor/sortable.js";

/* <m-order> around a list of rows, dragged by their .grip. In a form, the buttons whose value begins with up. or down.
   move a row at once; a form inside is sent where a row is dropped, and its own buttons do the same by keyboard. */
customElements.define("m-order", class extends HTMLElement {
  connectedCallback() {
    const list = this.querySelector("ol");
    const form = this.querySelector("form");
    this.sortable = Sortable.create(list, {
      handle: ".grip", animation: 120, forceFallback: true, direction: "vertical", onUpdate: () => form?.requestSubmit(),
    });
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=do]");
      const row = button?.closest("li");
      if (!row) return;
      event.preventDefault();
      const beside = button.value.startsWith("up.") ? row.previousElementSibling : row.nextElementSibling?.nextElementSibling;
      if (button.value.startsWith("up.") ? beside : row.nextElementSibling) list.insertBefore(row, beside);
      button.focus();
    });
  }

  disconnectedCallback() {
    this.sortable.destroy();
  }
});
