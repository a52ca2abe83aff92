/* The report as one HTML file that needs nothing else: no script, no image, nothing from elsewhere. Pure. */
#ifndef ANALYSIS_REPORT_HTML_H
#define ANALYSIS_REPORT_HTML_H

struct buf;
struct catalogue;
struct report;

/* Appends it. The report must be settled. words NULL: English. */
void report_html(const struct report *report, const struct catalogue *words, struct buf *out);
/* Its style sheet. */
const char *report_style(void);

#endif
