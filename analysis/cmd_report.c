/* netvane-analyze report: all that records tell, in one HTML file. */
#include "config.h"

#include "analysis/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "analysis/calendars.h"
#include "analysis/catalogue.h"
#include "analysis/ingest.h"
#include "analysis/options.h"
#include "analysis/places.h"
#include "analysis/report_bundle.h"
#include "analysis/report_findings.h"
#include "analysis/report_gather.h"
#include "analysis/report_html.h"
#include "analysis/report_model.h"
#include "analysis/shipped.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/io.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/known_ca.h"

static const char report_help[] =
    "Usage: netvane-analyze report [OPTION]... PATH...\n"
    "All that the records tell, in one HTML file that needs nothing else: what was\n"
    "blocked, day by day, with the events of calendars marked; what the probes told\n"
    "of; what was measured and what was not; and how this was found out.\n\n"
    "  --events FILE    a calendar of events, as `netvane calendars' takes them, or the\n"
    "                   name of a built-in one, kz (repeatable)\n"
    "  --out FILE       where to write it; else to standard output\n"
    "  --bundle DIR     the same as tables, with a codebook and what R, pandas and DuckDB\n"
    "                   need to read them; the page as report.html, unless --out is given\n"
    "  --lang LANG      en or ru; else as LC_ALL, LC_MESSAGES or LANG say\n"
    "  --tz ZONE        whose days are shown, as Asia/Almaty; else the zone of the\n"
    "                   country that the probe was in\n\n"
    "Examples:\n"
    "  netvane-analyze report --events kz --out report.html results/\n"
    "  netvane-analyze report --lang ru --cc KZ ooni/*.jsonl.gz >report.html\n";

struct wish {
	const char **events; /* in argv */
	size_t nevents;
	const char *out, *bundle, *lang, *tz;
};

struct work {
	struct wish wish;
	struct calendars calendars;
	struct catalogue *words;
	struct places *places;
	struct report *report;
};

/* ---- Options -------------------------------------------------------------------------------- */

static bool
set_events(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->events = xreallocarray(wish->events, wish->nevents + 1, sizeof(*wish->events));
	wish->events[wish->nevents++] = value;
	return true;
}

static bool
set_out(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->out = value;
	return true;
}

static bool
set_bundle(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->bundle = value;
	return true;
}

static bool
set_lang(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->lang = value;
	return true;
}

static bool
set_tz(void *arg, const char *value)
{
	struct wish *wish = arg;

	wish->tz = value;
	return true;
}

static const struct options_own own_options[] = {
    {"events", true, set_events},
    {"out", true, set_out},
    {"bundle", true, set_bundle},
    {"lang", true, set_lang},
    {"tz", true, set_tz},
    {NULL, false, NULL},
};

/* ---- What is needed beside the records ------------------------------------------------------ */

/* What the environment asks for may be missing; what was asked for by name may not. */
static int
load_words(struct work *work)
{
	char language[CATALOGUE_LANGUAGE_SIZE], error[CATALOGUE_ERROR_SIZE];

	if (work->wish.lang != NULL)
		catalogue_language(work->wish.lang, language);
	else
		catalogue_language_wanted(language);
	if (strcmp(language, "en") == 0 && (work->wish.lang == NULL || strncmp(work->wish.lang, "en", 2) == 0))
		return EX_OK;
	work->words = catalogue_load(language, error);
	if (work->words != NULL || work->wish.lang == NULL)
		return EX_OK;
	log_errorx("--lang %s: %s", work->wish.lang, error);
	return strcmp(language, "ru") == 0 ? EX_UNAVAILABLE : EX_USAGE;
}

static int
load_places(struct work *work)
{
	work->places = places_new(work->wish.tz);
	return work->places != NULL ? EX_OK : EX_USAGE;
}

static int
load_calendars(struct work *work)
{
	return calendars_load(work->wish.events, work->wish.nevents, &work->calendars);
}

