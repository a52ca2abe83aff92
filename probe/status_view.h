/*
 * What a status looks like: on a terminal, as a page, as metrics. Pure: the model and the time in, text out, which is appended.
 * Whatever stands in the model, the text is well-formed and valid UTF-8, and nothing in it is obeyed by who shows it: neither
 * a terminal's controls nor markup.
 */
#ifndef PROBE_STATUS_VIEW_H
#define PROBE_STATUS_VIEW_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct status;

/* For `netvane status`. width: columns; 0: as wide as it gets. Symbols are those that the locale has. */
void status_text(const struct status *status, int64_t now_us, int width, bool colour, struct buf *out);

/*
 * The status page: HTML, one document, complete in itself. It has no script and no link, and its only style is status_style(),
 * between <style> and </style>, so that a policy can allow just that by its hash (Content Security Policy Level 2, 7.17).
 */
void status_html(const struct status *status, int64_t now_us, struct buf *out);
const char *status_style(void);

/* Prometheus' text format 0.0.4. What is not known has no sample. */
void status_metrics(const struct status *status, int64_t now_us, struct buf *out);

#endif
