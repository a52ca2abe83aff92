/* CSV as RFC 4180 has it. */
#ifndef ANALYSIS_CSV_H
#define ANALYSIS_CSV_H

struct buf;

/* One field: quoted where it holds a comma, a quote or a line's end; NULL is an empty one. */
void csv_field(struct buf *out, const char *text);

#endif