/* ---- Records -------------------------------------------------------------------------------- */

static void
add_period(struct report *report, const struct filter *filter)
{
	char text[CLOCK_TEXT_SIZE];

	if (filter->since_us != INT64_MIN)
		report_fact(report, "Records from", "%s", clock_rfc3339(filter->since_us, text));
	if (filter->until_us != INT64_MAX)
		report_fact(report, "Records before", "%s", clock_rfc3339(filter->until_us, text));
	if (filter->cc[0] != '\0')
		report_fact(report, "Country", "%s", filter->cc);
}

/* What was asked for: without it nobody can make the same report again. */
static void
add_choice(struct report *report, const struct filter *filter)
{
	struct buf text = BUF_EMPTY;
	size_t i;

	for (i = 0; i < filter->nasns; i++)
		buf_printf(&text, "%sAS%u", i > 0 ? ", " : "", filter->asns[i]);
	if (text.len > 0)
		report_fact(report, "Networks", "%s", buf_str(&text));
	buf_clear(&text);
	for (i = 0; i < filter->ntargets; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "",
		    filter->targets[i].is_url ? filter->targets[i].target.url : filter->targets[i].target.host);
	if (text.len > 0)
		report_fact(report, "Sites", "%s", buf_str(&text));
	buf_free(&text);
}

/* Whose records stood in for a control vantage, and for how many. */
static void
add_controls(struct report *report, const struct options *options, const struct ingest_counts *counts)
{
	struct buf text = BUF_EMPTY;
	size_t i;

	if (options->ncontrols == 0)
		return;
	for (i = 0; i < options->ncontrols; i++)
		buf_printf(&text, "%s%s", i > 0 ? ", " : "", options->controls[i]);
	report_fact(report, "Control results", "%s", buf_str(&text));
	report_fact(report, "Measurements in the control results", "%lld", (long long)counts->observations);
	report_fact(report, "Nearest in time, at most", "%lld s", (long long)options->control_within_us / 1000000);
	report_fact(report, "Measurements judged with them", "%lld", (long long)counts->controlled);
	report_fact(report, "Without one near enough", "%lld", (long long)(counts->uncontrolled + counts->at_odds));
	buf_free(&text);
}

static void
add_counts(struct report *report, const struct ingest_counts *counts)
{
	static const struct {
		const char *term;
		size_t offset;
	} rows[] = {
	    {N_("Records read"), offsetof(struct ingest_counts, records)},
	    {N_("Records that were there twice"), offsetof(struct ingest_counts, duplicates)},
	    {N_("Records of other tests"), offsetof(struct ingest_counts, others)},
	    {N_("Measurements of controls, left out"), offsetof(struct ingest_counts, controls)},
	    {N_("Records without a time, left out"), offsetof(struct ingest_counts, undated)},
	    {N_("Bad lines, left out"), offsetof(struct ingest_counts, bad_lines)},
	    {N_("Files that could not be read"), offsetof(struct ingest_counts, unreadable)},
	};
	int64_t n;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(&n, (const char *)counts + rows[i].offset, sizeof(n));
		if (n > 0 || i == 0)
			report_fact(report, rows[i].term, "%lld", (long long)n);
	}
}

/* As correlate has them where nobody says otherwise. */
enum { TOLERANCE = 1, SEED = 1, PERMUTATIONS = 9999 };

static int
read_records(struct work *work, const struct options *options)
{
	struct ingest *ingest = ingest_new(options, NULL);
	struct report_gather *gather = report_gather_new(work->report, work->places);
	struct report_findings *findings;
	struct known_cas known = {0};
	struct record record;
	int code;

	shipped_known_cas(&known);
	findings = report_findings_new(&known, work->places);
	while (ingest_next(ingest, &record) == 1) {
		report_gather_add(gather, &record);
		report_findings_add(findings, &record);
	}
	report_gather_end(gather);
	report_findings_end(findings, &(struct report_question){.calendars = work->calendars.items, .ncalendars = work->calendars.n,
	    .tolerance = TOLERANCE, .seed = SEED, .permutations = PERMUTATIONS, .words = work->words}, work->report);
	report_findings_free(findings);
	known_cas_clear(&known);
	add_period(work->report, &options->filter);
	add_choice(work->report, &options->filter);
	add_controls(work->report, options, ingest_counts(ingest));
	add_counts(work->report, ingest_counts(ingest));
	code = ingest_end(ingest);
	report_gather_free(gather);
	ingest_free(ingest);
	return code;
}

