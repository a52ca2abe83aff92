/* Fields of the bundle's tables, with commas between them. What is unknown is an empty field. Inner part of report_bundle*.c. */
#ifndef ANALYSIS_REPORT_BUNDLE_FIELDS_H
#define ANALYSIS_REPORT_BUNDLE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* NULL: unknown. Quoted where it must be. */
void bundle_text(struct buf *out, const char *value);
void bundle_integer(struct buf *out, int64_t value);
/* -1: unknown. */
void bundle_known(struct buf *out, int64_t value);
/* NAN: unknown. */
void bundle_number(struct buf *out, double value);
void bundle_day(struct buf *out, int32_t value);
/* 0: unknown. */
void bundle_when(struct buf *out, int64_t us);
void bundle_yes_no(struct buf *out, bool value);
/* One field of several items. */
void bundle_list(struct buf *out, const char *const *items, size_t n, const char *between);
/* Ends the row. */
void bundle_end(struct buf *out);

#endif
