/*
 * What spool.h promises. Disks that are full or read-only are real ones, of a mount namespace's own; syncs that fail, and what a kernel
 * may do with the data then, are played by tests/faults.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/record_look.h"
#include "results/record_reader.h"
#include "results/spool.h"
#include "tests/faults.h"
#include "tests/journal_lab.h"

enum { ROOMY = 1024 * 1024, LINE = 1000, MAX = 1000, SKIPPED = 77 };

#define SECOND_SEGMENT "netvane-20261122T063000Z-0002.jsonl"

static struct journal *journal;
static struct spool *spool;
static struct buf told; /* "disk_full\n", "recovered 0\n" */
static int next_id;
static bool tells_in_the_journal;

static void
append(int id)
{
	const struct lab_record record = {.n = id, .round = 1, .fill = LINE};
	struct buf line = BUF_EMPTY;

	lab_line(&line, &record);
	assert_int_not_equal(spool_append(spool, line.data, line.len), SPOOL_REFUSED);
	buf_free(&line);
}

static void
append_some(int n)
{
	for (; n > 0; n--)
		append(next_id++);
}

static void
hear(const struct spool_news *news, void *arg)
{
	assert_ptr_equal(arg, &told);
	if (news->recovered)
		buf_printf(&told, "recovered %lld\n", (long long)news->lost);
	else
		buf_printf(&told, "%s\n", news->kind);
	assert_true(strlen(news->text) > 10);
	/* As the daemon does. */
	if (tells_in_the_journal)
		append_some(1);
}

static void
start(size_t bytes)
{
	const struct spool_options options = {bytes, hear, &told};

	journal = lab_open();
	spool = spool_new(journal, &options);
	buf_free(&told);
	next_id = 0;
	tells_in_the_journal = false;
	fault_arm(FAULT_NONE, 0, 0, 0);
}

static int64_t
end(void)
{
	int64_t lost = spool_free(spool);

	journal_close(journal);
	fault_arm(FAULT_NONE, 0, 0, 0);
	return lost;
}

static void
assert_told(const char *want)
{
	assert_string_equal(buf_str(&told), want);
	buf_free(&told);
}

static void
no_trouble(const char *file, int64_t line, const char *message, void *arg)
{
	(void)arg;
	fail_msg("%s:%lld: %s", file, (long long)line, message);
}

/* The directory holds the ids from `from` to `to` and no other, in their order, each once, and no line that is no record. */
static void
assert_holds(int from, int to)
{
	char *path = xstrdup(lab_dir);
	struct record_reader *reader = record_reader_new(&path, 1, no_trouble, NULL);
	struct record_line line;
	struct record_look look;
	int id = from;

	while (record_reader_next(reader, &line) == 1) {
		assert_false(line.torn);
		record_look(line.data, line.len, &look);
		assert_int_equal(strtol(look.id, NULL, 16), id);
		assert_int_equal(strlen(look.id), 32);
		id++;
	}
	assert_int_equal(id, to + 1);
	record_reader_free(reader);
	free(path);
}

/* --- disks of our own ------------------------------------------------------------------------ */

static int
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), result;

	if (fd == -1)
		return -1;
	result = write(fd, text, strlen(text)) == (ssize_t)strlen(text) ? 0 : -1;
	close(fd);
	return result;
}

/* A small file system in the lab's place; false where that is not allowed. */
static bool
mount_lab(const char *options)
{
	char map[64];
	unsigned uid = getuid(), gid = getgid();

	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == -1)
		return false;
	if (uid != 0) {
		snprintf(map, sizeof(map), "0 %u 1", uid);
		if (write_file("/proc/self/setgroups", "deny") == -1 ||
		    write_file("/proc/self/uid_map", map) == -1)
			return false;
		snprintf(map, sizeof(map), "0 %u 1", gid);
		if (write_file("/proc/self/gid_map", map) == -1)
			return false;
	}
	return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       (mkdir(lab_dir, 0700) == 0 || errno == EEXIST) &&
	       mount("none", lab_dir, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static void
remount(unsigned long flags, const char *options)
{
	assert_int_equal(
	    mount("none", lab_dir, "tmpfs", MS_REMOUNT | MS_NOSUID | MS_NODEV | flags, options), 0);
}

/* In a process of its own, because its mounts cannot be undone. What fails there fails here. */
static void
in_own_mounts(const char *options, void (*run)(void))
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		if (!mount_lab(options))
			_exit(SKIPPED);
		run();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED) {
		print_message("# no file system can be mounted here\n");
		skip();
	}
	assert_int_equal(status, 0);
}

