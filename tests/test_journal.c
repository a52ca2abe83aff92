/* What journal.h promises, short of a crash in mid-flight: that is test_journal_kill.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/journal.h"
#include "results/record_reader.h"

/* A directory of the test's own, and what was logged while it ran. */
struct place {
	char *top, *dir; /* dir: in top, not yet made */
	int stderr_fd;
};

/* 2026-11-22T06:30:00Z */
static int64_t
fixed_wall_us(void *arg)
{
	(void)arg;
	return INT64_C(1795329000) * 1000000;
}

static int64_t
fixed_mono_ns(void *arg)
{
	(void)arg;
	return 0;
}

static const struct clock_source fixed_clock = {fixed_wall_us, fixed_mono_ns, NULL};

static int
place_new(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");
	char *log;
	int fd;

	place->top = xasprintf("%s/netvane-journal.XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(place->top) == NULL)
		return -1;
	place->dir = xasprintf("%s/results", place->top);
	log = xasprintf("%s/log", place->top);
	fd = open(log, O_RDWR | O_CREAT | O_APPEND, 0600);
	free(log);
	place->stderr_fd = dup(STDERR_FILENO);
	dup2(fd, STDERR_FILENO);
	close(fd);
	clock_replace(&fixed_clock);
	*state = place;
	return 0;
}

static int
place_free(void **state)
{
	struct place *place = *state;
	char *command = xasprintf("chmod -R u+rwx '%s' && rm -r '%s'", place->top, place->top);
	int status;

	clock_replace(NULL);
	dup2(place->stderr_fd, STDERR_FILENO);
	close(place->stderr_fd);
	status = system(command);
	free(command);
	free(place->dir);
	free(place->top);
	free(place);
	return status;
}

/* A file of `dir` or of the top ("../log") as a string; NULL when there is none. */
static char *
slurp(const struct place *place, const char *name)
{
	char *path = xasprintf("%s/%s", place->dir, name), block[4096];
	FILE *file = fopen(path, "r");
	struct buf buf = BUF_EMPTY;
	size_t n;

	free(path);
	if (file == NULL)
		return NULL;
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&buf, block, n);
	fclose(file);
	return buf_steal(&buf);
}

