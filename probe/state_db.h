/*
 * STATE/state.sqlite: what the probe keeps between rounds and can gather again from its journal. One file, one
 * schema, one home of its versions; what stands in the tables is the business of the modules that use them.
 *
 * WAL with synchronous NORMAL: a crash of the program loses the open transaction and nothing else, a power cut perhaps
 * the last committed ones, neither the file.
 */
#ifndef PROBE_STATE_DB_H
#define PROBE_STATE_DB_H

struct sqlite3;

enum state_db_mode {
	STATE_DB_LOOK, /* read only: nothing is made, brought up to date or moved */
	STATE_DB_KEEP, /* read and write. The caller holds the state directory's lock */
};

/*
 * Opens it, and brings an older version up to date. STATE_DB_KEEP makes it where it is missing; where the file is damaged or
 * somebody else's, it is moved aside to state.sqlite.bad-TIME, with what belongs to it, and one made anew. A file
 * of a newer version is left as it is. Returns NULL where there is none to be had, after
 * saying why in the log; for a file that is just missing, STATE_DB_LOOK says nothing.
 */
struct sqlite3 *state_db_open(const char *state_dir, enum state_db_mode mode);
/*
 * Removes what was moved aside, and says so in the log: there are sites in it, too. Returns how many files; -1 when one could not be
 * removed, after saying why. The caller holds the lock.
 */
int state_db_remove_bad(const char *state_dir);
/* Gives back the memory in which SQLite keeps pages of the file, up to 2 MB: they are in the kernel's cache as well. NULL is fine. */
void state_db_release(struct sqlite3 *db);
/* NULL is fine. An open transaction is rolled back, and there must be no statements left. */
void state_db_close(struct sqlite3 *db);

#endif