/* In the child there is nobody to catch a failed assertion: it ends with a status of its own. */
#define CHECK(x) \
	do { \
		if (!(x)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #x); \
			fflush(stdout); \
			_exit(1); \
		} \
	} while (0)

static void
fill_it_and_make_room(void)
{
	size_t waiting;

	start(ROOMY);
	append_some(100);
	CHECK(spool_in_trouble(spool));
	CHECK(strcmp(buf_str(&told), "disk_full\n") == 0);
	waiting = spool_waiting(spool);
	CHECK(waiting > 20 && waiting < 90);
	CHECK(spool_sync(spool) == SPOOL_WAITING);
	append_some(5);
	CHECK(spool_retry(spool) == SPOOL_WAITING);
	CHECK(strcmp(buf_str(&told), "disk_full\n") == 0);
	/* Whatever it tried, there are whole lines only. */
	assert_holds(0, 99 - (int)waiting);
	remount(0, "size=1m");
	CHECK(spool_retry(spool) == SPOOL_OK);
	CHECK(!spool_in_trouble(spool) && spool_waiting(spool) == 0);
	CHECK(strcmp(buf_str(&told), "disk_full\nrecovered 0\n") == 0);
	append_some(3);
	CHECK(end() == 0);
	assert_holds(0, 107);
}

static void
a_disk_that_fills_up_loses_nothing_while_memory_lasts(void **state)
{
	(void)state;
	in_own_mounts("size=64k", fill_it_and_make_room);
}

/* What was written before, a gap, and the newest. */
static void
fill_it_and_the_memory(void)
{
	int written, newest, i;
	struct lab_seen seen;
	char *want;

	start(20 * (LINE + 200));
	append_some(200);
	CHECK(spool_in_trouble(spool));
	CHECK(spool_lost(spool) > 100);
	newest = (int)spool_waiting(spool);
	CHECK(newest >= 15 && newest <= 21);
	written = 200 - (int)spool_lost(spool) - newest;
	remount(0, "size=1m");
	CHECK(spool_retry(spool) == SPOOL_OK);
	want = xasprintf("disk_full\nrecovered %lld\n", (long long)spool_lost(spool));
	CHECK(strcmp(buf_str(&told), want) == 0);
	free(want);
	CHECK(end() == 0);
	seen = lab_read(lab_dir, MAX);
	CHECK(seen.bad + seen.torn == 0);
	for (i = 0; i < 200; i++)
		CHECK(seen.count[i] == (i < written || i >= 200 - newest));
	lab_seen_free(&seen);
}

static void
of_what_finds_no_room_the_newest_is_kept_and_the_rest_counted(void **state)
{
	(void)state;
	in_own_mounts("size=64k", fill_it_and_the_memory);
}

