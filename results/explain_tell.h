/* How the parts of an explanation are put together. Inside of results/explain*.c and story*.c only. */
#ifndef RESULTS_EXPLAIN_TELL_H
#define RESULTS_EXPLAIN_TELL_H

#include <stdbool.h>
#include <stddef.h>

#include "results/explain.h"

struct arena;
struct common;
struct http_request;
struct measurement;
struct query;
struct tcp_connect;
struct tls_handshake;

/* Of each list of observations so many are looked at: more does not fit a screen, nor an honest record. */
enum { EXPLAIN_OBSERVATIONS = 2048 };

/* --- folding: the same tried again, or with the same outcome elsewhere, is one line (explain_fold.c) --- */

struct outcome {
	const char *words;
	enum explain_how how;
	int n;
};

struct fold {
	const char *what; /* "{at}" in it stands for the places */
	const char *place; /* NULL none */
	struct outcome *outcomes;
	size_t noutcomes;
	int n;
	double least_s, most_s;
};

struct folds {
	struct arena *arena;
	struct fold *items;
	size_t n;
	int dropped; /* what there was no room for */
};

/* One try. what and place tell which tries belong together; seconds NAN: unknown. Strings are kept, not copied. */
void folds_add(struct folds *folds, const char *what, const char *place, const char *words, enum explain_how how,
    double seconds);
/* Appends a step for each; what differs only in its place and came to the same shares one. */
void folds_tell(const struct folds *folds, const char *group, struct explanation *out);

/* Appends a step without a time, of which there is one. */
void tell_step(struct arena *arena, const char *group, const char *what, const char *outcome, enum explain_how how,
    struct explanation *out);
/* The text with every `mark` replaced; with NULL, as it is. */
const char *tell_fill(struct arena *arena, const char *text, const char *mark, const char *with);
/* At most so many bytes of it, and an ellipsis. */
const char *tell_short(struct arena *arena, const char *text, size_t most);

/* --- outcomes in words (explain_seen.c) --- */

double tell_seconds(const struct common *c);
const char *tell_failure(struct arena *arena, const char *failure);
/* "198.18.1.1, 198.18.1.2", or why there is none. */
const char *tell_answer(struct arena *arena, const struct query *q);
/* After the name was sent: what came. `site`: as said of the site itself, at length. */
const char *tell_handshake(const struct measurement *m, const struct tls_handshake *tls, bool site);
const char *tell_page(struct arena *arena, const struct http_request *r);
/* The handshake of a connection; NULL none. */
const struct tls_handshake *tell_handshake_of(const struct measurement *m, const struct tcp_connect *tcp);

/* --- the parts, in the order in which they are told --- */

void tell_seen(const struct measurement *m, struct explanation *out); /* explain_seen.c: look-ups, connections, pages */
void tell_tests(const struct measurement *m, struct explanation *out); /* explain_tests.c */
void tell_around(const struct measurement *m, struct explanation *out); /* explain_around.c: QUIC, route, vantage, history */
const char *tell_network(const struct measurement *m); /* explain_around.c */

#endif
