/* <m-rows data-prefix="phones"> around a formset with can_delete: [data-add] appends the <template> under the next
   number, [data-remove] marks a row's DELETE box (or drops a row that has none) and hides it. */
customElements.define("m-rows", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      if (event.target.closest("[data-add]")) this.add();
      const remove = event.target.closest("[data-remove]");
      if (remove) this.drop(remove.closest(".item"));
    });
  }

  add() {
    const total = this.querySelector(`input[name="${CSS.escape(this.dataset.prefix)}-TOTAL_FORMS"]`);
    const fresh = document.createElement("template");
    fresh.innerHTML = this.querySelector("template").innerHTML.replaceAll("__prefix__", total.value);
    const row = fresh.content.firstElementChild;
    this.querySelector(".rows").append(row);
    total.value = String(Number(total.value) + 1);
    window.htmx?.process(row);
    row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
  }

  drop(row) {
    const mark = row.querySelector("input[name$='-DELETE']");
    if (mark) {
      mark.checked = true;
      row.hidden = true;
    } else row.remove();
    this.dispatchEvent(new Event("input", { bubbles: true }));
    this.querySelector("[data-add]")?.focus();
  }
});
