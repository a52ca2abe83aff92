/* netvane baseline: what has been learned to be normal here, and how to have it learned anew or forgotten. */
#include "probe/cmd.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/baseline.h"
#include "probe/cmd_output.h"
#include "probe/options.h"
#include "probe/place.h"
#include "probe/state_db.h"
#include "results/baseline.h"
#include "results/lock.h"
#include "targets/target.h"

static const char help[] =
    "usage: netvane baseline show [--json] [OPTION]... [URL]...\n"
    "       netvane baseline rebuild [OPTION]...\n"
    "       netvane baseline forget [OPTION]... [URL]...\n\n"
    "What is normal for each site on this line is learned from the rounds of the last\n"
    "30 days: usual addresses, certificate issuers and keys, times, block pages. Each\n"
    "says more with --help.\n\n"
    "Example:\n"
    "  netvane baseline show https://www.youtube.com/\n";

static const char show_help[] =
    "usage: netvane baseline show [--json] [OPTION]... [URL]...\n\n"
    "Shows, for each site and network, how often it was reached and how fast. With\n"
    "URLs: those sites alone, and all that is known of them. Exit code: 66 when\n"
    "nothing is known.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "      --json         one JSON object a line\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane baseline show --json > normal.jsonl\n";

static const char rebuild_help[] =
    "usage: netvane baseline rebuild [OPTION]...\n\n"
    "Forgets everything, and learns it anew from the records in the results directory.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "      --out DIR      the records are there\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane baseline rebuild\n";

static const char forget_help[] =
    "usage: netvane baseline forget [OPTION]... [URL]...\n\n"
    "Forgets what was learned about these sites; without a URL, about all, and removes\n"
    "the databases that were moved aside, state.sqlite.bad-*. The records stay, and\n"
    "'rebuild' learns from them again.\n\n"
    "  -c, --config FILE  read this configuration too\n"
    "      --state DIR    state directory\n"
    "  -h, --help         this text\n\n"
    "Example:\n"
    "  netvane baseline forget https://www.example.org/\n";

struct job {
	struct place place;
	bool json;
	struct table *table;
	size_t shown;
};

enum { OPT_JSON = 256 };

