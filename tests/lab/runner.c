/*
 * The role "run": tries scenarios, some at a time, and says whether the probe found the truth. All
 * of it happens in namespaces of its own, and what is written there is gone when it ends, however
 * it ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/child.h"
#include "tests/lab/premises.h"
#include "tests/lab/roles.h"
#include "tests/lab/scenario.h"
#include "tests/lab/space.h"
#include "tests/lab/tell.h"
#include "tests/lab/trial.h"

static const char help[] =
    "usage: netvane-lab run [OPTION]... SCENARIO.ini...\n\n"
    "Plays each scenario in network namespaces, lets netvane measure there, and says\n"
    "whether it found the truth. TAP goes to standard output.\n\n"
    "      --column C       lone-first, lone-week, vantage-first or vantage-week (again\n"
    "                       for more; default: lone-first)\n"
    "      --all-columns    every column that a scenario says makes sense\n"
    "      --repeat N       try each N times\n"
    "      --repeat-chance N  and those in which chance decides, so often\n"
    "  -j, --jobs N         so many at the same time (default 1)\n"
    "      --slower X       give the probe X times the scenario's time, on a slow machine\n"
    "      --tsv FILE       append a line for each target and run: scenario, column,\n"
    "                       run, target, expected, got: status, mechanism, confidence,\n"
    "                       evidence, seconds, bytes out, and how right that is\n"
    "      --resume         leave out the trials that the TSV file has already\n"
    "      --keep DIR       keep the records, the configuration and the logs there\n"
    "      --certs DIR      use the lab's certificates there instead of making some\n"
    "      --netvane PATH   the probe (default: $NETVANE, else beside this program)\n"
    "      --show           what the probe shows a person, then the truth; no TAP\n"
    "  -v, --verbose        all rows, not only the wrong ones\n"
    "  -h, --help           this text\n\n"
    "Exit codes: 0 all right, 1 something wrong, 77 namespaces are not allowed here.\n\n"
    "Example:\n"
    "  netvane-lab run -j 2 --column lone-first tests/lab/scenarios/*.ini\n";

struct options {
	unsigned columns; /* bits */
	bool all_columns, show, verbose, resume;
	int repeat, repeat_chance, jobs, slower;
	const char *tsv, *keep, *certs, *netvane;
};

/* One trial to come, running or over. */
struct job {
	const struct scenario *scenario;
	enum column column;
	int run;
	const char *skip; /* why it cannot be tried; NULL: it can */
	pid_t pid;
	bool over;
	int result;
	FILE *rows; /* what it printed */
	char *dir;
};

struct runner {
	struct options options;
	struct arena *arena;
	struct premises at;
	struct scenario **scenarios;
	size_t nscenarios;
	struct job *jobs;
	size_t njobs;
	FILE *tsv;
	char *done; /* the TSV file as it was: "\nscenario\tcolumn\trun\t..."; NULL: not looked at */
	bool have_vantage, have_baseline;
};

/* --- the command line ------------------------------------------------------------------------ */

enum {
	OPT_COLUMN = 256,
	OPT_ALL_COLUMNS,
	OPT_REPEAT,
	OPT_REPEAT_CHANCE,
	OPT_RESUME,
	OPT_SLOWER,
	OPT_TSV,
	OPT_KEEP,
	OPT_CERTS,
	OPT_NETVANE,
	OPT_SHOW
};

static const struct option long_options[] = {
    {"column", required_argument, NULL, OPT_COLUMN},
    {"all-columns", no_argument, NULL, OPT_ALL_COLUMNS},
    {"repeat", required_argument, NULL, OPT_REPEAT},
    {"repeat-chance", required_argument, NULL, OPT_REPEAT_CHANCE},
    {"resume", no_argument, NULL, OPT_RESUME},
    {"slower", required_argument, NULL, OPT_SLOWER},
    {"jobs", required_argument, NULL, 'j'},
    {"tsv", required_argument, NULL, OPT_TSV},
    {"keep", required_argument, NULL, OPT_KEEP},
    {"certs", required_argument, NULL, OPT_CERTS},
    {"netvane", required_argument, NULL, OPT_NETVANE},
    {"show", no_argument, NULL, OPT_SHOW},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int
take_count(const char *text, int *out)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end != '\0' || n < 1 || n > 1000) {
		log_errorx("'%s' is not a number from 1 to 1000", text);
		return EX_USAGE;
	}
	*out = (int)n;
	return -1;
}

