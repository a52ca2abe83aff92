/*
 * What is normal here: per network and URL, out of the probe's own records of the last 30 days, kept in the state
 * database (probe/state_db.h). So a lone probe with no outside help can tell the unusual.
 *
 * Nothing here stops a measurement: without a database, or with one that fails, nothing is known and nothing is kept,
 * and the log says so, once. All functions take NULL for the baselines, and do nothing.
 */
#ifndef PROBE_BASELINE_H
#define PROBE_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct baseline;
struct baselines;
struct measurement;
struct sqlite3;

/* Of each target, those seen last; samples are what medians are made of. */
enum {
	BASELINE_ADDRESSES_MOST = 64,
	BASELINE_KEYS_MOST = 16,
	BASELINE_ISSUERS_MOST = 16,
	BASELINE_TITLES_MOST = 16,
	BASELINE_BLOCKPAGES_MOST = 16, /* of each network */
	BASELINE_SAMPLES_MOST = 64
};

/* The caller holds the state directory's lock. Returns NULL where there is nothing to be had, after saying why. */
struct baselines *baselines_open(const char *state_dir);
/* The same to look only: nothing is made or changed. A file that is missing gives NULL without a word. */
struct baselines *baselines_look(const char *state_dir);
/*
 * The database, for what else is kept in it (probe/keep.h), with a transaction open, unless it is only looked at: baselines_commit commits that as well. NULL where there
 * is none.
 */
struct sqlite3 *baselines_database(struct baselines *b);
/* What was not committed is lost. */
void baselines_close(struct baselines *b);

/*
 * Sets m->baseline, in m's arena, to what is known of m->input in m's network when m, or else its round, began; NULL
 * where nothing is.
 */
void baselines_load(struct baselines *b, struct measurement *m);
/*
 * Learns from a record with its verdict (lesson.h says what), unless it has learned from the record of this id before.
 * Opens a transaction where none is open: commit after each round. Returns whether there was something to learn.
 */
bool baselines_learn(struct baselines *b, const struct measurement *m);
/* Forgets one target in every network; url NULL: everything, also that a rebuild is due. Opens a transaction likewise. */
void baselines_forget(struct baselines *b, const char *url);
/* Records from before until_us are not caught up with: who had all forgotten means those, too. Opens a transaction likewise. */
void baselines_leave_out(struct baselines *b, int64_t until_us);
/*
 * Forgets what lies more than 30 days before the newest record learned from since the last commit, and commits. Returns 0, or
 * -1 when it, or anything before it, failed: what has been learned since the last commit is lost then.
 */
int baselines_commit(struct baselines *b);
/* Drops what was learned and forgotten since the last commit. */
void baselines_abandon(struct baselines *b);

/* Each target that is known, or the one URL, in each network; as of the newest record learned from. */
void baselines_each(struct baselines *b, const char *url,
    void (*each)(const char *network, const char *target, const struct baseline *known, void *arg),
    void *arg);

struct baselines_rebuilt {
	size_t records; /* of our own targets and controls in the journal */
	size_t unreadable; /* lines that are no records */
	size_t future; /* records from after now, left out: a clock was wrong */
};
/*
 * Forgets everything and learns the records of a results directory, in one transaction: a failure leaves all as it was,
 * and so does a directory with files none of which can be read. Returns 0, or -1.
 */
int baselines_rebuild(
    struct baselines *b, const char *results_dir, int64_t now_us, struct baselines_rebuilt *done);
/*
 * To be called before a round. Rebuilds where that is due: the database is new, or has been since a rebuild did not come to its
 * end. Else it learns, from the last two segments of the journal, what a round wrote down that was killed before it
 * could commit; done->records then counts only those. Commits. Returns 0, or -1.
 */
int baselines_catch_up(
    struct baselines *b, const char *results_dir, int64_t now_us, struct baselines_rebuilt *done);
/* What that asks: whether a rebuild is due, and until when (wall clock, less a day) records have been learned from. */
bool baselines_due(struct baselines *b);
int64_t baselines_learned_until(struct baselines *b);

#endif
