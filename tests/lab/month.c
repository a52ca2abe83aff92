/* The role "month": the daemon lives through a chronicle, in which weeks take minutes, and is compared with it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/chronicle.h"
#include "tests/lab/month_judge.h"
#include "tests/lab/month_play.h"
#include "tests/lab/month_tell.h"
#include "tests/lab/premises.h"
#include "tests/lab/roles.h"
#include "tests/lab/space.h"

static const char help[] =
    "usage: netvane-lab month [OPTION]... CHRONICLE.ini\n\n"
    "Lets netvane run live through the days of a chronicle, in which time without\n"
    "measurements is left out, and compares what it told with what happened. TAP goes\n"
    "to standard output.\n\n"
    "      --table FILE     write the result there, in Markdown\n"
    "      --keep DIR       keep the records, the configuration and the logs there\n"
    "      --longest N      give up after so many seconds (default 10800)\n"
    "      --netvane PATH   the probe (default: $NETVANE, else beside this program)\n"
    "  -h, --help           this text\n\n"
    "Exit codes: 0 all right, 1 something wrong, 77 namespaces are not allowed here.\n\n"
    "Example:\n"
    "  netvane-lab month tests/lab/month-short.ini\n";

struct options {
	const char *table, *keep, *netvane;
	int longest_s;
};

struct month {
	struct options options;
	struct arena *arena;
	struct premises at;
	struct chronicle *chronicle;
	const char *dir; /* NULL: one that goes with the process */
};

static int
parse_options(struct options *o, int argc, char **argv)
{
	enum { OPT_TABLE = 256, OPT_KEEP, OPT_LONGEST, OPT_NETVANE };
	static const struct option long_options[] = {
	    {"table", required_argument, NULL, OPT_TABLE},
	    {"keep", required_argument, NULL, OPT_KEEP},
	    {"longest", required_argument, NULL, OPT_LONGEST},
	    {"netvane", required_argument, NULL, OPT_NETVANE},
	    {"help", no_argument, NULL, 'h'},
	    {NULL, 0, NULL, 0},
	};
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (c) {
		case OPT_TABLE:
			o->table = optarg;
			break;
		case OPT_KEEP:
			o->keep = optarg;
			break;
		case OPT_LONGEST:
			o->longest_s = atoi(optarg);
			if (o->longest_s < 1) {
				log_errorx("'%s' is no number of seconds", optarg);
				return EX_USAGE;
			}
			break;
		case OPT_NETVANE:
			o->netvane = optarg;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	return -1;
}

static int
prepare(struct month *m, int argc, char **argv)
{
	char *path;

	if (optind + 1 != argc) {
		log_errorx("one chronicle should be named");
		return EX_USAGE;
	}
	path = premises_path(&m->at, argv[optind]);
	if (path == NULL || premises_find(&m->at, m->options.netvane) != 0)
		return EX_NOINPUT;
	m->chronicle = chronicle_read(path);
	if (m->chronicle == NULL)
		return EX_DATAERR;
	if (m->options.keep == NULL)
		return -1;
	if (mkdir(m->options.keep, 0700) != 0 && errno != EEXIST) {
		log_error("cannot make %s", m->options.keep);
		return EX_CANTCREAT;
	}
	m->dir = premises_path(&m->at, m->options.keep);
	return m->dir != NULL ? -1 : EX_CANTCREAT;
}

/* Returns the exit code. */
static int
tell(const struct month *m, const struct month_story *story)
{
	int failed = month_tell_tap(story, stdout);
	FILE *table;

	fflush(stdout);
	if (m->options.table == NULL)
		return failed > 0;
	table = fopen(m->options.table, "we");
	if (table == NULL) {
		log_error("cannot write %s", m->options.table);
		return EX_CANTCREAT;
	}
	month_tell_table(story, table);
	fclose(table);
	return failed > 0;
}

/* Returns the exit code. */
static int
play(struct month *m)
{
	struct month_plan plan = {.arena = m->arena, .chronicle = m->chronicle, .at = &m->at, .dir = m->dir,
	    .longest_s = m->options.longest_s};
	struct month_played played;
	struct month_found found;
	struct month_story story = {.chronicle = m->chronicle, .found = &found};
	int code;

	if (m->dir == NULL) {
		plan.dir = arena_printf(m->arena, "%s/month", m->at.scratch);
		if (mkdir(plan.dir, 0700) != 0)
			log_fatal("cannot make %s", plan.dir);
	}
	if (month_play(&plan, &played) != 0)
		return EX_SOFTWARE;
	month_judge(m->chronicle, played.truths, arena_printf(m->arena, "%s/state/results", plan.dir), &found);
	story.began_us = played.began_us;
	story.took_s = played.took_s;
	code = tell(m, &story);
	month_found_clear(&found);
	return code;
}

int
lab_month_main(int argc, char **argv)
{
	struct month m = {.options = {.longest_s = 10800}, .arena = arena_new()};
	int code;

	m.at.arena = m.arena;
	code = parse_options(&m.options, argc, argv);
	if (code < 0)
		code = prepare(&m, argc, argv);
	if (code < 0)
		code = space_leave();
	if (code == SPACE_INSIDE)
		code = premises_enter(&m.at, NULL);
	if (code < 0)
		code = play(&m);
	chronicle_free(m.chronicle);
	arena_free(m.arena);
	return code;
}