static int
take_column(const char *name, unsigned *columns)
{
	enum column column = column_find(name);

	if (column == COLUMN_MAX) {
		log_errorx("there is no column '%s'", name);
		return EX_USAGE;
	}
	*columns |= 1U << column;
	return -1;
}

/* Returns -1 to go on, or the exit code. */
static int
parse_options(struct options *o, int argc, char **argv)
{
	int c, code = -1;

	while (code < 0 && (c = getopt_long(argc, argv, "j:vh", long_options, NULL)) != -1) {
		switch (c) {
		case OPT_COLUMN:
			code = take_column(optarg, &o->columns);
			break;
		case OPT_ALL_COLUMNS:
			o->all_columns = true;
			break;
		case OPT_REPEAT:
			code = take_count(optarg, &o->repeat);
			break;
		case OPT_REPEAT_CHANCE:
			code = take_count(optarg, &o->repeat_chance);
			break;
		case OPT_RESUME:
			o->resume = true;
			break;
		case OPT_SLOWER:
			code = take_count(optarg, &o->slower);
			break;
		case 'j':
			code = take_count(optarg, &o->jobs);
			break;
		case OPT_TSV:
			o->tsv = optarg;
			break;
		case OPT_KEEP:
			o->keep = optarg;
			break;
		case OPT_CERTS:
			o->certs = optarg;
			break;
		case OPT_NETVANE:
			o->netvane = optarg;
			break;
		case OPT_SHOW:
			o->show = true;
			break;
		case 'v':
			o->verbose = true;
			break;
		case 'h':
			fputs(help, stdout);
			return EXIT_SUCCESS;
		default:
			return EX_USAGE;
		}
	}
	if (o->columns == 0)
		o->columns = 1U << LONE_FIRST;
	return code;
}

/* --- what it needs --------------------------------------------------------------------------- */

/* Whether the probe has a command; what it says about it is nobody's business. */
static bool
probe_knows(const struct runner *r, const char *command)
{
	pid_t pid = fork();
	int nothing;

	if (pid < 0)
		log_fatal("no process");
	if (pid > 0)
		return child_wait(pid) == 0;
	nothing = open("/dev/null", O_RDWR);
	dup2(nothing, STDOUT_FILENO);
	dup2(nothing, STDERR_FILENO);
	execl(r->at.netvane, r->at.netvane, command, "--help", (char *)NULL);
	_exit(127);
}

