/* `netvane targets` as its users meet it: what it prints where, and its exit codes. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/cmd.h"
#include "targets/category.h"
#include "targets/list.h"

#define HEAD "url,category_code,category_description,date_added,source,notes\n"

static char *dir; /* for this run's files, which are the current directory's */

struct outcome {
	struct buf out, err;
	int code;
};

static void
slurp(FILE *in, struct buf *data)
{
	size_t n;

	rewind(in);
	do {
		n = fread(buf_room(data, 4096), 1, 4096, in);
		data->len += n;
	} while (n > 0);
	*buf_room(data, 0) = '\0';
	fclose(in);
}

/* Runs "targets WORD..." (the words of one string) in a child of its own. */
static struct outcome
run(const char *words)
{
	struct outcome o = {BUF_EMPTY, BUF_EMPTY, -1};
	FILE *out = tmpfile(), *err = tmpfile();
	char *copy = xstrdup(words), *argv[16] = {copy}, *rest = copy;
	int argc = 0, status;
	pid_t pid;

	while (argc < 15 && (argv[argc] = strtok_r(rest, " ", &rest)) != NULL)
		argc++;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(fileno(out), STDOUT_FILENO);
		dup2(fileno(err), STDERR_FILENO);
		status = cmd_targets(argc, argv);
		fflush(NULL);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	o.code = WEXITSTATUS(status);
	slurp(out, &o.out);
	slurp(err, &o.err);
	free(copy);
	return o;
}

static void
done(struct outcome *o)
{
	buf_free(&o->out);
	buf_free(&o->err);
}

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "w");

	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

static char *
read_file(const char *name)
{
	struct buf data = BUF_EMPTY;
	FILE *in = fopen(name, "r");

	assert_non_null(in);
	slurp(in, &data);
	return buf_steal(&data);
}

static void
assert_holds(const struct buf *text, const char *part)
{
	if (strstr(buf_str(text), part) == NULL)
		fail_msg("\"%s\" is not in:\n%s", part, buf_str(text));
}

static void
assert_lacks(const struct buf *text, const char *part)
{
	if (strstr(buf_str(text), part) != NULL)
		fail_msg("\"%s\" is in:\n%s", part, buf_str(text));
}

/* Runs it, and wants this code, and this part of what it says on stderr ("" for silence there). */
static void
assert_ends(const char *words, int code, const char *err)
{
	struct outcome o = run(words);

	if (o.code != code)
		fail_msg("%s: exit code %d\n%s", words, o.code, buf_str(&o.err));
	if (*err == '\0')
		assert_string_equal(buf_str(&o.err), "");
	assert_holds(&o.err, err);
	done(&o);
}

static void
every_help_has_an_example_and_goes_to_stdout(void **state)
{
	static const char *const commands[] = {
	    "targets --help", "targets list --help", "targets lint -h", "targets import --help"};
	struct outcome o;

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		o = run(commands[i]);
		assert_int_equal(o.code, 0);
		assert_holds(&o.out, "usage: netvane targets");
		assert_holds(&o.out, "Example:\n  netvane targets ");
		assert_string_equal(buf_str(&o.err), "");
		done(&o);
	}
}

static void
the_help_names_every_sensitive_category(void **state)
{
	struct outcome o = run("targets import --help");
	char word[16];

	(void)state;
	for (size_t i = 0; i < ncategories; i++) {
		snprintf(word, sizeof(word), " %s", categories[i].code);
		if (categories[i].sensitive)
			assert_holds(&o.out, word);
	}
	done(&o);
}

static void
wrong_usage_exits_64(void **state)
{
	(void)state;
	assert_ends("targets", 64, "usage: netvane targets");
	assert_ends("targets frobnicate", 64, "no command 'targets frobnicate'");
	assert_ends("targets list a b", 64, "one list at a time");
	assert_ends("targets list --frob", 64, "frob");
	assert_ends("targets lint", 64, "which file?");
	assert_ends("targets import", 64, "which file?");
	assert_ends("targets import --category NEWZ x.csv", 64, "'NEWZ' is none");
	assert_ends("targets import --category , x.csv", 64, "which codes?");
}

static void
list_shows_the_built_in_lists(void **state)
{
	struct outcome o = run("targets list");

	(void)state;
	assert_int_equal(o.code, 0);
	for (size_t i = 0; i < list_nbuiltins; i++)
		assert_holds(&o.out, list_builtins[i].name);
	assert_true(strncmp(buf_str(&o.out), "LIST ", 5) == 0);
	done(&o);
	assert_ends("targets list no-such-list", 66, "no-such-list: cannot read the list");
}

