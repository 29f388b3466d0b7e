/* Behaviour on top of pages that work without it: one element or one habit per file. */
import "./again.js";
import "./autosubmit.js";
import "./combobox.js";
import "./drop.js";
import "./grid.js";
import "./guard.js";
import "./keys.js";
import "./menu.js";
import "./order.js";
import "./palette.js";
import "./passkey.js";
import "./preview.js";
import "./rows.js";
import "./select.js";
import "./tabs.js";
import "./theme.js";
import "./toast.js";
