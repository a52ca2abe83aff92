/* What a round found, for the person who ran it: a table, and a closing sentence in plain language. */
#ifndef PROBE_SUMMARY_H
#define PROBE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct measurement;
struct summary;
struct target;

/* Rows come in the order of targets (borrowed). */
struct summary *summary_new(const struct target *const *targets, size_t n);
void summary_free(struct summary *summary);
/* Takes what it needs from a record: a target's, or the round's own. */
void summary_add(struct summary *summary, const struct measurement *m);
/* The table. */
void summary_table(const struct summary *summary, FILE *out, int width, bool colour);
/* The closing sentence; results is where the records are. */
void summary_words(const struct summary *summary, FILE *out, int width, const char *results);
/* The contract's exit code for the round. */
int summary_exit_code(const struct summary *summary);

#endif
