/* What the report looks like: on a screen by day and by night, and on paper. */
#include "analysis/report_html.h"

/*
 * Cells differ in symbol and brightness, not in their hue alone. Colours are of pairs whose contrast is 4.5 to 1 or more. A cell
 * without a class was reached; an empty one was not measured.
 */
static const char style[] =
    ":root{color-scheme:light dark;--page:#fff;--text:#1c1d1f;--dim:#5c6066;--line:#d5d8dc;--k:#dcf2e0;--kt:#0b5724;"
    "--b:#a8201a;--bt:#fff;--l:#f6cdc9;--lt:#7d1712;--p:#fbe0cf;--pt:#7a3300;--s:#2d2a5c;--st:#fff;--i:#fdeebb;--it:#614700;"
    "--d:#dae6fa;--dt:#1a437f;--v:#cbe9e5;--vt:#0b4f4a;--u:#e6e7e9;--ut:#46494e;--e:#6b2fa0;--et:#fff}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#15171a;--text:#e7e9ec;--dim:#a2a8b0;--line:#3a3f46;--k:#123d1f;--kt:#a4e3b4;"
    "--b:#ff8a80;--bt:#2b0000;--l:#5d1a16;--lt:#ffc9c4;--p:#56290d;--pt:#ffcfae;--s:#b9b5ff;--st:#14113a;--i:#4a3900;--it:#ffe391;"
    "--d:#16315c;--dt:#bcd6ff;--v:#0f4a45;--vt:#a8e6df;--u:#33373c;--ut:#d3d7dc;--e:#c9a2f2;--et:#22053d}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0 auto;padding:1rem .75rem;max-width:76rem;background:var(--page);color:var(--text);"
    "font:1rem/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
    "h1{margin:0;font-size:1.4rem}h2{margin:2rem 0 .5rem;font-size:1.2rem}h3{margin:1.2rem 0 .4rem;font-size:1rem}p{margin:.4rem 0}\n"
    ".verdict{font-size:1.3rem}.lead{font-size:1.1rem}p,li,dd{max-width:46rem}\n"
    "table{border-collapse:collapse}caption{text-align:left;font-weight:bold;padding:.4rem 0 .1rem}\n"
    "th{font-weight:normal;text-align:left;vertical-align:top}thead th{color:var(--dim);font-size:.875rem}\n"
    ".rows{width:100%;font-size:.9375rem;margin:.4rem 0}.rows th,.rows td{padding:.3rem .7rem .3rem 0;border-top:1px solid var(--line);"
    "vertical-align:top;overflow-wrap:break-word}.rows thead th{border-top:0;overflow-wrap:normal}\n"
    "small{display:block;color:var(--dim);font-size:.8125rem}.when{white-space:nowrap}\n"
    ".wide{overflow-x:auto}.wide .rows{min-width:44rem}\n"
    ".mark{display:inline-block;min-width:1.6em;padding:0 .2em;border-radius:.2em;text-align:center}\n"
    ".g{margin:0 0 1rem;font-size:.8125rem}.g th[scope=row],.g th[scope=rowgroup]{padding-right:.6rem;white-space:nowrap;max-width:18rem;"
    "overflow:hidden;text-overflow:ellipsis}.g th[scope=rowgroup]{color:var(--dim);padding-top:.3rem}\n"
    ".g thead th{font-size:.75rem}.g td,.g thead th+th{width:1.3rem;min-width:1.3rem;height:1.3rem;padding:0;text-align:center;vertical-align:middle}\n"
    ".g td{border:1px solid var(--page);background:var(--k);color:var(--kt)}.g td:empty,.g td.n{background:none}\n"
    ".g col.e{border-left:2px solid var(--e);border-right:2px solid var(--e)}\n"
    ".k{background:var(--k);color:var(--kt)}.b,.g td.b{background:var(--b);color:var(--bt)}.l,.g td.l{background:var(--l);color:var(--lt)}\n"
    ".p,.g td.p{background:var(--p);color:var(--pt)}.s,.g td.s{background:var(--s);color:var(--st)}"
    ".i,.g td.i{background:var(--i);color:var(--it)}\n"
    ".v,.g td.v{background:var(--v);color:var(--vt)}"
    ".d,.g td.d{background:var(--d);color:var(--dt)}.u,.g td.u{background:var(--u);color:var(--ut)}"
    ".mark.e,.g td.e{background:var(--e);color:var(--et);font-weight:bold}.n{border:1px solid var(--line)}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:.3rem 1rem;padding:0;margin:.5rem 0;list-style:none;font-size:.875rem}\n"
    ".ep{list-style:none;padding:0}.ep li{max-width:none;margin:.9rem 0;overflow-wrap:anywhere}.ep small{display:inline}"
    ".ep .t{display:block;overflow:hidden}.ep .t+br{display:none}\n"
    ".rows code{display:inline-block;min-width:8.5rem}\n"
    "code{overflow-wrap:anywhere;font-family:ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace;font-size:.8125rem}\n"
    ".t{white-space:nowrap;color:var(--dim);letter-spacing:0}.t b{background:var(--b);color:var(--bt)}"
    ".t i{background:var(--l);color:var(--lt);font-style:normal}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;margin:.5rem 0}dt{color:var(--dim)}dd{margin:0;"
    "overflow-wrap:anywhere}\n"
    "@media print{@page{size:A4 landscape;margin:12mm}:root{font-size:9pt;color-scheme:light;--page:#fff;--text:#000;--dim:#444;--line:#999}\n"
    "body{max-width:none;padding:0}.wide{overflow:visible}.wide .rows{min-width:0}.g{break-inside:auto}\n"
    "h2,h3,caption{break-after:avoid}tr,.ep li,.legend{break-inside:avoid}thead{display:table-header-group}\n"
    ".g td,.mark,.t b,.t i{print-color-adjust:exact;-webkit-print-color-adjust:exact}.g td,.g thead th+th{width:4.4mm;min-width:0;height:4mm}}\n";

const char *
report_style(void)
{
	return style;
}
