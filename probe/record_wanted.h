/* Which record somebody means by a word: an id or the beginning of one, or a site. Pure. */
#ifndef PROBE_RECORD_WANTED_H
#define PROBE_RECORD_WANTED_H

#include <stdbool.h>
#include <stddef.h>

#include "targets/target.h"

struct measurement;

enum { RECORD_ID_DIGITS = 32, RECORD_ID_LEAST = 6 };

struct record_wanted {
	bool by_id, any;
	char id[RECORD_ID_DIGITS + 1]; /* lower case; the beginning of it will do */
	struct target site;
	bool exact; /* the word has a scheme: that URL and no other of the host */
};

/*
 * Hexadecimal digits alone, from 6 to 32 of them, are an id; "-" is any; else a URL or host name. Returns 0,
 * or -1 with the reason. Free with record_wanted_clear.
 */
int record_wanted_parse(const char *word, struct record_wanted *wanted, char error[TARGET_ERROR_SIZE]);
void record_wanted_clear(struct record_wanted *wanted);
/* Whether it is worth reading the line. text ends with a NUL. */
bool record_wanted_maybe(const struct record_wanted *wanted, const char *text);
/*
 * An id is that of any record; "-" takes targets and events, and no rounds; a site's records are those of its measurements. A host without a
 * scheme means all URLs of it (with a path: of that path), also with "www." before it.
 */
bool record_wanted_is(const struct record_wanted *wanted, const struct measurement *m);

#endif