/* Counts the lines, each a JSON object with these keys. */
static size_t
count_objects(const struct buf *text, const char *const *keys)
{
	char *copy = xstrdup(buf_str(text)), *rest = copy, *line;
	size_t n = 0;

	while ((line = strtok_r(rest, "\n", &rest)) != NULL) {
		json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		if (!json_is_object(object))
			fail_msg("not JSON: %s", line);
		for (const char *const *key = keys; *key != NULL; key++)
			if (json_object_get(object, *key) == NULL)
				fail_msg("no \"%s\" in %s", *key, line);
		json_decref(object);
		n++;
	}
	free(copy);
	return n;
}

static void
json_is_one_object_a_line(void **state)
{
	static const char *const builtin[] = {"list", "targets", "default", "about", "path", NULL};
	static const char *const target[] = {"url", "category_code", "notes", "list", "line", NULL};
	static const char *const lint[] = {"file", NULL};
	struct outcome o = run("targets list --json");

	(void)state;
	assert_int_equal(o.code, 0);
	assert_int_equal(count_objects(&o.out, builtin), list_nbuiltins);
	done(&o);
	write_file("two.txt", "a.example\nb.example\n");
	o = run("targets list two.txt --json");
	assert_int_equal(o.code, 0);
	assert_int_equal(count_objects(&o.out, target), 2);
	done(&o);
	write_file("bad.txt", "a.example\na.example\nhello\n");
	o = run("targets lint --json bad.txt");
	assert_int_equal(o.code, 65);
	assert_int_equal(count_objects(&o.out, lint), 3);
	assert_holds(&o.out, "{\"file\":\"bad.txt\",\"line\":3,\"bad\":true,\"message\":");
	assert_holds(
	    &o.out, "{\"file\":\"bad.txt\",\"targets\":1,\"bad_lines\":1,\"duplicates\":1}");
	assert_string_equal(buf_str(&o.err), "");
	done(&o);
}

static void
lint_names_file_and_line(void **state)
{
	struct outcome o;

	(void)state;
	write_file("mixed.txt", "a.example\nftp://b.example/\na.example\n");
	o = run("targets lint mixed.txt");
	assert_int_equal(o.code, 65);
	assert_string_equal(buf_str(&o.err),
	    "mixed.txt:2: scheme \"ftp\" is neither http nor https\n"
	    "mixed.txt:3: note: the same URL as on line 1, left out\n");
	assert_string_equal(buf_str(&o.out), "mixed.txt: 1 target, 1 bad line, 1 duplicate\n");
	done(&o);
}

static void
lint_exits_0_when_clean_and_66_when_unread(void **state)
{
	(void)state;
	write_file("clean.txt", "a.example\n");
	write_file("bad.txt", "hello\n");
	assert_ends(
	    "targets lint clean.txt kz-social kz-news global-social global-news controls", 0, "");
	assert_ends("targets lint clean.txt bad.txt", 65, "bad.txt:1: ");
	assert_ends("targets lint missing.txt bad.txt", 66, "missing.txt: cannot read");
}

static const char mixed[] =
    HEAD "https://a.example/,NEWS,News Media,2014-04-15,citizenlab,n\n"
         "https://b.example/,LGBT,LGBT,2014-04-15,citizenlab,\n"
         "https://c.example/,PORN,Pornography,2014-04-15,citizenlab,\n"
         "https://d.example/,GRP,Social Networking,2014-04-15,citizenlab,\n";

static void
import_leaves_out_what_could_harm_the_volunteer(void **state)
{
	struct outcome o;

	(void)state;
	write_file("mixed.csv", mixed);
	o = run("targets import mixed.csv");
	assert_int_equal(o.code, 0);
	assert_string_equal(buf_str(&o.out),
	    HEAD "https://a.example/,NEWS,News Media,2014-04-15,citizenlab,n\n"
	         "https://d.example/,GRP,Social Networking,2014-04-15,citizenlab,\n");
	assert_holds(&o.err, "left out 2 sites");
	assert_holds(&o.err, "(LGBT 1, PORN 1)");
	assert_holds(&o.err, "--category");
	assert_holds(&o.err, "2 targets written");
	done(&o);
}

static void
import_takes_the_categories_it_is_told(void **state)
{
	struct outcome o;

	(void)state;
	write_file("mixed.csv", mixed);
	o = run("targets import --category news,LGBT mixed.csv");
	assert_holds(&o.out, "https://a.example/");
	assert_holds(&o.out, "https://b.example/");
	assert_lacks(&o.out, "https://c.example/");
	assert_lacks(&o.out, "https://d.example/");
	assert_holds(&o.err, "left out 2 of other categories");
	done(&o);
	o = run("targets import --category all mixed.csv");
	assert_string_equal(buf_str(&o.out), mixed);
	done(&o);
	assert_ends("targets import --category GMB mixed.csv", 65, "no target is left");
}