static int
read_scenarios(struct runner *r, char *const *paths, int n)
{
	struct scenario *scenario;
	const char *path;
	int i, wrong = 0;

	for (i = 0; i < n; i++) {
		path = premises_path(&r->at, paths[i]);
		scenario = path != NULL ? scenario_read(path) : NULL;
		if (scenario == NULL)
			wrong++;
		else
			*ARENA_PUSH(r->arena, r->scenarios, r->nscenarios) = scenario;
		if (scenario != NULL)
			scenario->scale *= r->options.slower;
	}
	if (n == 0) {
		log_errorx("no scenario was named");
		return EX_USAGE;
	}
	return wrong == 0 ? -1 : EX_DATAERR;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static const char *
reason_to_skip(const struct runner *r, enum column column)
{
	if (column_has_vantage(column) && !r->have_vantage)
		return "this netvane has no control vantage";
	if (column_has_week(column) && !r->have_baseline)
		return "this netvane keeps no baseline";
	return NULL;
}

/* Whether the round of a trial, the first of its lines, is on record. */
static bool
is_done(const struct runner *r, const struct job *job)
{
	return r->done != NULL &&
	       strstr(r->done, arena_printf(r->arena, "\n%s\t%s\t%d\t", job->scenario->name,
	                           column_name(job->column), job->run)) != NULL;
}

static int
times(const struct runner *r, const struct scenario *scenario)
{
	return scenario->chance && r->options.repeat_chance > 0 ? r->options.repeat_chance
	                                                        : r->options.repeat;
}

static void
add_jobs(struct runner *r, const struct scenario *scenario, int run)
{
	unsigned wanted = scenario->columns & (r->options.all_columns ? ~0U : r->options.columns);
	struct job job = {.scenario = scenario, .run = run};

	if (run > times(r, scenario))
		return;
	for (job.column = 0; job.column < COLUMN_MAX; job.column++) {
		if ((wanted & 1U << job.column) == 0 || is_done(r, &job))
			continue;
		job.skip = reason_to_skip(r, job.column);
		*ARENA_PUSH(r->arena, r->jobs, r->njobs) = job;
	}
}

/* Everything once, then everything again: whenever it is stopped, as much is known of all. */
static void
add_all_jobs(struct runner *r)
{
	int run, most = 0;
	size_t i;

	for (i = 0; i < r->nscenarios; i++)
		most = times(r, r->scenarios[i]) > most ? times(r, r->scenarios[i]) : most;
	for (run = 1; run <= most; run++)
		for (i = 0; i < r->nscenarios; i++)
			add_jobs(r, r->scenarios[i], run);
}

static void
make_directory(struct runner *r, struct job *job)
{
	const char *above = r->options.keep != NULL ? r->options.keep : r->at.scratch;

	job->dir = arena_printf(r->arena, "%s/%s-%s-%d", above, job->scenario->name,
	    column_name(job->column), job->run);
	if (mkdir(job->dir, 0700) != 0)
		log_fatal("cannot make %s", job->dir);
}

static int
remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

/* Each job is a process: what happens to one does not touch the others. */
static void
start_job(struct runner *r, struct job *job)
{
	struct trial_plan plan = {.scenario = job->scenario,
	    .column = job->column,
	    .run = job->run,
	    .self = r->at.self,
	    .netvane = r->at.netvane,
	    .certs = r->at.certs,
	    .show = r->options.show};

	make_directory(r, job);
	job->rows = tmpfile();
	if (job->rows == NULL)
		log_fatal("no temporary file");
	if (r->options.show)
		tell_story(job->scenario);
	fflush(stdout);
	job->pid = fork();
	if (job->pid < 0)
		log_fatal("no process");
	if (job->pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	plan.dir = job->dir;
	plan.out = job->rows;
	_exit(trial_run(&plan));
}

static void
wait_for_one(struct runner *r)
{
	int status;
	pid_t pid = waitpid(-1, &status, 0);
	size_t i;

	/* Orphans come here, too: this is the first of the processes. */
	for (i = 0; i < r->njobs; i++)
		if (r->jobs[i].pid == pid && !r->jobs[i].over) {
			r->jobs[i].over = true;
			r->jobs[i].result = WIFEXITED(status) ? WEXITSTATUS(status) : TRIAL_FAILED;
			if (r->options.keep == NULL)
				nftw(r->jobs[i].dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
		}
}

/* --- telling --------------------------------------------------------------------------------- */

static void
tell_job(const struct runner *r, const struct job *job, size_t number)
{
	char claim[512];

	snprintf(claim, sizeof(claim), "%s (%s, %d): %s", job->scenario->name,
	    column_name(job->column), job->run, job->scenario->title);
	if (job->skip != NULL) {
		printf("ok %zu - %s # SKIP %s\n", number, claim, job->skip);
		return;
	}
	if (r->options.show) {
		tell_truth(job->scenario, job->rows);
	} else {
		printf(
		    "%s %zu - %s\n", job->result == TRIAL_RIGHT ? "ok" : "not ok", number, claim);
		tell_rows(job->rows, r->tsv, r->options.verbose);
		if (r->tsv != NULL)
			fflush(r->tsv);
	}
	fclose(job->rows);
	fflush(stdout);
}

/* --- all of them ----------------------------------------------------------------------------- */

/* Starts jobs in their order, and tells of them in their order. */
static int
run_jobs(struct runner *r)
{
	size_t next = 0, told = 0, i;
	int running = 0, result = 0;

	if (!r->options.show)
		printf("1..%zu\n", r->njobs);
	while (told < r->njobs) {
		if (next < r->njobs && r->jobs[next].skip != NULL) {
			r->jobs[next++].over = true;
		} else if (next < r->njobs && running < r->options.jobs) {
			start_job(r, &r->jobs[next++]);
			running++;
		} else if (!r->jobs[told].over) {
			wait_for_one(r);
		}
		running = 0;
		for (i = 0; i < next; i++)
			running += !r->jobs[i].over;
		for (; told < next && r->jobs[told].over; told++) {
			tell_job(r, &r->jobs[told], told + 1);
			if (r->jobs[told].result != TRIAL_RIGHT)
				result = 1;
		}
	}
	if (r->options.show)
		puts(r->options.keep == NULL ? "\nThe laboratory is gone, and with it the records that were in it."
					     : "\nThe laboratory is gone.");
	return result;
}

static int
run_inside(struct runner *r)
{
	int code = premises_enter(&r->at, r->options.certs);

	if (code >= 0)
		return code;
	r->have_vantage = probe_knows(r, "control");
	r->have_baseline = probe_knows(r, "baseline");
	add_all_jobs(r);
	return run_jobs(r);
}

/* What an earlier run wrote, with a line's end before it. */
static char *
read_done(const struct runner *r)
{
	struct buf text = BUF_EMPTY;
	char block[65536];
	size_t n;
	FILE *file = fopen(r->options.tsv, "re");

	buf_add(&text, "\n", 1);
	while (file != NULL && (n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(&text, block, n);
	if (file != NULL)
		fclose(file);
	buf_add(&text, "", 1);
	return text.data;
}

static int
open_outputs(struct runner *r)
{
	if (r->options.resume && r->options.tsv == NULL) {
		log_errorx("--resume needs --tsv FILE: the trials that are done are there");
		return EX_USAGE;
	}
	if (r->options.resume)
		r->done = read_done(r);
	if (r->options.tsv != NULL && (r->tsv = fopen(r->options.tsv, "ae")) == NULL) {
		log_error("cannot write %s", r->options.tsv);
		return EX_CANTCREAT;
	}
	if (r->options.keep != NULL && mkdir(r->options.keep, 0700) != 0 && errno != EEXIST) {
		log_error("cannot make %s", r->options.keep);
		return EX_CANTCREAT;
	}
	if (r->options.keep != NULL && (r->options.keep = premises_path(&r->at, r->options.keep)) == NULL)
		return EX_CANTCREAT;
	return -1;
}

int
lab_run_main(int argc, char **argv)
{
	struct runner r = {.options = {.repeat = 1, .jobs = 1, .slower = 1}, .arena = arena_new()};
	int code = parse_options(&r.options, argc, argv);
	size_t i;

	r.at.arena = r.arena;
	if (code < 0)
		code = premises_find(&r.at, r.options.netvane) == 0 ? -1 : EX_NOINPUT;
	if (code < 0)
		code = read_scenarios(&r, argv + optind, argc - optind);
	if (code < 0)
		code = open_outputs(&r);
	if (code < 0) {
		code = space_leave();
		if (code == SPACE_INSIDE)
			code = run_inside(&r);
	}
	if (r.tsv != NULL && fclose(r.tsv) != 0)
		log_error("cannot write %s", r.options.tsv);
	free(r.done);
	for (i = 0; i < r.nscenarios; i++)
		scenario_free(r.scenarios[i]);
	arena_free(r.arena);
	return code;
}

static int
try_inside(struct runner *r, char *const *command)
{
	struct trial_plan plan = {.scenario = r->scenarios[0],
	    .column = LONE_FIRST,
	    .run = 1,
	    .self = r->at.self,
	    .netvane = r->at.netvane,
	    .command = command};
	int code = premises_enter(&r->at, r->options.certs);

	if (code >= 0)
		return code;
	plan.certs = r->at.certs;
	plan.dir = r->at.scratch;
	/* For the command's convenience. */
	setenv("LAB_ROOTS", arena_printf(r->arena, "%s/roots.pem", r->at.certs), 1);
	return trial_command(&plan);
}

int
lab_try_main(int argc, char **argv)
{
	struct runner r = {.options = {.slower = 1}, .arena = arena_new()};
	int code;

	if (argc < 3) {
		fputs(
		    "usage: netvane-lab try SCENARIO.ini COMMAND [ARGUMENT]...\n\n"
		    "Plays the scenario, and runs the command where the probe would be. Its exit\n"
		    "status is the command's; $LAB_ROOTS names the lab's public roots.\n\n"
		    "Example:\n"
		    "  netvane-lab try sni-reset.ini curl -k https://198.18.1.1/\n",
		    stderr);
		return EX_USAGE;
	}
	r.at.arena = r.arena;
	r.options.certs = getenv("LAB_CERTS");
	code = premises_find(&r.at, r.options.netvane) == 0 ? read_scenarios(&r, argv + 1, 1) : EX_NOINPUT;
	if (code < 0)
		code = space_leave();
	if (code == SPACE_INSIDE)
		code = try_inside(&r, argv + 2);
	while (r.nscenarios > 0)
		scenario_free(r.scenarios[--r.nscenarios]);
	arena_free(r.arena);
	return code;
}

int
lab_list_main(int argc, char **argv)
{
	struct scenario *scenario;
	int i, wrong = 0;

	for (i = 1; i < argc; i++) {
		scenario = scenario_read(argv[i]);
		if (scenario != NULL)
			printf("%-14s %s\n", scenario->name, scenario->title);
		wrong += scenario == NULL;
		scenario_free(scenario);
	}
	return wrong == 0 ? EXIT_SUCCESS : EX_DATAERR;
}
