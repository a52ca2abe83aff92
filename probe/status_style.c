/* What the status page looks like: on a phone as on a wide screen, by day and by night. */
#include "probe/status_view.h"

/*
 * Cells differ in brightness and symbol too, not in their hue alone. Every pair of colours has a contrast of 4.5 to 1 or more.
 * On narrow screens a row of the grid becomes two or three lines: the site above, its cells below.
 */
static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--text:#1c1d1f;--dim:#5c6066;--line:#d5d8dc;"
    "--ok:#dcf2e0;--ok-text:#0b5724;--blocked:#a8201a;--blocked-text:#fff;--likely:#f6cdc9;--likely-text:#7d1712;"
    "--partly:#fbe0cf;--partly-text:#7a3300;--impaired:#fdeebb;--impaired-text:#614700;--down:#dae6fa;--down-text:#1a437f;"
    "--untold:#e6e7e9;--untold-text:#46494e}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#15171a;--text:#e7e9ec;--dim:#a2a8b0;--line:#3a3f46;"
    "--ok:#123d1f;--ok-text:#a4e3b4;--blocked:#ff8a80;--blocked-text:#2b0000;--likely:#5d1a16;--likely-text:#ffc9c4;"
    "--partly:#56290d;--partly-text:#ffcfae;--impaired:#4a3900;--impaired-text:#ffe391;--down:#16315c;--down-text:#bcd6ff;"
    "--untold:#33373c;--untold-text:#d3d7dc}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem .75rem;max-width:66rem;background:var(--page);color:var(--text);"
    "font:1rem/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;overflow-wrap:anywhere}\n"
    "h1{margin:0;font-size:1.4rem}h2{margin:2rem 0 .5rem;font-size:1.15rem}p{margin:.3rem 0}\n"
    ".dim,caption,dt{color:var(--dim)}.lead{font-size:1.1rem}\n"
    "table{border-collapse:collapse}caption{text-align:left;font-size:.875rem}\n"
    "th{font-weight:normal;text-align:left;vertical-align:top}thead th{color:var(--dim);font-size:.875rem}\n"
    ".rows{width:100%}.rows th,.rows td{padding:.35rem .5rem .35rem 0;border-top:1px solid var(--line);"
    "vertical-align:top}.rows thead th{border-top:0}.rows td small{display:block;color:var(--dim)}\n"
    ".sites th{width:46%}\n"
    ".mark{display:inline-block;min-width:1.7em;padding:0 .2em;border-radius:.2em;text-align:center}\n"
    ".grid{margin-bottom:1rem}.grid th[scope=rowgroup]{padding:.6rem 0 .1rem;color:var(--dim)}\n"
    ".grid tbody th[scope=row]{padding-right:.5rem;font-size:.9375rem}\n"
    ".grid td,.grid thead th+th{width:1.6rem;min-width:1.6rem;height:1.5rem;padding:0;text-align:center;"
    "font-size:.8125rem;line-height:1.5rem;vertical-align:middle}\n"
    ".grid td{border:1px solid var(--page)}\n"
    ".ok{background:var(--ok);color:var(--ok-text)}.blocked{background:var(--blocked);color:var(--blocked-text)}\n"
    ".likely{background:var(--likely);color:var(--likely-text)}.partly{background:var(--partly);color:var(--partly-text)}\n"
    ".impaired{background:var(--impaired);color:var(--impaired-text)}.down{background:var(--down);color:var(--down-text)}\n"
    ".untold{background:var(--untold);color:var(--untold-text)}.none{color:var(--dim)}\n"
    "ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.4rem 0}.legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:0;"
    "list-style:none;font-size:.875rem}.legend li{margin:0}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:0}dd{margin:0}\n"
    ".sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}\n"
    "@media (max-width:60rem){.grid,.grid caption,.grid thead,.grid tbody{display:block}.grid tr{display:flex;flex-wrap:wrap}\n"
    ".grid th[scope=row],.grid th[scope=rowgroup],.grid thead th:first-child{flex:0 0 100%}\n"
    ".grid tr>td,.grid thead th+th{flex:0 0 calc(100%/14);min-width:0}\n"
    ".hours tr>td,.hours thead th+th{flex-basis:calc(100%/12)}}\n";

const char *
status_style(void)
{
	return style;
}