static const struct option show_options[] = {
    PLACE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {"json", no_argument, NULL, OPT_JSON},
    {NULL, 0, NULL, 0},
};
static const struct option rebuild_options[] = {
    PLACE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    PLACE_OUT_OPTION,
    {NULL, 0, NULL, 0},
};
static const struct option forget_options[] = {
    PLACE_OPTIONS,
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* --- show ------------------------------------------------------------------------------------ */

static const struct table_column columns[] = {
    {"SITE", false, 20},
    {"NETWORK", false, 0},
    {"REACHED", true, 0},
    {"DAYS", true, 0},
    {"LAST", false, 0},
    {"ADDRESSES", true, 0},
    {"KEYS", true, 0},
    {"CONNECT", true, 0},
    {"HANDSHAKE", true, 0},
};

/* "2026-11-22 06:30", or "-". */
static const char *
minute(int64_t wall_us, char out[CLOCK_TEXT_SIZE])
{
	if (wall_us == 0)
		return "-";
	clock_ooni(wall_us, out)[16] = '\0';
	return out;
}

static void
cell_ms(struct table *table, double s)
{
	if (isnan(s))
		table_cell(table, "-", TABLE_PLAIN);
	else
		table_cellf(table, TABLE_PLAIN, "%.0f ms", s * 1000);
}

static void
show_row(const char *network, const char *url, const struct baseline *b, void *arg)
{
	struct job *job = arg;
	char last[CLOCK_TEXT_SIZE];

	job->shown++;
	table_cell(job->table, url, TABLE_PLAIN);
	table_cell(job->table, network, TABLE_PLAIN);
	table_cellf(job->table, TABLE_PLAIN, "%lld/%lld", (long long)b->ok, (long long)b->measured);
	table_cellf(job->table, TABLE_PLAIN, "%lld", (long long)b->days);
	table_cell(job->table, minute(b->last_ok_us, last), TABLE_PLAIN);
	table_cellf(job->table, TABLE_PLAIN, "%zu", b->naddresses);
	table_cellf(job->table, TABLE_PLAIN, "%zu", b->nkeys);
	cell_ms(job->table, b->connect_s);
	cell_ms(job->table, b->handshake_s);
}

static void
show_json(const char *network, const char *url, const struct baseline *b, void *arg)
{
	struct job *job = arg;
	struct buf line = BUF_EMPTY;
	struct json j;

	job->shown++;
	json_init(&j, &line);
	json_put_object(&j, NULL);
	json_put_string(&j, "network", network);
	json_put_string(&j, "url", url);
	json_put_bool(&j, "steady", baseline_steady(b));
	baseline_encode(&j, b);
	json_put_object_end(&j);
	buf_putc(&line, '\n');
	fwrite(line.data, 1, line.len, stdout);
	buf_free(&line);
}

static void
add_items(struct table *table, const char *what, const struct baseline_item *items, size_t n)
{
	char last[CLOCK_TEXT_SIZE];
	size_t i;

	for (i = 0; i < n; i++) {
		table_cell(table, what, TABLE_PLAIN);
		table_cell(table, items[i].value, TABLE_PLAIN);
		table_cellf(table, TABLE_PLAIN, "%lld", (long long)items[i].count);
		table_cell(table, minute(items[i].last_us, last), TABLE_PLAIN);
	}
}

/* All of one target: its row, then what was seen of it. */
static void
show_whole(const char *network, const char *url, const struct baseline *b, void *arg)
{
	static const struct table_column item_columns[] = {
	    {"SEEN", false, 0}, {"VALUE", false, 20}, {"ROUNDS", true, 0}, {"LAST", false, 0}};
	const struct baseline_item title = {b->title, b->ok, b->last_ok_us};
	int width = table_terminal_width(STDOUT_FILENO);
	struct job *job = arg;
	struct table *items = table_new(item_columns, 4);

	job->table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	show_row(network, url, b, job);
	table_write(job->table, stdout, width, false);
	table_free(job->table);
	add_items(items, "address", b->addresses, b->naddresses);
	add_items(items, "issuer", b->issuers, b->nissuers);
	add_items(items, "key", b->keys, b->nkeys);
	add_items(items, "block page", b->blockpages, b->nblockpages);
	add_items(items, "usual title", &title, title.value != NULL);
	table_write(items, stdout, width, false);
	table_free(items);
	fputc('\n', stdout);
}

static int
baseline_show(struct job *job, const struct target *sites, size_t n)
{
	struct baselines *b = baselines_look(job->place.state);
	size_t i;

	if (!job->json && n == 0)
		job->table = table_new(columns, sizeof(columns) / sizeof(columns[0]));
	if (n == 0)
		baselines_each(b, NULL, job->json ? show_json : show_row, job);
	for (i = 0; i < n; i++)
		baselines_each(b, sites[i].url, job->json ? show_json : show_whole, job);
	if (!job->json && n == 0 && job->shown > 0)
		table_write(job->table, stdout, table_terminal_width(STDOUT_FILENO), false);
	if (!job->json && n == 0)
		table_free(job->table);
	baselines_close(b);
	if (job->shown > 0)
		return EXIT_SUCCESS;
	log_errorx("nothing is known %s; 'netvane check' learns it", n > 0 ? "of this" : "yet");
	return EX_NOINPUT;
}

/* --- rebuild and forget ---------------------------------------------------------------------- */

static int
baseline_rebuild(struct job *job, const struct target *sites, size_t n)
{
	struct baselines_rebuilt done;
	struct baselines *b;
	int result;

	(void)sites;
	if (n > 0) {
		log_errorx("baseline rebuild takes no sites: it learns all of them anew");
		return EX_USAGE;
	}
	/* Or a slip in the directory's name would forget everything. */
	if (access(job->place.results, R_OK | X_OK) == -1) {
		log_error("cannot read %s", job->place.results);
		return EX_NOINPUT;
	}
	b = baselines_open(job->place.state);
	if (b == NULL)
		return EX_CANTCREAT;
	result = baselines_rebuild(b, job->place.results, clock_wall_us(), &done);
	baselines_close(b);
	if (result != 0)
		return EX_IOERR;
	printf("Learned from %zu records in %s.\n", done.records, job->place.results);
	if (done.unreadable > 0)
		log_warnx("%zu lines there are no records", done.unreadable);
	if (done.future > 0)
		log_warnx("%zu records there are from the future, and left out", done.future);
	return EXIT_SUCCESS;
}

static int
baseline_forget(struct job *job, const struct target *sites, size_t n)
{
	struct baselines *b = baselines_open(job->place.state);
	size_t i;
	int result;

	if (b == NULL)
		return EX_CANTCREAT;
	if (n == 0) {
		baselines_forget(b, NULL);
		baselines_leave_out(b, clock_wall_us());
	}
	for (i = 0; i < n; i++)
		baselines_forget(b, sites[i].url);
	result = baselines_commit(b);
	baselines_close(b);
	/* After opening: it may have moved one more aside. */
	if (n == 0 && state_db_remove_bad(job->place.state) == -1)
		result = -1;
	return result == 0 ? EXIT_SUCCESS : EX_IOERR;
}

/* --- the command line ------------------------------------------------------------------------ */

struct subcommand {
	int (*run)(struct job *job, const struct target *sites, size_t n);
	bool writes; /* and so needs the state directory for itself */
	const struct option *options;
	const char *help;
};

static int
run_locked(const struct subcommand *command, struct job *job, const struct target *sites, size_t n)
{
	struct lock *lock;
	pid_t pid;
	int code, result;

	if (!command->writes)
		return command->run(job, sites, n);
	result = lock_take(job->place.state, &lock, &pid);
	if (result == LOCK_HELD)
		return options_say_locked(job->place.state, pid);
	if (result != LOCK_OK)
		return EX_CANTCREAT;
	code = command->run(job, sites, n);
	lock_drop(lock);
	return code;
}

static void
clear_sites(struct target *sites, int n)
{
	int i;

	for (i = 0; i < n; i++)
		target_clear(&sites[i]);
}

/* The sites as a list would name them, so that "example.org" is its https:// front page. Returns how many; -1: a bad one. */
static int
read_sites(struct target *sites, char **words, int n)
{
	char error[TARGET_ERROR_SIZE];
	int i;

	for (i = 0; i < n; i++)
		if (target_parse(words[i], &sites[i], error) != 0) {
			log_errorx("%s: %s", words[i], error);
			clear_sites(sites, i);
			return -1;
		}
	return n;
}

static int
run_on_sites(const struct subcommand *command, struct job *job, char **words, int n)
{
	struct target *sites = xcalloc((size_t)n, sizeof(*sites));
	int code = EX_USAGE;

	if (read_sites(sites, words, n) == n) {
		code = run_locked(command, job, sites, (size_t)n);
		clear_sites(sites, n);
	}
	free(sites);
	return code;
}

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
		case 'h':
			fputs(command->help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
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
		code = run_on_sites(command, &job, argv + optind, argc - optind);
	place_clear(&job.place);
	return cmd_close_output(code);
}

static int
show(int argc, char **argv)
{
	return run_command(
	    &(const struct subcommand){baseline_show, false, show_options, show_help}, argc, argv);
}

static int
rebuild(int argc, char **argv)
{
	return run_command(
	    &(const struct subcommand){baseline_rebuild, true, rebuild_options, rebuild_help}, argc, argv);
}

static int
forget(int argc, char **argv)
{
	return run_command(
	    &(const struct subcommand){baseline_forget, true, forget_options, forget_help}, argc, argv);
}

int
cmd_baseline(int argc, char **argv)
{
	static const struct cmd_word words[] = {{"show", show}, {"rebuild", rebuild}, {"forget", forget}};

	return cmd_words(argc, argv, help, words, sizeof(words) / sizeof(words[0]));
}
