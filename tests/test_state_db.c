/* What state_db.h promises: a file in order is kept, one that is not is never lost and never in the way. */
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "probe/baseline.h"
#include "probe/state_db.h"
#include "results/baseline.h"
#include "results/measurement.h"
#include "tests/lessons.h"

#define URL "https://site.test/"

/* --- helpers --------------------------------------------------------------------------------- */

static void
sql(const char *file, const char *text)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(place_path(file), &db), SQLITE_OK);
	if (sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", text, sqlite3_errmsg(db));
	sqlite3_close(db);
}

static int64_t
sql_int(const char *text)
{
	sqlite3_stmt *st;
	sqlite3 *db;
	int64_t n;

	assert_int_equal(
	    sqlite3_open_v2(place_path("state.sqlite"), &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, text, -1, &st, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

static void
read_file(const char *path, struct buf *out)
{
	FILE *file = fopen(path, "r");
	size_t n;

	assert_non_null(file);
	while ((n = fread(buf_room(out, 65536), 1, 65536, file)) > 0)
		out->len += n;
	fclose(file);
}

static void
write_file(const char *path, const void *data, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static void
assert_bytes(const char *path, const struct buf *want)
{
	struct buf got = BUF_EMPTY;

	read_file(path, &got);
	assert_int_equal(got.len, want->len);
	assert_memory_equal(got.data, want->data, want->len);
	buf_free(&got);
}

/* How many files were moved aside. */
static size_t
moved(void)
{
	glob_t found = {0};
	size_t n;

	glob(place_path("*.bad-*"), 0, NULL, &found);
	n = found.gl_pathc;
	globfree(&found);
	return n;
}

/* What was moved aside at NOON. */
#define BAD "state.sqlite.bad-20261122T063000Z"

/* A database with so many rounds in it, closed. */
static void
make_database(int rounds)
{
	struct baselines *b = baselines_open(place_dir());
	struct measurement *m;
	int i;

	assert_non_null(b);
	for (i = 0; i < rounds; i++) {
		m = good_round(URL, NOON + i);
		baselines_learn(b, m);
		measurement_free(m);
	}
	assert_int_equal(baselines_commit(b), 0);
	baselines_close(b);
}

static int64_t
rounds_known(void)
{
	struct baselines *b = baselines_look(place_dir());
	struct measurement *m = good_round(URL, NOON + HOUR_US);
	int64_t n;

	assert_non_null(b);
	baselines_load(b, m);
	n = m->baseline != NULL ? m->baseline->measured : 0;
	measurement_free(m);
	baselines_close(b);
	return n;
}

/* --- in order -------------------------------------------------------------------------------- */

static void
a_new_one_is_private_and_has_a_version(void **state)
{
	struct sqlite3 *db;
	struct stat st;

	(void)state;
	umask(0);
	db = state_db_open(place_dir(), STATE_DB_KEEP);
	umask(022);
	assert_non_null(db);
	assert_int_equal(stat(place_path("state.sqlite"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(place_path("state.sqlite-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	state_db_close(db);
	assert_int_equal(sql_int("PRAGMA user_version"), 4);
	assert_int_equal(sql_int("PRAGMA application_id"), 0x6e767374);
	db = state_db_open(place_dir(), STATE_DB_KEEP);
	assert_non_null(db);
	state_db_close(db);
	assert_int_equal(times_logged(""), 0);
}

static void
looking_makes_nothing(void **state)
{
	(void)state;
	assert_null(state_db_open(place_dir(), STATE_DB_LOOK));
	assert_int_equal(access(place_path("state.sqlite"), F_OK), -1);
	assert_int_equal(times_logged(""), 0);
}

/* An older version, killed while it gathered its first baseline, left this for ever; one that had learned is left in peace. */
static void
an_older_one_that_never_learned_is_gathered_again(void **state)
{
	(void)state;
	make_database(0);
	sql("state.sqlite", "DROP TABLE mark; DROP TABLE kept; DROP TABLE seen; PRAGMA user_version = 1");
	make_database(0);
	assert_int_equal(sql_int("SELECT value FROM mark WHERE name = 'rebuild_due'"), 1);
	make_database(1);
	sql("state.sqlite", "DROP TABLE mark; DROP TABLE kept; DROP TABLE seen; PRAGMA user_version = 1");
	make_database(0);
	assert_int_equal(sql_int("SELECT count(*) FROM mark"), 0);
	assert_int_equal(rounds_known(), 1);
}

/* An empty file is what a crash right after the first open leaves. */
static void
an_empty_file_is_a_new_one(void **state)
{
	struct sqlite3 *db;

	(void)state;
	write_file(place_path("state.sqlite"), "", 0);
	db = state_db_open(place_dir(), STATE_DB_KEEP);
	assert_non_null(db);
	state_db_close(db);
	assert_int_equal(moved(), 0);
}

/* --- not in order ---------------------------------------------------------------------------- */

static void
a_newer_version_is_left_as_it_is(void **state)
{
	struct buf before = BUF_EMPTY;

	(void)state;
	make_database(1);
	sql("state.sqlite", "PRAGMA user_version = 99");
	read_file(place_path("state.sqlite"), &before);
	assert_null(state_db_open(place_dir(), STATE_DB_KEEP));
	assert_logged("newer version");
	assert_int_equal(moved(), 0);
	assert_bytes(place_path("state.sqlite"), &before);
	assert_null(baselines_open(place_dir()));
	assert_int_equal(sql_int("PRAGMA user_version"), 99);
	assert_int_equal(sql_int("SELECT count(*) FROM learned"), 1);
	buf_free(&before);
}

static void
what_is_deleted_is_not_in_the_file(void **state)
{
	struct buf bytes = BUF_EMPTY;
	struct baselines *b;

	(void)state;
	make_database(50);
	read_file(place_path("state.sqlite"), &bytes);
	assert_non_null(memmem(bytes.data, bytes.len, URL, strlen(URL)));
	b = baselines_open(place_dir());
	baselines_forget(b, URL);
	assert_int_equal(baselines_commit(b), 0);
	baselines_close(b);
	assert_int_equal(access(place_path("state.sqlite-wal"), F_OK), -1);
	buf_clear(&bytes);
	read_file(place_path("state.sqlite"), &bytes);
	assert_null(memmem(bytes.data, bytes.len, URL, strlen(URL)));
	buf_free(&bytes);
}

static void
what_was_moved_aside_can_be_removed(void **state)
{
	(void)state;
	assert_int_equal(state_db_remove_bad(place_path("nowhere")), -1);
	make_database(1);
	assert_int_equal(state_db_remove_bad(place_dir()), 0);
	write_file(place_path(BAD), "x", 1);
	write_file(place_path(BAD "-wal"), "x", 1);
	write_file(place_path("state.sqlite.good"), "x", 1);
	assert_int_equal(state_db_remove_bad(place_dir()), 2);
	assert_int_equal(moved(), 0);
	assert_int_equal(access(place_path("state.sqlite.good"), F_OK), 0);
	assert_int_equal(rounds_known(), 1);
	assert_int_equal(mkdir(place_path(BAD), 0700), 0);
	assert_int_equal(state_db_remove_bad(place_dir()), -1);
	assert_logged("cannot remove");
}

/* Moved aside as it was, and another one made. */
static void
is_moved_aside(const char *why)
{
	struct buf before = BUF_EMPTY;
	struct sqlite3 *db;

	read_file(place_path("state.sqlite"), &before);
	assert_null(state_db_open(place_dir(), STATE_DB_LOOK));
	assert_int_equal(moved(), 0);
	db = state_db_open(place_dir(), STATE_DB_KEEP);
	assert_non_null(db);
	state_db_close(db);
	assert_logged(why);
	assert_logged("moved aside to");
	assert_bytes(place_path(BAD), &before);
	assert_int_equal(rounds_known(), 0);
	buf_free(&before);
}

static void
a_file_that_is_no_database_is_moved_aside(void **state)
{
	char text[5000];

	(void)state;
	memset(text, 'x', sizeof(text));
	write_file(place_path("state.sqlite"), text, sizeof(text));
	is_moved_aside("not a database of netvane's");
}

static void
somebody_elses_database_is_moved_aside(void **state)
{
	(void)state;
	sql("state.sqlite", "CREATE TABLE moz_cookies (id INTEGER); PRAGMA user_version = 1");
	is_moved_aside("not a database of netvane's");
}

static void
a_damaged_page_is_found_on_opening(void **state)
{
	struct buf bytes = BUF_EMPTY;

	(void)state;
	make_database(200);
	read_file(place_path("state.sqlite"), &bytes);
	assert_true(bytes.len > 3 * 4096);
	memset(bytes.data + 4096, 0xa5, bytes.len - 4096);
	write_file(place_path("state.sqlite"), bytes.data, bytes.len);
	buf_free(&bytes);
	is_moved_aside("is damaged");
}

static void
a_cut_off_file_is_found_on_opening(void **state)
{
	(void)state;
	make_database(200);
	assert_int_equal(truncate(place_path("state.sqlite"), 2 * 4096 + 100), 0);
	is_moved_aside("is damaged");
}

/* Runs as nobody where the test is root's, because root may write anywhere. */
static void
as_nobody(void (*act)(void))
{
	int status;
	pid_t pid;

	if (geteuid() == 0)
		assert_int_equal(chown(place_dir(), 65534, 65534), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (geteuid() == 0 &&
		    (setgroups(0, NULL) == -1 || setgid(65534) == -1 || setuid(65534) == -1))
			_exit(99);
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
open_finds_nothing(void)
{
	if (state_db_open(place_dir(), STATE_DB_KEEP) != NULL)
		_exit(1);
}

static void
a_directory_that_cannot_be_written_is_said_and_done_without(void **state)
{
	(void)state;
	assert_int_equal(chmod(place_path(".."), 0755), 0);
	assert_int_equal(chmod(place_dir(), 0500), 0);
	as_nobody(open_finds_nothing);
	assert_int_equal(times_logged("cannot use"), 1);
	assert_int_equal(moved(), 0);
	assert_int_equal(access(place_path("state.sqlite"), F_OK), -1);
}

static void
a_file_that_cannot_be_written_is_not_damaged(void **state)
{
	(void)state;
	make_database(3);
	assert_int_equal(chmod(place_path(".."), 0755), 0);
	assert_int_equal(chmod(place_path("state.sqlite"), 0), 0);
	as_nobody(open_finds_nothing);
	assert_int_equal(times_logged("cannot use"), 1);
	assert_int_equal(moved(), 0);
	assert_int_equal(chmod(place_path("state.sqlite"), 0600), 0);
	assert_int_equal(rounds_known(), 3);
}

/* --- killed ---------------------------------------------------------------------------------- */

/* Learns and commits, saying after each commit how many rounds are in it, until it is killed. */
static _Noreturn void
learn_for_ever(int first, int out)
{
	struct baselines *b = baselines_open(place_dir());
	struct measurement *m;
	int n;

	if (b == NULL)
		_exit(1);
	for (n = first;;) {
		m = good_round(URL, NOON + n);
		m->id = arena_printf(m->arena, "%032x", n + 1000000);
		baselines_learn(b, m);
		measurement_free(m);
		if (++n % 3 == 0 &&
		    (baselines_commit(b) != 0 || write(out, &n, sizeof(n)) != (ssize_t)sizeof(n)))
			_exit(1);
	}
}

/* Kills it some microseconds after its first commit; returns how many rounds it said were in. */
static int
kill_a_learner(int first, useconds_t after_us)
{
	int ends[2], n, last = first, status;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(ends[0]);
		learn_for_ever(first, ends[1]);
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &last, sizeof(last)), sizeof(last));
	usleep(after_us); /* the moment of the kill: nothing is waited for */
	kill(pid, SIGKILL);
	while (read(ends[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		last = n;
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	return last;
}

static void
killed_at_any_moment_it_keeps_what_was_committed(void **state)
{
	enum { KILLS = 60, SECONDS = 20 }; /* on a slow machine it is fewer kills */
	time_t began = time(NULL);
	int64_t known = 0;
	int said, i;

	(void)state;
	for (i = 0; i < KILLS && time(NULL) - began < SECONDS; i++) {
		said = kill_a_learner((int)known, (useconds_t)(i * 137 % 3000));
		known = rounds_known();
		/* All that was said, and at most the one commit that nobody was told of. */
		assert_in_range(known, said, said + 3);
		assert_int_equal(known % 3, 0);
	}
	assert_int_equal(moved(), 0);
	assert_int_equal(times_logged(""), 0);
	assert_true(known >= 3 * i); /* each learned from three at least before it was killed */
	print_message("# %d learners were killed; they learned from %lld rounds\n", i, (long long)known);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, place_new, place_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_new_one_is_private_and_has_a_version),
	    TEST(looking_makes_nothing),
	    TEST(an_older_one_that_never_learned_is_gathered_again),
	    TEST(an_empty_file_is_a_new_one),
	    TEST(a_newer_version_is_left_as_it_is),
	    TEST(what_is_deleted_is_not_in_the_file),
	    TEST(what_was_moved_aside_can_be_removed),
	    TEST(a_file_that_is_no_database_is_moved_aside),
	    TEST(somebody_elses_database_is_moved_aside),
	    TEST(a_damaged_page_is_found_on_opening),
	    TEST(a_cut_off_file_is_found_on_opening),
	    TEST(a_directory_that_cannot_be_written_is_said_and_done_without),
	    TEST(a_file_that_cannot_be_written_is_not_damaged),
	    TEST(killed_at_any_moment_it_keeps_what_was_committed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