static void
assert_holds(const struct place *place, const char *name, const char *want)
{
	char *text = slurp(place, name);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

static void
assert_logged(const struct place *place, const char *part)
{
	char *text = slurp(place, "../log");

	if (strstr(text, part) == NULL)
		fail_msg("not in the log: %s\nlog: %s", part, text);
	free(text);
}

static void
spill(const struct place *place, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", place->dir, name);
	FILE *file;

	mkdir(place->dir, 0700);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
	free(path);
}

static mode_t
mode(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_mode & 07777;
}

static struct journal *
opened(const struct place *place)
{
	struct journal *journal;
	pid_t pid;

	assert_int_equal(journal_open(place->dir, &journal, &pid), JOURNAL_OK);
	return journal;
}

static void
append(struct journal *journal, const char *line)
{
	assert_int_equal(journal_append(journal, line, strlen(line)), 0);
}

#define SEGMENT "netvane-20261122T063000Z-0001.jsonl"

static void
lines_are_appended_in_order(void **state)
{
	struct place *place = *state;
	struct journal *journal = opened(place);

	append(journal, "{\"n\":1}\n");
	append(journal, "{\"n\":2}\n");
	assert_int_equal(journal_sync(journal), 0);
	append(journal, "{\"n\":3}\n");
	assert_int_equal(journal_close(journal), 0);
	assert_holds(place, SEGMENT, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

static void
no_segment_is_made_before_the_first_line(void **state)
{
	struct place *place = *state;
	struct journal *journal = opened(place);

	assert_null(journal_segment(journal));
	assert_int_equal(journal_sync(journal), 0);
	assert_null(slurp(place, SEGMENT));
	append(journal, "{}\n");
	assert_non_null(strstr(journal_segment(journal), "/results/" SEGMENT));
	journal_close(journal);
}

static void
each_opening_writes_a_segment_of_its_own(void **state)
{
	struct place *place = *state;
	struct journal *journal;

	journal = opened(place);
	append(journal, "{\"n\":1}\n");
	journal_close(journal);
	journal = opened(place);
	append(journal, "{\"n\":2}\n");
	journal_close(journal);
	assert_holds(place, SEGMENT, "{\"n\":1}\n");
	assert_holds(place, "netvane-20261122T063000Z-0002.jsonl", "{\"n\":2}\n");
}

static void
a_compressed_segment_keeps_its_name(void **state)
{
	struct place *place = *state;
	struct journal *journal;

	spill(place, SEGMENT ".zst", "");
	journal = opened(place);
	append(journal, "{}\n");
	journal_close(journal);
	assert_null(slurp(place, SEGMENT));
	assert_holds(place, "netvane-20261122T063000Z-0002.jsonl", "{}\n");
}

static void
everything_is_the_owners_alone(void **state)
{
	struct place *place = *state;
	char *deep = xasprintf("%s/a//b/", place->dir), *upper = xasprintf("%s/a", place->dir);
	mode_t before = umask(0);
	struct journal *journal;
	char *lock = xasprintf("%s/b/lock", upper);
	pid_t pid;

	assert_int_equal(journal_open(deep, &journal, &pid), JOURNAL_OK);
	append(journal, "{}\n");
	assert_int_equal(mode(place->dir), 0700);
	assert_int_equal(mode(upper), 0700);
	assert_int_equal(mode(deep), 0700);
	assert_int_equal(mode(lock), 0600);
	assert_int_equal(mode(journal_segment(journal)), 0600);
	journal_close(journal);
	umask(before);
	free(lock);
	free(upper);
	free(deep);
}

static void
the_torn_line_is_the_owners_alone(void **state)
{
	struct place *place = *state;
	char *torn = xasprintf("%s/%s.torn", place->dir, SEGMENT);
	mode_t before = umask(0);

	spill(place, SEGMENT, "{\"n\":");
	journal_close(opened(place));
	assert_int_equal(mode(torn), 0600);
	umask(before);
	free(torn);
}

static void
a_second_writer_is_refused_and_told_who_writes(void **state)
{
	struct place *place = *state;
	struct journal *journal = opened(place), *second = NULL;
	int result, status;
	pid_t pid = -1, child = fork();

	if (child == 0) {
		result = journal_open(place->dir, &second, &pid);
		_exit(result == JOURNAL_LOCKED && pid == getppid() && second == NULL ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	/* Nor the same process a second time. */
	assert_int_equal(journal_open(place->dir, &second, &pid), JOURNAL_LOCKED);
	assert_int_equal(pid, getpid());
	journal_close(journal);
	journal_close(opened(place));
}

static void
a_holder_that_wrote_no_pid_is_unknown(void **state)
{
	struct place *place = *state;
	struct journal *journal = opened(place), *second;
	pid_t pid = -1;

	spill(place, "lock", "");
	assert_int_equal(journal_open(place->dir, &second, &pid), JOURNAL_LOCKED);
	assert_int_equal(pid, 0);
	spill(place, "lock", "garbage\n");
	assert_int_equal(journal_open(place->dir, &second, &pid), JOURNAL_LOCKED);
	assert_int_equal(pid, 0);
	journal_close(journal);
}

static void
a_lock_left_behind_by_the_dead_is_no_obstacle(void **state)
{
	struct place *place = *state;
	struct journal *journal;
	pid_t pid, child = fork();
	char text[32];
	int status;

	if (child == 0) {
		if (journal_open(place->dir, &journal, &pid) != JOURNAL_OK)
			_exit(1);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	snprintf(text, sizeof(text), "%ld\n", (long)child);
	assert_holds(place, "lock", text);
	journal = opened(place);
	snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	assert_holds(place, "lock", text);
	journal_close(journal);
}

static void
a_line_without_newline_is_moved_aside(void **state)
{
	struct place *place = *state;

	spill(place, SEGMENT, "{\"n\":1}\n{\"n\":2}\n{\"n\":3}");
	journal_close(opened(place));
	assert_holds(place, SEGMENT, "{\"n\":1}\n{\"n\":2}\n");
	assert_holds(place, SEGMENT ".torn", "{\"n\":3}\n");
	assert_logged(place, "a torn last line (7 bytes");
}

static void
a_last_line_that_is_no_whole_object_is_moved_aside(void **state)
{
	static const char *const torn[] = {
	    "{\"n\":\n", "[1]\n", "\n", "{} {}\n", "{\"a\":\"\xff\"}\n"};
	struct place *place = *state;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(torn) / sizeof(torn[0]); i++) {
		text = xasprintf("{\"n\":1}\n%s", torn[i]);
		spill(place, SEGMENT, text);
		spill(place, SEGMENT ".torn", "");
		journal_close(opened(place));
		assert_holds(place, SEGMENT, "{\"n\":1}\n");
		assert_holds(place, SEGMENT ".torn", torn[i]);
		free(text);
	}
}

static void
a_segment_of_one_torn_line_becomes_empty(void **state)
{
	struct place *place = *state;

	spill(place, SEGMENT, "{");
	journal_close(opened(place));
	assert_holds(place, SEGMENT, "");
	assert_holds(place, SEGMENT ".torn", "{\n");
}

static void
torn_lines_are_collected_not_overwritten(void **state)
{
	struct place *place = *state;

	spill(place, SEGMENT, "{\"a\"");
	journal_close(opened(place));
	spill(place, SEGMENT, "{\"b\"");
	journal_close(opened(place));
	assert_holds(place, SEGMENT ".torn", "{\"a\"\n{\"b\"\n");
}

static void
a_torn_line_longer_than_a_block_is_found_whole(void **state)
{
	struct place *place = *state;
	struct buf buf = BUF_EMPTY;
	char *torn;

	memset(buf_room(&buf, 200000), 'x', 200000);
	buf.len = 200000;
	torn = buf_steal(&buf);
	buf_printf(&buf, "{}\n%s", torn);
	spill(place, SEGMENT, buf_str(&buf));
	journal_close(opened(place));
	assert_holds(place, SEGMENT, "{}\n");
	buf_clear(&buf);
	buf_printf(&buf, "%s\n", torn);
	assert_holds(place, SEGMENT ".torn", buf_str(&buf));
	buf_free(&buf);
	free(torn);
}

static void
whole_segments_and_other_peoples_files_are_left_alone(void **state)
{
	struct place *place = *state;

	spill(place, SEGMENT, "{\"n\":1}\n{\"n\":2}\n");
	spill(place, "netvane-20261122T063000Z-0002.jsonl", "");
	spill(place, "notes.jsonl", "not finis");
	spill(place, "netvane-notes.txt", "not finis");
	journal_close(opened(place));
	assert_holds(place, SEGMENT, "{\"n\":1}\n{\"n\":2}\n");
	assert_holds(place, "netvane-20261122T063000Z-0002.jsonl", "");
	assert_holds(place, "notes.jsonl", "not finis");
	assert_holds(place, "netvane-notes.txt", "not finis");
	assert_null(slurp(place, SEGMENT ".torn"));
	assert_holds(place, "../log", "");
}

static void
a_torn_line_that_cannot_be_moved_stays_and_stops_nobody(void **state)
{
	struct place *place = *state;
	struct journal *journal;

	/* A directory is where the torn line should go. */
	spill(place, SEGMENT, "{\"n\":");
	assert_int_equal(chdir(place->dir), 0);
	assert_int_equal(mkdir(SEGMENT ".torn", 0700), 0);
	journal = opened(place);
	append(journal, "{\"n\":2}\n");
	journal_close(journal);
	assert_holds(place, SEGMENT, "{\"n\":");
	assert_holds(place, "netvane-20261122T063000Z-0002.jsonl", "{\"n\":2}\n");
	assert_logged(place, "cannot move a torn last line aside");
	assert_int_equal(chdir("/"), 0);
}

/* In a process of its own, where files may have 1000 bytes: half a line fits, and no more. */
static int
run_out_of_room(const struct place *place)
{
	struct rlimit limit = {1000, RLIM_INFINITY};
	struct journal *journal;
	char line[301];
	int i, ok = 0;
	pid_t pid;

	signal(SIGXFSZ, SIG_IGN);
	memset(line, ' ', sizeof(line));
	memcpy(line, "{}", 2);
	line[299] = '\n';
	line[300] = '\0';
	if (journal_open(place->dir, &journal, &pid) != JOURNAL_OK ||
	    setrlimit(RLIMIT_FSIZE, &limit) == -1)
		return 1;
	for (i = 0; i < 10; i++)
		ok += journal_append(journal, line, 300) == 0;
	if (ok != 3 || errno != EFBIG || journal_sync(journal) != 0)
		return 2;
	/* What fits still goes in, and so does everything once there is room again. */
	if (journal_append(journal, "{\"short\":1}\n", 12) != 0)
		return 3;
	limit.rlim_cur = RLIM_INFINITY;
	if (setrlimit(RLIMIT_FSIZE, &limit) == -1 || journal_append(journal, line, 300) != 0)
		return 4;
	return journal_close(journal) == 0 ? 0 : 5;
}

static void
a_disk_that_fills_up_leaves_whole_lines(void **state)
{
	struct place *place = *state;
	char *text, *first;
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(run_out_of_room(place));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	text = slurp(place, SEGMENT);
	assert_int_equal(strlen(text), 3 * 300 + 12 + 300);
	assert_memory_equal(text + 3 * 300, "{\"short\":1}\n{}", 14);
	free(text);
	/* Said once, not once for each line. */
	text = slurp(place, "../log");
	first = strstr(text, "cannot append a record");
	assert_non_null(first);
	assert_null(strstr(first + 1, "cannot append a record"));
	free(text);
}

static void
a_line_no_reader_would_take_is_refused(void **state)
{
	struct place *place = *state;
	struct journal *journal = opened(place);
	size_t len = (size_t)RECORD_LINE_MAX + 2;
	char *line = xmalloc(len);

	memset(line, ' ', len);
	line[len - 1] = '\n';
	assert_int_equal(journal_append(journal, line, len), -1);
	assert_int_equal(errno, EMSGSIZE);
	free(line);
	append(journal, "{}\n");
	journal_close(journal);
	assert_holds(place, SEGMENT, "{}\n");
}

/* Runs as nobody where the test is root's, because root may write anywhere. */
static int
open_without_permission(const struct place *place)
{
	struct journal *journal;
	pid_t pid;

	if (geteuid() == 0 &&
	    (setgroups(0, NULL) == -1 || setgid(65534) == -1 || setuid(65534) == -1))
		return 77;
	if (journal_open(place->dir, &journal, &pid) != JOURNAL_FAILED)
		return 1;
	return errno == EACCES ? 0 : 2;
}

static int
in_child(int (*run)(const struct place *place), const struct place *place)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		_exit(run(place));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_read_only_directory_is_said_in_words(void **state)
{
	struct place *place = *state;
	char *message = xasprintf(
	    "error: cannot write in the results directory %s: Permission denied", place->dir);
	char *lock = xasprintf("%s/lock", place->dir);
	int result;

	spill(place, "lock", "");
	/* Even where the lock itself could be taken. */
	assert_int_equal(chmod(lock, 0666), 0);
	assert_int_equal(chmod(place->top, 0755), 0);
	assert_int_equal(chmod(place->dir, 0555), 0);
	result = in_child(open_without_permission, place);
	if (result == 77)
		skip();
	assert_int_equal(result, 0);
	assert_logged(place, message);
	free(lock);
	free(message);
}

static void
a_directory_that_cannot_be_made_is_said_in_words(void **state)
{
	struct place *place = *state;
	char *dir = xasprintf("%s/../log/results", place->dir);
	struct journal *journal = (struct journal *)state;
	pid_t pid = -1;

	spill(place, "x", "");
	assert_int_equal(journal_open(dir, &journal, &pid), JOURNAL_FAILED);
	assert_int_equal(errno, ENOTDIR);
	assert_null(journal);
	assert_int_equal(pid, 0);
	assert_logged(place, "cannot make the results directory");
	assert_int_equal(journal_open("", &journal, &pid), JOURNAL_FAILED);
	free(dir);
}

static void
closing_nothing_is_fine(void **state)
{
	(void)state;
	assert_int_equal(journal_close(NULL), 0);
}

#define JOURNAL_TEST(name) cmocka_unit_test_setup_teardown(name, place_new, place_free)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    JOURNAL_TEST(lines_are_appended_in_order),
	    JOURNAL_TEST(no_segment_is_made_before_the_first_line),
	    JOURNAL_TEST(each_opening_writes_a_segment_of_its_own),
	    JOURNAL_TEST(a_compressed_segment_keeps_its_name),
	    JOURNAL_TEST(everything_is_the_owners_alone),
	    JOURNAL_TEST(the_torn_line_is_the_owners_alone),
	    JOURNAL_TEST(a_second_writer_is_refused_and_told_who_writes),
	    JOURNAL_TEST(a_holder_that_wrote_no_pid_is_unknown),
	    JOURNAL_TEST(a_lock_left_behind_by_the_dead_is_no_obstacle),
	    JOURNAL_TEST(a_line_without_newline_is_moved_aside),
	    JOURNAL_TEST(a_last_line_that_is_no_whole_object_is_moved_aside),
	    JOURNAL_TEST(a_segment_of_one_torn_line_becomes_empty),
	    JOURNAL_TEST(torn_lines_are_collected_not_overwritten),
	    JOURNAL_TEST(a_torn_line_longer_than_a_block_is_found_whole),
	    JOURNAL_TEST(whole_segments_and_other_peoples_files_are_left_alone),
	    JOURNAL_TEST(a_torn_line_that_cannot_be_moved_stays_and_stops_nobody),
	    JOURNAL_TEST(a_disk_that_fills_up_leaves_whole_lines),
	    JOURNAL_TEST(a_line_no_reader_would_take_is_refused),
	    JOURNAL_TEST(a_read_only_directory_is_said_in_words),
	    JOURNAL_TEST(a_directory_that_cannot_be_made_is_said_in_words),
	    cmocka_unit_test(closing_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