static void
import_joins_files_without_duplicates(void **state)
{
	char *text;

	(void)state;
	write_file("one.txt", "a.example\nb.example\n");
	write_file("two.csv", "notes,url\nx,b.example\ny,c.example\n");
	assert_ends("targets import --out joined.csv one.txt two.csv", 0, "3 targets written");
	text = read_file("joined.csv");
	assert_string_equal(text, HEAD "https://a.example/,,,,,\n"
	                               "https://b.example/,,,,,\n"
	                               "https://c.example/,,,,,y\n");
	free(text);
	assert_ends("targets lint joined.csv", 0, "");
}

static void
import_writes_nothing_past_bad_lines_unless_told(void **state)
{
	struct outcome o;

	(void)state;
	write_file("bad.txt", "a.example\nhello\n");
	o = run("targets import --out never.csv bad.txt");
	assert_int_equal(o.code, 65);
	assert_holds(&o.err, "bad.txt:2: ");
	assert_holds(&o.err, "--skip-bad");
	assert_int_equal(access("never.csv", F_OK), -1);
	done(&o);
	o = run("targets import --skip-bad bad.txt");
	assert_int_equal(o.code, 0);
	assert_string_equal(buf_str(&o.out), HEAD "https://a.example/,,,,,\n");
	assert_holds(&o.err, "left out 1 bad line");
	done(&o);
}

static void
import_says_what_it_cannot_read_or_write(void **state)
{
	(void)state;
	write_file("good.txt", "a.example\n");
	assert_ends("targets import missing.txt", 66, "missing.txt: cannot read the list");
	assert_ends("targets import --out no/such/dir.csv good.txt", 73, "no/such/dir.csv");
	if (access("/dev/full", W_OK) == 0)
		assert_ends("targets import --out /dev/full good.txt", 74, "/dev/full");
}

/* Citizen Lab's own lists, where the tree lies beside a copy; they may not be shipped. */
static void
citizen_labs_lists_import(void **state)
{
	char *words = xasprintf("targets import --category all %s/../shared/data/test-lists/kz.csv "
	                        "%s/../shared/data/test-lists/global.csv",
	    getenv("top_srcdir"), getenv("top_srcdir"));
	const char *first = strrchr(words, ' ') + 1;
	struct outcome o;

	(void)state;
	if (access(first, R_OK) != 0) {
		print_message("# %s is not there\n", first);
		free(words);
		skip();
	}
	o = run(words);
	assert_int_equal(o.code, 0);
	assert_holds(&o.err, "left out 1 that stood there already");
	assert_holds(&o.err, "2274 targets written");
	write_file("imported.csv", buf_str(&o.out));
	done(&o);
	assert_ends("targets lint imported.csv", 0, "");
	free(words);
}

static int
enter_directory(void **state)
{
	(void)state;
	dir = xstrdup("/tmp/netvane-test-XXXXXX");
	return mkdtemp(dir) != NULL && chdir(dir) == 0 ? 0 : -1;
}

static int
leave_directory(void **state)
{
	static const char *const files[] = {"two.txt", "bad.txt", "mixed.txt", "clean.txt",
	    "mixed.csv", "one.txt", "two.csv", "joined.csv", "good.txt", "imported.csv"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(files[i]);
	if (chdir("/") != 0 || rmdir(dir) != 0)
		return -1;
	free(dir);
	return 0;
}

/* Absolute, because the tests change their directory. */
static void
set_environment(void)
{
	const char *top = getenv("top_srcdir") != NULL ? getenv("top_srcdir") : getenv("srcdir");
	char *absolute = realpath(top != NULL ? top : ".", NULL), *data;

	data = xasprintf("%s/targets", absolute);
	setenv("top_srcdir", absolute, 1);
	setenv("NETVANE_DATADIR", data, 1);
	unsetenv("COLUMNS");
	free(data);
	free(absolute);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_help_has_an_example_and_goes_to_stdout),
	    cmocka_unit_test(the_help_names_every_sensitive_category),
	    cmocka_unit_test(wrong_usage_exits_64),
	    cmocka_unit_test(list_shows_the_built_in_lists),
	    cmocka_unit_test(json_is_one_object_a_line),
	    cmocka_unit_test(lint_names_file_and_line),
	    cmocka_unit_test(lint_exits_0_when_clean_and_66_when_unread),
	    cmocka_unit_test(import_leaves_out_what_could_harm_the_volunteer),
	    cmocka_unit_test(import_takes_the_categories_it_is_told),
	    cmocka_unit_test(import_joins_files_without_duplicates),
	    cmocka_unit_test(import_writes_nothing_past_bad_lines_unless_told),
	    cmocka_unit_test(import_says_what_it_cannot_read_or_write),
	    cmocka_unit_test(citizen_labs_lists_import),
	};

	set_environment();
	log_init("netvane", LOG_LEVEL_INFO);
	return cmocka_run_group_tests_name("cmd_targets", tests, enter_directory, leave_directory);
}
