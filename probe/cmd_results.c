/* netvane results: what is on the disk, and how to have it gone. */
#include "probe/cmd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/directory.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/cmd_output.h"
#include "probe/options.h"
#include "probe/place.h"
#include "results/lock.h"

static const char help[] =
    "usage: netvane results ls [--json] [OPTION]...\n"
    "       netvane results wipe [--all] [--yes] [OPTION]...\n\n"
    "Shows the files with results, or deletes them. Each says more with --help.\n\n"
    "Example:\n"
    "  netvane results ls\n";

static const char ls_help[] =
    "usage: netvane results ls [--json] [OPTION]...\n\n"
    "Shows the files in the results directory that are netvane's, and their size.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "      --out DIR      the records are there\n"
    "      --json         one JSON object a line\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane results ls --json\n";

static const char wipe_help[] =
    "usage: netvane results wipe [--all] [--yes] [OPTION]...\n\n"
    "Deletes all records, and what was learned from them, after asking. What was\n"
    "deleted can sometimes be found again on a disk: only an encrypted one helps\n"
    "against that.\n\n"
    "      --all          what else is netvane's in the state directory as well: your\n"
    "                     consent, and when it last measured\n"
    "      --yes          do not ask\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "      --out DIR      the records are there\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane results wipe --all\n";

enum { OPT_JSON = 256, OPT_ALL, OPT_YES };

/* As where consent is not given. */
enum { NOT_CONFIRMED = 3 };

static const struct option ls_options[] = {
    PLACE_OPTIONS,
    PLACE_OUT_OPTION,
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, OPT_JSON},
    {NULL, 0, NULL, 0},
};
static const struct option wipe_options[] = {
    PLACE_OPTIONS,
    PLACE_OUT_OPTION,
    {"help", no_argument, NULL, 'h'},
    {"all", no_argument, NULL, OPT_ALL},
    {"yes", no_argument, NULL, OPT_YES},
    {NULL, 0, NULL, 0},
};

struct job {
	struct place place;
	bool json, all, yes;
};

struct found {
	char *path, *name;
	int64_t size;
};

struct files {
	struct found *items;
	size_t n;
	int64_t bytes;
};

/* --- finding ----------------------------------------------------------------------------------- */

/* By the beginnings of their names; a name that ends in '/' is a directory whose files all go. */
static const char *const records[] = {"netvane-", "segments.index", "quota.intent", NULL};
static const char *const learned[] = {"state.sqlite", "dump.json", "outbox/", NULL};
static const char *const rest[] = {"consent", "last-round", "paused", "lock", NULL};

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct found *)a)->path, ((const struct found *)b)->path);
}

static bool
is_one(const char *name, const char *const *beginnings)
{
	for (; *beginnings != NULL; beginnings++)
		if (strncmp(name, *beginnings, strlen(*beginnings)) == 0)
			return true;
	return false;
}

static void
add_file(const char *dir, const char *name, struct files *files)
{
	char *path = xasprintf("%s/%s", dir, name);
	struct stat st;

	if (lstat(path, &st) != 0 || !S_ISREG(st.st_mode)) {
		free(path);
		return;
	}
	files->items = xreallocarray(files->items, files->n + 1, sizeof(*files->items));
	files->items[files->n++] = (struct found){.path = path, .name = xstrdup(name), .size = st.st_size};
	files->bytes += st.st_size;
}

/* Regular files of a directory; beginnings NULL: all of them. */
static void
find_in(const char *dir, const char *const *beginnings, struct files *files)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	if (d == NULL) {
		if (errno != ENOENT)
			log_warn("cannot look into %s", dir);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (beginnings == NULL || is_one(entry->d_name, beginnings))
			add_file(dir, entry->d_name, files);
	closedir(d);
}

static void
find(const char *dir, const char *const *beginnings, struct files *files)
{
	const char *const *b;
	char *below;
	size_t len;

	find_in(dir, beginnings, files);
	for (b = beginnings; *b != NULL; b++) {
		len = strlen(*b);
		if ((*b)[len - 1] != '/')
			continue;
		below = xasprintf("%s/%.*s", dir, (int)len - 1, *b);
		find_in(below, NULL, files);
		free(below);
	}
}

static void
files_sort(struct files *files)
{
	if (files->n > 0)
		qsort(files->items, files->n, sizeof(*files->items), by_name);
}

static void
files_clear(struct files *files)
{
	size_t i;

	for (i = 0; i < files->n; i++) {
		free(files->items[i].path);
		free(files->items[i].name);
	}
	free(files->items);
	*files = (struct files){0};
}

/* --- ls ---------------------------------------------------------------------------------------- */

static void
print_file(const struct found *file)
{
	struct buf line = BUF_EMPTY;
	struct json j;

	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "file", file->path);
	json_put_int(&j, "bytes", file->size);
	json_put_object_end(&j);
	cmd_print_line(&line);
	buf_free(&line);
}