/* The journal holds its lock open to write in it, and no file system becomes read-only under such a descriptor. */
static void
let_go_of_the_lock(void)
{
	char link[64], target[4096], *lock = xasprintf("%s/lock", lab_dir);
	const struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");
	int only_reading = open(lock, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	CHECK(dir != NULL && only_reading != -1);
	while ((entry = readdir(dir)) != NULL) {
		snprintf(link, sizeof(link), "/proc/self/fd/%.20s", entry->d_name);
		n = readlink(link, target, sizeof(target) - 1);
		if (n > 0 && (target[n] = '\0', strcmp(target, lock) == 0) &&
		    atoi(entry->d_name) != only_reading)
			CHECK(dup2(only_reading, atoi(entry->d_name)) != -1);
	}
	closedir(dir);
	close(only_reading);
	free(lock);
}

static void
write_lock_and_unlock(void)
{
	start(ROOMY);
	/* Every segment is full with its first line, and closed with the sync. */
	journal_limit(journal, 1, 0);
	append_some(3);
	CHECK(spool_sync(spool) == SPOOL_OK);
	let_go_of_the_lock();
	remount(MS_RDONLY, NULL);
	append_some(10);
	CHECK(strcmp(buf_str(&told), "read_only\n") == 0);
	CHECK(spool_sync(spool) == SPOOL_WAITING);
	CHECK(spool_waiting(spool) == 10);
	remount(0, NULL);
	CHECK(spool_sync(spool) == SPOOL_OK);
	CHECK(strcmp(buf_str(&told), "read_only\nrecovered 0\n") == 0);
	append_some(3);
	CHECK(end() == 0);
	assert_holds(0, 15);
}

static void
a_file_system_that_becomes_read_only_is_sat_out(void **state)
{
	(void)state;
	in_own_mounts("size=1m", write_lock_and_unlock);
}

/* --- syncs that fail ------------------------------------------------------------------------- */

/* Three lines that are safe, and four whose sync fails. */
static void
fail_a_sync(enum fault_mode mode)
{
	append_some(3);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	append_some(4);
	fault_arm(mode, 1, 1, EIO);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_told("io_error\n");
	append_some(2);
	assert_int_equal(spool_waiting(spool), 2);
}

static void
lines_that_are_there_after_all_are_not_written_again(void **state)
{
	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_FAIL);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(lab_lines_of(LAB_SEGMENT), 7);
	assert_int_equal(lab_lines_of(SECOND_SEGMENT), 2);
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
}

static void
lines_that_were_lost_are_written_again(void **state)
{
	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_LOSE);
	assert_int_equal(lab_lines_of(LAB_SEGMENT), 3);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(lab_lines_of(SECOND_SEGMENT), 6);
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
}

static void
lines_that_became_rubbish_are_cut_off_and_written_again(void **state)
{
	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_SPOIL);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
}

static void
what_is_there_whole_stays_and_the_rest_is_written_again(void **state)
{
	char *path = xasprintf("%s/%s", lab_dir, LAB_SEGMENT);
	long line;

	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_FAIL);
	line = lab_size(LAB_SEGMENT) / 7;
	assert_int_equal(truncate(path, 5 * line + line / 2), 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_int_equal(lab_size(LAB_SEGMENT), 5 * line);
	assert_int_equal(lab_lines_of(SECOND_SEGMENT), 4);
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
	buf_free(&told);
	free(path);
}

static void
a_segment_that_is_gone_is_written_again_as_far_as_it_was_not_safe(void **state)
{
	char *path = xasprintf("%s/%s", lab_dir, LAB_SEGMENT);

	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_FAIL);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_int_equal(end(), 0);
	assert_holds(3, 8);
	buf_free(&told);
	free(path);
}

static void
a_segment_that_cannot_be_read_back_is_written_again_when_patience_ends(void **state)
{
	int tries = 0;

	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_FAIL);
	do {
		/* It is opened to read it back, then synced. */
		fault_arm(FAULT_FAIL, 2, 1, EIO);
		assert_true(++tries < 100);
	} while (spool_sync(spool) != SPOOL_OK);
	assert_true(tries > 5);
	assert_told("recovered 0\n");
	assert_int_equal(lab_lines_of(LAB_SEGMENT), 3);
	assert_int_equal(lab_lines_of(SECOND_SEGMENT), 6);
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
}

static void
trouble_that_passes_is_waited_for_before_anything_is_written_again(void **state)
{
	(void)state;
	start(ROOMY);
	fail_a_sync(FAULT_LOSE);
	fault_arm(FAULT_FAIL, 1, 1, EROFS);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	assert_told("read_only\n");
	fault_arm(FAULT_FAIL, 2, 1, ENOSPC);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	assert_told("disk_full\n");
	assert_int_equal(lab_count_files(".jsonl"), 1);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 8);
}

static void
a_line_that_cannot_be_cut_off_is_cut_off_later(void **state)
{
	(void)state;
	start(ROOMY);
	append_some(3);
	/* Half of it is written, then an error; and cutting it off is the next call. */
	fault_arm(FAULT_HALF, 1, 3, EIO);
	append_some(1);
	assert_told("io_error\n");
	assert_int_equal(spool_waiting(spool), 1);
	append_some(2);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(lab_lines_of(LAB_SEGMENT), 3);
	assert_int_equal(end(), 0);
	assert_holds(0, 5);
}

