/* What a status says in plain words, for a terminal and for a page alike. Pure, and plain text: who shows it, escapes it. */
#ifndef PROBE_STATUS_WORDS_H
#define PROBE_STATUS_WORDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/table.h"
#include "probe/status_model.h"

struct buf;

/* Room for any of the texts below that go to `out`, which they return. */
enum { STATUS_WORDS_SIZE = 40 };
/* "2026-11-22 06:30 UTC". */
char *status_when(int64_t us, char out[STATUS_WORDS_SIZE]);
/* "3 minutes ago", "just now"; a moment to come is taken for now: clocks are set back. */
char *status_ago(int64_t us, int64_t now_us, char out[STATUS_WORDS_SIZE]);
/* "in 3 minutes", "now". */
char *status_until(int64_t us, int64_t now_us, char out[STATUS_WORDS_SIZE]);
/* "3 minutes", "2 days 4 hours". */
char *status_lasted(int64_t seconds, char out[STATUS_WORDS_SIZE]);
/* "512 bytes", "3.4 MB"; in powers of 1000. */
char *status_bytes(int64_t bytes, char out[STATUS_WORDS_SIZE]);

struct face_words {
	const char *symbol, *ascii; /* one column; ascii: where the terminal knows no UTF-8 */
	const char *text;
	enum table_colour colour;
	const char *mark, *css; /* on the page: its symbol, and its class */
};
const struct face_words *status_face_words(enum status_face face);
enum status_face status_face_of(enum verdict_status status);

/* A cause with blanks for its underscores, to free(); "no reason known" for NULL. */
char *status_cause(const char *cause);
/* What can be said of the daemon, the line and the sites: sentences, one after the other. */
void status_sentences(const struct status *status, int64_t now_us, struct buf *out);
/* An anomaly in words, with the targets it concerns when it has no words of its own. */
void status_anomaly_words(const struct status_anomaly *anomaly, struct buf *out);
/* "1 blocked, 95 reached": what was counted, the worst first; "not measured" for nothing. */
void status_cell_words(const struct status_cell *cell, struct buf *out);
/*
 * The targets' indexes, to free(): those that need looking at first (blocked, likely blocked, impaired, down, not to be told,
 * not measured yet, reached), each kind in the targets' order.
 */
size_t *status_order(const struct status *status);

#endif