static int
run_ls(struct job *job)
{
	static const struct table_column columns[] = {{"FILE", false, 20}, {"BYTES", true, 0}};
	struct table *table = table_new(columns, 2);
	struct files files = {0};
	size_t i;

	find(job->place.results, records, &files);
	files_sort(&files);
	for (i = 0; i < files.n; i++) {
		if (job->json)
			print_file(&files.items[i]);
		table_cell(table, files.items[i].name, TABLE_PLAIN);
		table_cellf(table, TABLE_PLAIN, "%lld", (long long)files.items[i].size);
	}
	if (!job->json && files.n > 0)
		table_write(table, stdout, table_terminal_width(STDOUT_FILENO), false);
	if (!job->json)
		printf("%s%zu file%s, %lld bytes, in %s\n", files.n > 0 ? "\n" : "", files.n, files.n == 1 ? "" : "s",
		    (long long)files.bytes, job->place.results);
	table_free(table);
	files_clear(&files);
	return EXIT_SUCCESS;
}

/* --- wipe -------------------------------------------------------------------------------------- */

/* Takes the lock of a directory that is there. Returns -1 to go on, or the exit code. */
static int
lock_directory(const char *dir, struct lock **lock)
{
	pid_t pid = 0;
	int result;

	*lock = NULL;
	if (access(dir, F_OK) != 0)
		return -1;
	result = lock_take(dir, lock, &pid);
	if (result == LOCK_HELD)
		return options_say_locked(dir, pid);
	return result == LOCK_OK ? -1 : EX_CANTCREAT;
}

static bool
confirmed(const struct job *job, const struct files *files)
{
	char line[64];

	if (job->yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		log_errorx("nothing was deleted: there is nobody to ask; say --yes if you mean it");
		return false;
	}
	fprintf(stderr, "%zu file%s (%lld bytes) of %s%s%s will be deleted and cannot be brought back. Type yes to go on: ",
	    files->n, files->n == 1 ? "" : "s", (long long)files->bytes, job->place.results, job->all ? ", and all else in " : ", and what was learned in ",
	    job->place.state);
	return fgets(line, sizeof(line), stdin) != NULL && strcmp(line, "yes\n") == 0;
}

static void
sync_directory(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		return;
	if (directory_sync(fd) == -1)
		log_warn("%s: what was deleted may still be on the disk", dir);
	close(fd);
}

static int
delete_all(const struct job *job, const struct files *files)
{
	size_t left = 0, i;

	for (i = 0; i < files->n; i++)
		if (unlink(files->items[i].path) != 0 && errno != ENOENT) {
			log_error("cannot delete %s", files->items[i].path);
			left++;
		}
	sync_directory(job->place.results);
	sync_directory(job->place.state);
	printf("%zu file%s deleted\n", files->n - left, files->n - left == 1 ? "" : "s");
	return left == 0 ? EXIT_SUCCESS : EX_IOERR;
}

static int
run_wipe(struct job *job)
{
	struct lock *state_lock = NULL, *results_lock = NULL;
	struct files files = {0};
	int code = lock_directory(job->place.state, &state_lock);

	if (code < 0)
		code = lock_directory(job->place.results, &results_lock);
	if (code < 0) {
		find(job->place.results, records, &files);
		find(job->place.state, learned, &files);
		if (job->all) {
			find(job->place.state, rest, &files);
			find(job->place.results, (const char *const[]){"lock", NULL}, &files);
		}
		files_sort(&files);
		code = confirmed(job, &files) ? delete_all(job, &files) : NOT_CONFIRMED;
	}
	files_clear(&files);
	lock_drop(results_lock);
	lock_drop(state_lock);
	return code;
}

/* --- the command line -------------------------------------------------------------------------- */

struct subcommand {
	const char *help;
	const struct option *options;
	int (*run)(struct job *job);
};

/* Returns -1 to go on, or the exit code. */
static int
read_options(const struct subcommand *command, struct job *job, int argc, char **argv)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:h", command->options, NULL)) != -1) {
		if (place_take(&job->place, c, optarg))
			continue;
		switch (c) {
		case OPT_JSON:
			job->json = true;
			break;
		case OPT_ALL:
			job->all = true;
			break;
		case OPT_YES:
			job->yes = true;
			break;
		case 'h':
			fputs(command->help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (optind < argc) {
		log_errorx("'%s' is not an option", argv[optind]);
		return EX_USAGE;
	}
	return -1;
}

static int
run_command(const struct subcommand *command, int argc, char **argv)
{
	struct job job = {0};
	int code = read_options(command, &job, argc, argv);

	if (code < 0)
		code = place_find(&job.place);
	if (code < 0)
		code = command->run(&job);
	place_clear(&job.place);
	return cmd_close_output(code);
}

static int
results_ls(int argc, char **argv)
{
	return run_command(&(const struct subcommand){ls_help, ls_options, run_ls}, argc, argv);
}

static int
results_wipe(int argc, char **argv)
{
	return run_command(&(const struct subcommand){wipe_help, wipe_options, run_wipe}, argc, argv);
}

int
cmd_results(int argc, char **argv)
{
	static const struct cmd_word words[] = {{"ls", results_ls}, {"wipe", results_wipe}};

	return cmd_words(argc, argv, help, words, sizeof(words) / sizeof(words[0]));
}
