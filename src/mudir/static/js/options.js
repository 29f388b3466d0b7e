/* The active choice of a list that an input governs: arrows move it, the input names it for screen readers. */
export class Options {
  constructor(input, list) {
    this.input = input;
    this.list = list;
  }

  get all() {
    return [...this.list.querySelectorAll("[role=option]:not([hidden])")];
  }

  get active() {
    return this.list.querySelector("[role=option][aria-selected=true]");
  }

  activate(option) {
    this.active?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    if (option) {
      option.id ||= `${this.list.id || "option"}-${this.all.indexOf(option)}`;
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  /* True when the key moved the choice. */
  move(event) {
    const all = this.all;
    if (!all.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return false;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    const from = all.indexOf(this.active);
    this.activate(all[from < 0 && step < 0 ? all.length - 1 : (from + step + all.length) % all.length]);
    return true;
  }
}
