/*
 * What the daemon keeps between rounds beside the baselines: small texts by kind and key, in the state database. They are written
 * in the transaction that is open there, if there is one, so that what belongs together is committed together.
 */
#ifndef PROBE_KEEP_H
#define PROBE_KEEP_H

#include <stddef.h>

struct sqlite3;

/* All take NULL for the database, and do nothing. Failures are logged once, and the text is not kept. */

/* text NULL: removes it. */
void keep_put(struct sqlite3 *db, const char *kind, const char *key, const char *text);
/* Each of a kind, by key. The strings are good until it returns; nothing may be kept or removed meanwhile. */
void keep_each(struct sqlite3 *db, const char *kind,
    void (*each)(const char *key, const char *text, size_t len, void *arg), void *arg);
/* The text of one (to free); NULL: there is none. */
char *keep_get(struct sqlite3 *db, const char *kind, const char *key);
/* Removes all of a kind. */
void keep_clear(struct sqlite3 *db, const char *kind);

#endif