/* ---- The file ------------------------------------------------------------------------------- */

/* Whole, or not at all: a report that stands there already is replaced by a complete one. */
static int
write_file(const char *path, const struct buf *html)
{
	char *beside = xasprintf("%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), code = EX_OK;

	if (fd == -1) {
		log_error("cannot create %s", beside);
		free(beside);
		return EX_CANTCREAT;
	}
	if (io_write_all(fd, html->data, html->len) == -1 || close(fd) == -1 || rename(beside, path) == -1) {
		log_error("cannot write %s", path);
		unlink(beside);
		code = EX_IOERR;
	}
	free(beside);
	return code;
}

static int
write_into(const char *dir, const char *name, const struct buf *data)
{
	char *path = xasprintf("%s/%s", dir, name);
	int code = write_file(path, data);

	free(path);
	return code;
}

static int
write_bundle(const struct work *work)
{
	struct bundle_file *files;
	size_t n, i;
	int code = EX_OK;

	if (directory_make(work->wish.bundle) == -1) {
		log_error("cannot make the directory %s", work->wish.bundle);
		return EX_CANTCREAT;
	}
	n = report_bundle(work->report, &files);
	for (i = 0; i < n && code == EX_OK; i++)
		code = write_into(work->wish.bundle, files[i].name, &files[i].data);
	report_bundle_free(files, n);
	return code;
}

static int
write_report(const struct work *work)
{
	struct buf html = BUF_EMPTY;
	int code = work->wish.bundle != NULL ? write_bundle(work) : EX_OK;

	report_html(work->report, work->words, &html);
	if (code == EX_OK && work->wish.out != NULL)
		code = write_file(work->wish.out, &html);
	else if (code == EX_OK && work->wish.bundle != NULL)
		code = write_into(work->wish.bundle, "report.html", &html);
	else if (code == EX_OK)
		fwrite(html.data, 1, html.len, stdout);
	buf_free(&html);
	return options_flush(code);
}

static int
make_report(struct work *work, const struct options *options)
{
	int code;

	work->report = report_new();
	work->report->version = "netvane-analyze " PACKAGE_VERSION;
	work->report->made_us = clock_wall_us();
	code = read_records(work, options);
	if (code != EX_OK)
		return code;
	report_add_events(work->report, work->calendars.items, work->calendars.n);
	report_settle(work->report);
	return write_report(work);
}

static void
clear(struct work *work)
{
	calendars_clear(&work->calendars);
	free(work->wish.events);
	catalogue_free(work->words);
	places_free(work->places);
	report_free(work->report);
}

int
cmd_report(int argc, char **argv)
{
	static int (*const steps[])(struct work *) = {load_words, load_places, load_calendars};
	struct work work = {.wish = {0}};
	struct options options;
	size_t i;
	int code = options_read_own(&options, argc, argv, report_help, own_options, &work.wish);

	if (code == -1 && options.format != FORMAT_TABLE) {
		log_errorx("a report is HTML, and has no other --format");
		code = EX_USAGE;
	}
	if (code == -1) {
		code = calendars_check(work.wish.events, work.wish.nevents, options.paths, options.npaths);
		for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && code == EX_OK; i++)
			code = steps[i](&work);
		if (code == EX_OK)
			code = make_report(&work, &options);
	}
	clear(&work);
	options_clear(&options);
	return code;
}