static void
a_full_segment_that_cannot_be_synced_is_no_loss(void **state)
{
	(void)state;
	start(ROOMY);
	journal_limit(journal, 5 * (LINE + 200), 0);
	fault_arm(FAULT_FAIL, 7, 1, EIO);
	append_some(20);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_told("io_error\n");
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("recovered 0\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 19);
}

/* --- room ------------------------------------------------------------------------------------ */

static void
copies_make_room_and_are_known_by_their_sums(void **state)
{
	(void)state;
	start(4 * (LINE + 200));
	journal_set_quiet(journal, true);
	append_some(10);
	fault_arm(FAULT_FAIL, 1, 1, EIO);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	fault_arm(FAULT_NONE, 0, 0, 0);
	append_some(3);
	assert_int_equal(spool_lost(spool), 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("io_error\nrecovered 0\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 12);
}

static void
copies_that_made_room_and_are_not_there_are_lost_and_counted(void **state)
{
	(void)state;
	start(4 * (LINE + 200));
	journal_set_quiet(journal, true);
	append_some(10);
	fault_arm(FAULT_LOSE, 1, 1, EIO);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("io_error\nrecovered 6\n");
	assert_int_equal(spool_lost(spool), 6);
	assert_int_equal(end(), 0);
	assert_holds(6, 9);
}

static void
where_it_is_not_quiet_a_sync_makes_the_room(void **state)
{
	(void)state;
	start(4 * (LINE + 200));
	append_some(22);
	assert_in_range(fault_syncs(), 4, 7);
	/* So this can lose no more than is kept. */
	fault_arm(FAULT_LOSE, 1, 1, EIO);
	assert_int_equal(spool_sync(spool), SPOOL_WAITING);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("io_error\nrecovered 0\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 21);
}

static void
a_line_that_is_larger_than_the_room_is_lost_in_trouble_only(void **state)
{
	(void)state;
	start(LINE / 2);
	append_some(2);
	assert_int_equal(spool_lost(spool), 0);
	fault_arm(FAULT_FAIL, 1, 1, ENOSPC);
	append_some(1);
	assert_int_equal(spool_lost(spool), 1);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("disk_full\nrecovered 1\n");
	assert_int_equal(end(), 0);
	assert_holds(0, 1);
}

/* --- manners --------------------------------------------------------------------------------- */

static void
each_kind_of_trouble_is_told_once(void **state)
{
	int i;

	(void)state;
	start(ROOMY);
	append_some(1);
	fault_arm(FAULT_FAIL, 1, 100, ENOSPC);
	append_some(2);
	for (i = 0; i < 5; i++)
		assert_int_equal(spool_retry(spool), SPOOL_WAITING);
	fault_arm(FAULT_FAIL, 1, 100, EMFILE);
	for (i = 0; i < 5; i++)
		assert_int_equal(spool_retry(spool), SPOOL_WAITING);
	fault_arm(FAULT_NONE, 0, 0, 0);
	assert_int_equal(spool_retry(spool), SPOOL_OK);
	assert_told("disk_full\nother\nrecovered 0\n");
	/* And again when it comes again. */
	fault_arm(FAULT_FAIL, 1, 1, ENOSPC);
	append_some(1);
	assert_told("disk_full\n");
	assert_int_equal(end(), 0);
	assert_told("recovered 0\n");
	assert_holds(0, 3);
}

static void
what_is_told_may_be_appended(void **state)
{
	(void)state;
	start(ROOMY);
	tells_in_the_journal = true;
	append_some(1);
	fault_arm(FAULT_FAIL, 1, 1, ENOSPC);
	append(next_id++);
	append_some(2);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	assert_told("disk_full\nrecovered 0\n");
	assert_int_equal(end(), 0);
	/* Line 1, the news of its trouble, two lines, and the news of the recovery. */
	assert_holds(0, 5);
}

static void
while_there_is_trouble_the_disk_is_left_alone(void **state)
{
	(void)state;
	start(ROOMY);
	append_some(1);
	fault_arm(FAULT_FAIL, 1, 1, ENOSPC);
	append_some(1);
	assert_int_equal(fault_calls(), 1);
	append_some(10);
	assert_int_equal(spool_tick(spool), SPOOL_WAITING);
	assert_int_equal(fault_calls(), 1);
	assert_int_equal(end(), 0);
	assert_holds(0, 11);
	buf_free(&told);
}

static void
the_tick_syncs_unless_it_is_quiet(void **state)
{
	(void)state;
	start(ROOMY);
	append_some(1);
	journal_set_quiet(journal, true);
	assert_int_equal(spool_tick(spool), SPOOL_OK);
	assert_int_equal(fault_syncs(), 0);
	journal_set_quiet(journal, false);
	assert_int_equal(spool_tick(spool), SPOOL_OK);
	assert_int_equal(fault_syncs(), 2);
	assert_int_equal(end(), 0);
}

static void
what_cannot_be_written_in_the_end_is_said(void **state)
{
	char *log;

	(void)state;
	start(ROOMY);
	append_some(1);
	assert_int_equal(spool_sync(spool), SPOOL_OK);
	fault_arm(FAULT_FAIL, 1, 1000, ENOSPC);
	append_some(4);
	assert_int_equal(end(), 4);
	log = lab_log();
	assert_non_null(strstr(log, "4 records that could not be written are lost"));
	free(log);
	assert_holds(0, 0);
	buf_free(&told);
	assert_int_equal(spool_free(NULL), 0);
}

static void
a_line_no_reader_would_take_is_no_trouble(void **state)
{
	size_t len = (size_t)RECORD_LINE_MAX + 2;
	char *line = xmalloc(len);

	(void)state;
	memset(line, ' ', len);
	line[len - 1] = '\n';
	start(ROOMY);
	assert_int_equal(spool_append(spool, line, len), SPOOL_REFUSED);
	assert_int_equal(errno, EMSGSIZE);
	assert_false(spool_in_trouble(spool));
	append_some(1);
	assert_int_equal(end(), 0);
	assert_holds(0, 0);
	free(line);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, lab_new, lab_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SPOOL_TEST(a_disk_that_fills_up_loses_nothing_while_memory_lasts),
	    SPOOL_TEST(of_what_finds_no_room_the_newest_is_kept_and_the_rest_counted),
	    SPOOL_TEST(a_file_system_that_becomes_read_only_is_sat_out),
	    SPOOL_TEST(lines_that_are_there_after_all_are_not_written_again),
	    SPOOL_TEST(lines_that_were_lost_are_written_again),
	    SPOOL_TEST(lines_that_became_rubbish_are_cut_off_and_written_again),
	    SPOOL_TEST(what_is_there_whole_stays_and_the_rest_is_written_again),
	    SPOOL_TEST(a_segment_that_is_gone_is_written_again_as_far_as_it_was_not_safe),
	    SPOOL_TEST(a_segment_that_cannot_be_read_back_is_written_again_when_patience_ends),
	    SPOOL_TEST(trouble_that_passes_is_waited_for_before_anything_is_written_again),
	    SPOOL_TEST(a_line_that_cannot_be_cut_off_is_cut_off_later),
	    SPOOL_TEST(a_full_segment_that_cannot_be_synced_is_no_loss),
	    SPOOL_TEST(copies_make_room_and_are_known_by_their_sums),
	    SPOOL_TEST(copies_that_made_room_and_are_not_there_are_lost_and_counted),
	    SPOOL_TEST(where_it_is_not_quiet_a_sync_makes_the_room),
	    SPOOL_TEST(a_line_that_is_larger_than_the_room_is_lost_in_trouble_only),
	    SPOOL_TEST(each_kind_of_trouble_is_told_once),
	    SPOOL_TEST(what_is_told_may_be_appended),
	    SPOOL_TEST(while_there_is_trouble_the_disk_is_left_alone),
	    SPOOL_TEST(the_tick_syncs_unless_it_is_quiet),
	    SPOOL_TEST(what_cannot_be_written_in_the_end_is_said),
	    SPOOL_TEST(a_line_no_reader_would_take_is_no_trouble),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
