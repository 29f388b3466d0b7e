/* <m-again> around a form: a choice in [data-again] sends it without applying it, so that the server draws what follows. */
customElements.define("m-again", class extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", (event) => {
      if (event.target.matches("[data-again]")) this.querySelector("[value=again]").click();
    });
    this.addEventListener("click", (event) => {
      if (!event.target.closest("[data-close-editor]") || !this.closest("#filter-editor")) return;
      event.preventDefault();
      this.remove();
    });
  }
});
