/* What outbox.h promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/outbox.h"

static char dir[64], place[80];
static struct outbox *box;
static FILE *capture;
static int real_stderr;

static int
setup(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/netvane-test-XXXXXX");
	capture = tmpfile();
	real_stderr = dup(STDERR_FILENO);
	if (mkdtemp(dir) == NULL || capture == NULL || dup2(fileno(capture), STDERR_FILENO) < 0)
		return -1;
	snprintf(place, sizeof(place), "%s/outbox", dir);
	log_init("netvane", LOG_LEVEL_INFO);
	box = outbox_open(place, 5, 1000);
	return 0;
}

static int
teardown(void **state)
{
	char *command = xasprintf("rm -r '%s'", dir);
	int result;

	(void)state;
	outbox_close(box);
	box = NULL;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	fclose(capture);
	result = system(command);
	free(command);
	return result;
}

static const char *
logged(void)
{
	static char text[8192];
	ssize_t n = pread(fileno(capture), text, sizeof(text) - 1, 0);

	assert_true(n >= 0);
	text[n] = '\0';
	return text;
}

static void
add(const char *id, const char *body)
{
	outbox_add(box, id, body, strlen(body));
}

/* As a process that is killed and another that begins. */
static void
again(void)
{
	struct outbox *old = box;

	box = outbox_open(place, 5, 1000);
	outbox_close(old);
}

/* Sends all of it: "id=body " for each. Static. */
static const char *
send_all(void)
{
	static struct buf sent = BUF_EMPTY;
	struct buf body = BUF_EMPTY;
	char id[OUTBOX_ID_SIZE];

	buf_clear(&sent);
	while (outbox_first(box) != NULL) {
		buf_clear(&body);
		strcpy(id, outbox_first(box));
		if (!outbox_read(box, &body))
			continue;
		buf_printf(&sent, "%s=%s ", id, buf_str(&body));
		outbox_remove(box, id);
	}
	buf_free(&body);
	return buf_str(&sent);
}

