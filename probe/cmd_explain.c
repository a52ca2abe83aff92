/* netvane explain: one screen for one record. */
#include "probe/cmd.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/conf.h"
#include "probe/conf_files.h"
#include "probe/explain_screen.h"
#include "probe/open_anomaly.h"
#include "probe/paths.h"
#include "probe/record_wanted.h"
#include "probe/story_screen.h"
#include "results/explain.h"
#include "results/measurement.h"
#include "results/record_reader.h"
#include "results/story.h"

static const char help[] =
    "usage: netvane explain [OPTION]... ID|URL\n\n"
    "Says what one record means: what was tried and what answered, what follows from\n"
    "it, what else could be the cause, and what would settle it. ID is the id of a\n"
    "site's record, of an event's or a round's, or its first digits, six at least. A\n"
    "URL or host name means the newest record of that site, and tells of an anomaly\n"
    "that is open. '-' explains every site's and event's record on standard input.\n\n"
    "  -c, --config FILE       read this configuration too\n"
    "      --state DIR         state directory\n"
    "      --results DIR|FILE  the records are there (again for more); .gz and .zst\n"
    "                          will do, OONI's records, and '-' for standard input\n"
    "      --all               every record of the site, in the order of the files\n"
    "      --json              one JSON object a record\n"
    "      --color WHEN        auto, always or never\n"
    "  -h, --help              this text\n\n"
    "Examples:\n"
    "  netvane explain youtube.com\n"
    "  netvane check --url https://www.youtube.com/ --json | netvane explain -\n";

struct job {
	const char *config, *state, *colour_word;
	bool all, json, colour;
	char **results; /* paths, borrowed */
	size_t nresults;
	const char *word;
	struct record_wanted wanted;
	struct measurement *best; /* of the records read so far, the one that is meant */
	struct open_anomalies *anomalies; /* of the site */
	struct buf how; /* the options with which the same records are found again */
	size_t shown;
	bool ambiguous;
};

enum { OPT_STATE = 256, OPT_RESULTS, OPT_ALL, OPT_JSON, OPT_COLOUR };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"state", required_argument, NULL, OPT_STATE},
    {"results", required_argument, NULL, OPT_RESULTS},
    {"all", no_argument, NULL, OPT_ALL},
    {"json", no_argument, NULL, OPT_JSON},
    {"color", required_argument, NULL, OPT_COLOUR},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* --- one record ------------------------------------------------------------------------------ */

static void
show_target(struct job *job, struct measurement *m, struct buf *line)
{
	struct explanation e;

	explain_record(m, &e);
	if (!job->all && !job->wanted.any && !job->wanted.by_id)
		e.open = open_anomalies_of(job->anomalies, m);
	if (job->json)
		explain_json(m, &e, line);
	else
		explain_screen(m, &e, stdout, table_terminal_width(STDOUT_FILENO), job->colour);
}

/* The id of a record of ours stands near its beginning. */
static bool
is_evidence(const struct story *story, const char *text)
{
	const char *id = strstr(text, "\"id\":\"");
	size_t i;

	for (i = 0; id != NULL && i < story->nevidence; i++)
		if (strncmp(id + 6, story->evidence[i].id, strlen(story->evidence[i].id)) == 0)
			return true;
	return false;
}

/* Reads all again, for what the records of the evidence say: who wants them is known only now. Standard input is gone. */
static void
find_evidence(const struct job *job, struct measurement *m, struct story *story)
{
	struct record_reader *reader;
	struct record_line line;
	struct measurement *record;
	char error[256];
	size_t i;

	for (i = 0; i < job->nresults; i++)
		if (strcmp(job->results[i], "-") == 0)
			return;
	reader = record_reader_new(job->results, job->nresults, NULL, NULL);
	while (!story_is_complete(story) && record_reader_next(reader, &line) == 1) {
		if (!is_evidence(story, line.data))
			continue;
		record = measurement_decode(line.data, line.len, NULL, error, sizeof(error));
		if (record != NULL)
			story_found(story, m->arena, record);
		measurement_free(record);
	}
	record_reader_free(reader);
	story->looked_up = true;
}

static void
show_story(struct job *job, struct measurement *m, struct buf *line)
{
	struct story story;

	story_of(m, &story);
	find_evidence(job, m, &story);
	if (job->json)
		story_json(m, &story, line);
	else
		story_screen(m, &story, buf_str(&job->how), stdout, table_terminal_width(STDOUT_FILENO), job->colour);
}

static void
show(struct job *job, struct measurement *m)
{
	struct buf line = BUF_EMPTY;

	if (!job->json && job->shown > 0)
		fputs("\n\n", stdout);
	if (m->event != NULL || m->round != NULL)
		show_story(job, m, &line);
	else
		show_target(job, m, &line);
	fwrite(buf_str(&line), 1, line.len, stdout);
	buf_free(&line);
	job->shown++;
}

/* --- finding --------------------------------------------------------------------------------- */

/* Of one id's records, which are copies, the last; of a site's the newest. Takes m. */
static void
consider(struct job *job, struct measurement *m)
{
	if (job->best != NULL && job->wanted.by_id && strcmp(job->best->id, m->id) != 0)
		job->ambiguous = true;
	if (job->best != NULL && job->best->start_us > m->start_us) {
		measurement_free(m);
		return;
	}
	measurement_free(job->best);
	job->best = m;
}

