/*
 * A writer killed at any moment loses no line that journal_sync had covered, and leaves nothing
 * torn in a reader's way once the journal was opened again. Two hundred real processes die here.
 *
 * A write of one page is not interrupted by SIGKILL, one of many pages is: so the lines go up to
 * a megabyte, and the test says how many it saw torn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <glob.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/record_reader.h"

enum { KILLS = 200, SYNC_EVERY = 3 };

/* Line n of a writer, always the same, so that the reader knows every byte of it. */
static void
make_line(int n, struct buf *line)
{
	static const size_t sizes[] = {20, 900, 70000, 4096, 1024 * 1024, 13, 300000};
	size_t fill = sizes[n % (int)(sizeof(sizes) / sizeof(sizes[0]))];

	buf_clear(line);
	buf_printf(line, "{\"n\":%d,\"fill\":\"", n);
	memset(buf_room(line, fill), 'a' + n % 26, fill);
	line->len += fill;
	buf_puts(line, "\"}\n");
}

/* Writes until it is killed; after each sync it reports the last line that is safe. */
static _Noreturn void
writer(const char *dir, int report_fd)
{
	struct buf line = BUF_EMPTY;
	struct journal *journal;
	pid_t pid;
	int n;

	log_set_level(LOG_LEVEL_ERROR);
	if (journal_open(dir, &journal, &pid) != JOURNAL_OK)
		_exit(1);
	for (n = 1;; n++) {
		make_line(n, &line);
		if (journal_append(journal, line.data, line.len) == -1)
			_exit(2);
		if (n % SYNC_EVERY != 0)
			continue;
		if (journal_sync(journal) == -1)
			_exit(3);
		if (write(report_fd, &n, sizeof(n)) != (ssize_t)sizeof(n))
			_exit(4);
	}
}

static unsigned
random_below(unsigned n)
{
	static unsigned seed = 20261122;

	seed = seed * 1103515245 + 12345;
	return (seed >> 16) % n;
}

/* At most four milliseconds, mostly less than one: where the writer then is, is chance. */
static void
linger(void)
{
	struct timespec ts = {0, (long)random_below(random_below(4) == 0 ? 4000000 : 400000)};

	nanosleep(&ts, NULL);
}

/*
 * Runs a writer up to a random point of its progress and kills it a random moment later. Returns
 * the last line that it reported as safe, 0 for none.
 */
static int
run_and_kill(const char *dir)
{
	unsigned reports = random_below(4);
	int fd[2], n = 0, synced = 0, status;
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		close(fd[0]);
		writer(dir, fd[1]);
	}
	close(fd[1]);
	for (; reports > 0; reports--) {
		assert_int_equal(read(fd[0], &n, sizeof(n)), sizeof(n));
		synced = n;
	}
	linger();
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	/* What it reported before it died counts, too. */
	while (read(fd[0], &n, sizeof(n)) == (ssize_t)sizeof(n))
		synced = n;
	close(fd[0]);
	return synced;
}

static void
no_trouble(const char *file, int64_t line, const char *message, void *arg)
{
	(void)arg;
	fail_msg("%s:%lld: %s", file, (long long)line, message);
}

/* Every line in the directory is whole, they are 1, 2, 3, ..., and there are at least `synced`. */
static void
assert_reads_back(char *dir, int synced)
{
	struct record_reader *reader = record_reader_new(&dir, 1, no_trouble, NULL);
	struct buf want = BUF_EMPTY;
	struct record_line line;
	int n = 0;

	while (record_reader_next(reader, &line) == 1) {
		make_line(++n, &want);
		assert_false(line.torn);
		assert_int_equal(line.len, want.len - 1);
		assert_memory_equal(line.data, want.data, line.len);
	}
	if (n < synced)
		fail_msg("lines up to %d were synced, %d came back", synced, n);
	record_reader_free(reader);
	buf_free(&want);
}

/* Removes what matches and counts it; the lock of the dead stays, in everybody's way. */
static int
clear(const char *dir, const char *pattern)
{
	char *path = xasprintf("%s/%s", dir, pattern);
	glob_t found;
	size_t i;
	int n = 0;

	if (glob(path, 0, NULL, &found) == 0) {
		n = (int)found.gl_pathc;
		for (i = 0; i < found.gl_pathc; i++)
			assert_int_equal(unlink(found.gl_pathv[i]), 0);
		globfree(&found);
	}
	free(path);
	return n;
}

static void
killed_200_times_nothing_synced_is_lost_and_nothing_torn_is_met(void **state)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = xasprintf("%s/netvane-kill.XXXXXX", tmp != NULL ? tmp : "/tmp");
	struct journal *journal;
	int i, torn = 0, synced;
	pid_t pid;

	(void)state;
	log_set_level(LOG_LEVEL_ERROR);
	assert_non_null(mkdtemp(dir));
	for (i = 0; i < KILLS; i++) {
		synced = run_and_kill(dir);
		assert_int_equal(journal_open(dir, &journal, &pid), JOURNAL_OK);
		assert_reads_back(dir, synced);
		assert_int_equal(journal_close(journal), 0);
		torn += clear(dir, "*.torn");
		clear(dir, "*.jsonl");
	}
	print_message("# %d of %d writers were killed within a line\n", torn, KILLS);
	clear(dir, "lock");
	assert_int_equal(rmdir(dir), 0);
	free(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(killed_200_times_nothing_synced_is_lost_and_nothing_torn_is_met),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