/* Files in it, "." and ".." left out; -1: there is no directory. */
static int
files(void)
{
	DIR *d = opendir(place);
	int n = -2;

	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static void
make_file(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", place, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	free(path);
}

static void
records_come_out_as_they_came(void **state)
{
	(void)state;
	assert_null(outbox_first(box));
	add("c", "3");
	add("b", "2");
	add("a", "1");
	assert_int_equal(outbox_waiting(box), 3);
	assert_int_equal(files(), 3);
	assert_string_equal(send_all(), "c=3 b=2 a=1 ");
	assert_int_equal(files(), 0);
	assert_string_equal(logged(), "");
}

static void
nothing_is_made_before_it_is_needed_and_then_for_the_owner_alone(void **state)
{
	char *path = xasprintf("%s/0000000000000000-a.json", place);
	struct stat st;

	(void)state;
	assert_int_equal(files(), -1);
	add("a", "1");
	assert_int_equal(stat(place, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	free(path);
}

static void
what_waits_outlives_the_process(void **state)
{
	(void)state;
	add("a", "1");
	add("b", "2");
	again();
	add("c", "3");
	again();
	assert_string_equal(send_all(), "a=1 b=2 c=3 ");
	again();
	assert_int_equal(outbox_waiting(box), 0);
}

static void
one_that_waits_already_is_not_taken_twice(void **state)
{
	(void)state;
	add("a", "1");
	add("a", "1");
	again();
	add("a", "1");
	assert_string_equal(send_all(), "a=1 ");
	add("a", "1"); /* it was sent; whoever adds it again means it */
	assert_string_equal(send_all(), "a=1 ");
}

static void
the_oldest_give_way(void **state)
{
	char id[16];
	int i;

	(void)state;
	for (i = 1; i <= 8; i++) {
		snprintf(id, sizeof(id), "r%d", i);
		add(id, "x");
	}
	assert_int_equal(outbox_dropped(box), 3);
	assert_int_equal(files(), 5);
	outbox_remove(box, "r1"); /* gone already */
	assert_string_equal(send_all(), "r4=x r5=x r6=x r7=x r8=x ");
	assert_non_null(strstr(logged(), "is full"));
	assert_null(strstr(strstr(logged(), "is full") + 1, "is full"));
	assert_non_null(strstr(logged(), "3 records that waited"));
}

static void
bytes_are_bounded_too(void **state)
{
	char body[602];

	(void)state;
	memset(body, 'x', 601);
	body[601] = '\0';
	add("a", body);
	add("b", body);
	assert_int_equal(outbox_waiting(box), 1);
	assert_string_equal(outbox_first(box), "b");
	outbox_add(box, "c", (char[1001]){0}, 1001); /* more than there is room for at all */
	assert_int_equal(outbox_waiting(box), 0);
	assert_int_equal(files(), 0);
}

static void
lower_bounds_hold_for_what_was_left(void **state)
{
	(void)state;
	add("a", "1");
	add("b", "2");
	outbox_close(box);
	box = outbox_open(place, 1, 1000);
	assert_string_equal(send_all(), "b=2 ");
}

static void
rubbish_is_swept_and_what_is_not_ours_is_left(void **state)
{
	char *path = xasprintf("%s/0000000000000009-i.json", place);

	(void)state;
	add("a", "1");
	make_file("0000000000000001-b.json.new", "ha");
	make_file("0000000000000002-c.json", ""); /* a file system that forgot it */
	make_file("0000000000000003-a.json", "twice");
	make_file("notes.txt", "mine");
	make_file("0000000000000004-d.json~", "mine");
	assert_int_equal(symlink("/etc/passwd", path), 0);
	again();
	assert_string_equal(send_all(), "a=1 ");
	assert_int_equal(files(), 3); /* notes.txt, the one with ~, the link */
	assert_non_null(strstr(logged(), "0000000000000002-c.json can be no record"));
	assert_non_null(strstr(logged(), "has a twice"));
	free(path);
}

static void
a_file_that_was_lost_or_changed_is_not_sent(void **state)
{
	char *lost = xasprintf("%s/0000000000000000-a.json", place);

	(void)state;
	add("a", "1");
	add("b", "2");
	add("c", "3");
	assert_int_equal(unlink(lost), 0);
	make_file("0000000000000001-b.json", "longer than it was");
	assert_string_equal(send_all(), "c=3 ");
	assert_int_equal(outbox_dropped(box), 2);
	assert_non_null(strstr(logged(), "-a.json cannot be read"));
	assert_non_null(strstr(logged(), "-b.json was changed by somebody"));
	free(lost);
}

static void
a_directory_that_was_removed_is_made_anew(void **state)
{
	char *command = xasprintf("rm -r '%s'", place);

	(void)state;
	add("a", "1");
	assert_int_equal(system(command), 0);
	add("b", "2");
	assert_string_equal(send_all(), "b=2 ");
	free(command);
}

/* A file in place of the directory stands for a disk on which nothing can be written. */
static void
what_cannot_be_written_waits_in_memory(void **state)
{
	int fd = open(place, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	add("a", "1");
	add("b", "2");
	assert_non_null(strstr(logged(), "waits in memory: Not a directory"));
	assert_null(strstr(strstr(logged(), "in memory") + 1, "in memory")); /* said once */
	assert_int_equal(outbox_waiting(box), 2);
	assert_int_equal(unlink(place), 0);
	add("c", "3"); /* now all three can be */
	assert_int_equal(files(), 3);
	again();
	assert_string_equal(send_all(), "a=1 b=2 c=3 ");
}

static void
memory_will_do_and_its_loss_is_said(void **state)
{
	int fd = open(place, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	add("a", "1");
	add("b", "2");
	assert_string_equal(send_all(), "a=1 b=2 ");
	add("c", "3");
	outbox_close(box);
	box = NULL;
	assert_non_null(strstr(logged(), "1 record that waited to be sent could not be kept"));
}

/* The kernel gives a short write and then none, as a full disk does. */
static void
half_a_file_is_no_file(void **state)
{
	struct rlimit before, small = {.rlim_cur = 100, .rlim_max = RLIM_INFINITY};
	char body[301];

	(void)state;
	memset(body, 'x', 300);
	body[300] = '\0';
	add("a", "1");
	getrlimit(RLIMIT_FSIZE, &before);
	small.rlim_max = before.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	/* The log is a file, too; its line is cut. */
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	add("b", body);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(files(), 1);
	assert_int_equal(outbox_waiting(box), 2);
	add("c", "3");
	assert_int_equal(files(), 3);
}

static void
names_of_others_are_known(void **state)
{
	static const char *const bad[] = {"", ".", "0000000000000000-.json", "0000000000000000-a",
	    "0000000000000000a.json", "000000000000000-a.json", "00000000000000000-a.json",
	    "000000000000000G-a.json", "4000000000000000-a.json", "0000000000000000-a.json.new",
	    "0000000000000000-a b.json", "0000000000000000-../a.json", "0000000000000000-a.JSON",
	    "0000000000000000-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.json"};
	char id[OUTBOX_ID_SIZE];
	uint64_t number = 0;
	size_t i;

	(void)state;
	assert_true(outbox_name_parse("00000000000000ff-a-b_C9.json", &number, id));
	assert_int_equal(number, 255);
	assert_string_equal(id, "a-b_C9");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(outbox_name_parse(bad[i], &number, id));
}

#define CLAIM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    CLAIM(records_come_out_as_they_came),
	    CLAIM(nothing_is_made_before_it_is_needed_and_then_for_the_owner_alone),
	    CLAIM(what_waits_outlives_the_process),
	    CLAIM(one_that_waits_already_is_not_taken_twice),
	    CLAIM(the_oldest_give_way),
	    CLAIM(bytes_are_bounded_too),
	    CLAIM(lower_bounds_hold_for_what_was_left),
	    CLAIM(rubbish_is_swept_and_what_is_not_ours_is_left),
	    CLAIM(a_file_that_was_lost_or_changed_is_not_sent),
	    CLAIM(a_directory_that_was_removed_is_made_anew),
	    CLAIM(what_cannot_be_written_waits_in_memory),
	    CLAIM(memory_will_do_and_its_loss_is_said),
	    CLAIM(half_a_file_is_no_file),
	    cmocka_unit_test(names_of_others_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