static void
take_line(struct job *job, const struct record_line *line)
{
	struct measurement *m;
	char error[256];

	if (!record_wanted_maybe(&job->wanted, line->data))
		return;
	m = measurement_decode(line->data, line->len, NULL, error, sizeof(error));
	if (m == NULL) {
		/* A probe may be writing it at this moment. */
		if (!line->torn)
			log_warnx("%s:%lld: %s", line->file, (long long)line->line, error);
		return;
	}
	if (!record_wanted_is(&job->wanted, m)) {
		open_anomalies_take(job->anomalies, m);
		measurement_free(m);
		return;
	}
	if (job->all || job->wanted.any) {
		show(job, m);
		measurement_free(m);
		return;
	}
	consider(job, m);
}

static int
not_found(const struct job *job)
{
	if (job->wanted.any)
		log_errorx("no record of a site or an event on standard input; 'netvane check --json' prints some");
	else if (job->wanted.by_id)
		log_errorx("no record in %s has an id that begins with %s; 'netvane check --json' shows the ids, "
			   "--results names other places to look", job->results[0], job->wanted.id);
	else
		log_errorx("no record of %s in %s; 'netvane check --url %s' makes one, --results names other places to look",
		    job->word, job->results[0], job->word);
	return EX_NOINPUT;
}

static int
search(struct job *job)
{
	struct record_reader *reader = record_reader_new(job->results, job->nresults, NULL, NULL);
	struct record_line line;

	while (record_reader_next(reader, &line) == 1)
		take_line(job, &line);
	record_reader_free(reader);
	if (job->ambiguous) {
		log_errorx("more than one record has an id that begins with %s; write more of it", job->wanted.id);
		return EX_USAGE;
	}
	if (job->best != NULL)
		show(job, job->best);
	return job->shown > 0 ? EXIT_SUCCESS : not_found(job);
}

/* --- the command line ------------------------------------------------------------------------ */

/* Returns -1 to go on, or the exit code. */
static int
read_options(struct job *job, int argc, char **argv)
{
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, "c:h", options, NULL)) != -1) {
		switch (c) {
		case 'c':
			job->config = optarg;
			break;
		case OPT_STATE:
			job->state = optarg;
			break;
		case OPT_RESULTS:
			job->results = xreallocarray(job->results, job->nresults + 1, sizeof(*job->results));
			job->results[job->nresults++] = optarg;
			break;
		case OPT_ALL:
			job->all = true;
			break;
		case OPT_JSON:
			job->json = true;
			break;
		case OPT_COLOUR:
			job->colour_word = optarg;
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
read_colour(struct job *job)
{
	const char *no = getenv("NO_COLOR");

	if (strcmp(job->colour_word, "auto") == 0)
		job->colour = isatty(STDOUT_FILENO) && (no == NULL || *no == '\0');
	else if (strcmp(job->colour_word, "always") == 0)
		job->colour = true;
	else if (strcmp(job->colour_word, "never") != 0) {
		log_errorx("--color is auto, always or never, not '%s'", job->colour_word);
		return EX_USAGE;
	}
	return -1;
}

static int
read_word(struct job *job, int argc, char **argv)
{
	char error[TARGET_ERROR_SIZE];

	if (argc != 1) {
		log_errorx("explain takes one id, URL or host name; see netvane explain --help");
		return EX_USAGE;
	}
	job->word = argv[0];
	if (record_wanted_parse(job->word, &job->wanted, error) != 0) {
		log_errorx("%s: %s", job->word, error);
		return EX_USAGE;
	}
	return -1;
}

/* Words that a shell might take for something else are put into quotes. */
static void
add_how(struct buf *how, const char *option, const char *word)
{
	bool plain = word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+:-")] == '\0';

	buf_printf(how, plain ? " %s %s" : strchr(word, '\'') != NULL ? " %s \"%s\"" : " %s '%s'", option, word);
}

static void
note_how(struct job *job)
{
	size_t i;

	if (job->config != NULL)
		add_how(&job->how, "-c", job->config);
	if (job->state != NULL)
		add_how(&job->how, "--state", job->state);
	for (i = 0; i < job->nresults; i++)
		add_how(&job->how, "--results", job->results[i]);
}

/* Where to look when nobody said it. The path is kept in *own, to free. */
static int
find_results(struct job *job, char **own)
{
	static char standard_input[] = "-";
	struct conf *conf;
	int code = -1;

	if (job->nresults > 0)
		return -1;
	job->results = xreallocarray(NULL, 1, sizeof(*job->results));
	job->nresults = 1;
	job->results[0] = standard_input;
	if (job->wanted.any)
		return -1;
	conf = conf_files_read(job->config, &code);
	if (conf == NULL)
		return code;
	if (job->state != NULL)
		free(conf_set(conf, "probe.state", job->state));
	*own = job->results[0] = paths_results(conf);
	conf_free(conf);
	return -1;
}

int
cmd_explain(int argc, char **argv)
{
	struct job job = {.colour_word = "auto", .wanted = {.any = true}, .how = BUF_EMPTY, .anomalies = open_anomalies_new()};
	char *own = NULL;
	int code = read_options(&job, argc, argv);

	if (code < 0)
		code = read_colour(&job);
	if (code < 0)
		code = read_word(&job, argc - optind, argv + optind);
	note_how(&job);
	if (code < 0)
		code = find_results(&job, &own);
	if (code < 0)
		code = search(&job);
	measurement_free(job.best);
	open_anomalies_free(job.anomalies);
	buf_free(&job.how);
	record_wanted_clear(&job.wanted);
	free(job.results);
	free(own);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		log_error("standard output");
		return EX_IOERR;
	}
	return code;
}
