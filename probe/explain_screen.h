/* An explanation on a screen, or as JSON. */
#ifndef PROBE_EXPLAIN_SCREEN_H
#define PROBE_EXPLAIN_SCREEN_H

#include <stdbool.h>
#include <stdio.h>

struct buf;
struct explanation;
struct measurement;

/* width: columns of the terminal; 0 when it is none. */
void explain_screen(const struct measurement *m, const struct explanation *e, FILE *out, int width, bool colour);
/* Appends one JSON object and a newline. */
void explain_json(const struct measurement *m, const struct explanation *e, struct buf *out);

#endif
