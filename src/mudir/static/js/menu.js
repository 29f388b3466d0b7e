/* Popover menus: arrows walk them, a chosen link closes them. The browser opens, places and closes.
   A link with data-menu opens its page's fragment in the menu of that id instead of leading to the page. */
const ITEMS = ":is(a, button, input, summary):not([disabled])";

document.addEventListener("toggle", (event) => {
  const menu = event.target;
  if (event.newState !== "open" || !menu.matches?.(".menu[popover]")) return;
  menu.querySelector("[autofocus]")?.focus();
  if (CSS.supports("position-area", "block-end")) return;
  const button = document.querySelector(`:is([popovertarget="${CSS.escape(menu.id)}"], [data-menu="${CSS.escape(menu.id)}"])`)?.getBoundingClientRect();
  if (!button) return;
  const { width, height } = menu.getBoundingClientRect();
  const below = button.bottom + height < innerHeight;
  menu.style.top = `${below ? button.bottom : Math.max(0, button.top - height - 8)}px`;
  menu.style.left = `${Math.max(8, Math.min(button.left, innerWidth - width - 8))}px`;
}, true);

document.addEventListener("keydown", (event) => {
  if (!["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const opener = event.target.closest?.("[popovertarget]");
  const menu = event.target.closest?.(".menu[popover]") ?? (opener && document.getElementById(opener.getAttribute("popovertarget")));
  if (!menu?.matches(":popover-open") || event.target.matches("select, textarea, input[type=number], input[type=date]")) return;
  const items = [...menu.querySelectorAll(ITEMS)].filter((item) => item.checkVisibility());
  const place = items.indexOf(event.target);
  event.preventDefault();
  items[(place + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length]?.focus();
});

document.addEventListener("click", async (event) => {
  const opener = event.target.closest("[data-menu]");
  const menu = opener && document.getElementById(opener.dataset.menu);
  if (!menu || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  await htmx.ajax("GET", opener.pathname + opener.search, { source: menu, target: menu, swap: "innerHTML" });
  menu.showPopover({ source: opener });
  reach(menu);
});

/* What was pressed in the menu brought something else into it: whoever came by keyboard goes on there. */
document.addEventListener("htmx:after:swap", () => {
  const menu = document.querySelector(".menu[popover]:popover-open");
  if (menu && document.activeElement === document.body) reach(menu);
});

function reach(menu) {
  menu.querySelector("input:not([type=hidden]), select, button")?.focus();
}

document.addEventListener("click", (event) => {
  if (event.target.closest(".menu[popover] :is(a, [data-keys-help])")) event.target.closest("[popover]").hidePopover();
});
