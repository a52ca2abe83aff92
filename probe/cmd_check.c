/* netvane check: one pass, then exit; for people and for cron. */
#include "probe/cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/directory.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/table.h"
#include "probe/archive.h"
#include "probe/baseline.h"
#include "probe/conf.h"
#include "probe/envelope.h"
#include "probe/heartbeat.h"
#include "probe/occurrence.h"
#include "probe/options.h"
#include "probe/plan.h"
#include "probe/probe.h"
#include "probe/progress.h"
#include "probe/round.h"
#include "probe/summary.h"
#include "results/journal.h"
#include "results/lock.h"
#include "results/measurement.h"

static const char help[] =
    "usage: netvane check [OPTION]...\n\n"
    "Measures every target once: looks its name up, connects to its addresses, shakes\n"
    "hands over TLS and fetches its page. Shows what was found, writes one JSON\n"
    "record a target, and exits.\n\n"
    "  -c, --config FILE       read this configuration too\n"
    "      --list NAME|FILE    measure this list (again for more); 'netvane targets\n"
    "                          list' names the built-in ones\n"
    "      --url URL           measure this site (again for more)\n"
    "      --out DIR           write the records to this directory\n"
    "      --json              print the records, one JSON object a line\n"
    "      --consent           you have read the text of 'netvane init' and agree:\n"
    "                          for cron\n"
    "      --roots FILE        trust the PEM roots in FILE instead of the public ones\n"
    "      --resolver IP[:PORT]\n"
    "                          second resolver to compare the system's with\n"
    "      --doh URL[#IP,IP]   resolver over HTTPS to compare with (again for more)\n"
    "      --control URL[#IP,IP]\n"
    "                          test helper to ask how the sites look from elsewhere\n"
    "                          (again for more); it learns what you measure\n"
    "      --state DIR         where consent and state are kept\n"
    "      --concurrency N     targets measured at the same time (default 50)\n"
    "      --all-addresses     connect to every address, not to 4 a family\n"
    "      --no-http           do not fetch pages of https:// targets\n"
    "      --trace             where interference is suspected, find the hop at which\n"
    "                          it begins; it stands out, read safety.md before\n"
    "      --skip-bad          leave bad lines of lists out instead of stopping\n"
    "      --color WHEN        auto, always or never\n"
    "  -q, --quiet             no progress and no notes\n"
    "  -v, --verbose           say what is being done\n"
    "  -h, --help              this text\n\n"
    "Exit codes: 0 nothing suspected, 1 something suspected, 2 something confirmed,\n"
    "3 nothing could be judged (offline, captive portal, no consent, stopped before the\n"
    "end with nothing found); 64 and above: the tool could not work.\n\n"
    "Examples:\n"
    "  netvane check\n"
    "  netvane check --list kz-news --url https://vk.com/ --json > today.jsonl\n";

/* Care for the results of earlier days, after a round. What is not done by then is done after the next. */
enum { TIDY_S = 10 };

struct run {
	struct options o;
	struct plan plan;
	struct lock *lock;
	struct archive *archive;
	bool journal_failed, stdout_failed;
	struct baselines *baselines;
	struct probe *probe;
	struct round *round;
	struct progress *progress;
	struct summary *summary;
	struct buf line;
	bool stopping;
	int signals; /* of those that may mean "at once" */
};

/* --- before anything is sent ----------------------------------------------------------------- */

static int
open_files(struct run *run)
{
	pid_t pid = 0;
	int result;

	if (directory_make(run->o.state) != 0) {
		log_error("cannot create the state directory %s", run->o.state);
		return EX_CANTCREAT;
	}
	result = lock_take(run->o.state, &run->lock, &pid);
	if (result == LOCK_HELD)
		return options_say_locked(run->o.state, pid);
	if (result != LOCK_OK)
		return EX_CANTCREAT;
	result = archive_open(run->o.results, run->o.conf, ARCHIVE_CHECK, &run->archive, &pid);
	if (result == JOURNAL_LOCKED)
		return options_say_locked(run->o.results, pid);
	return result == JOURNAL_OK ? -1 : EX_CANTCREAT;
}

/* What the journal holds may not have been learned: the file is new, or the last round was killed. */
static void
open_baselines(struct run *run)
{
	struct baselines_rebuilt done;

	run->baselines = baselines_open(run->o.state);
	if (baselines_catch_up(run->baselines, run->o.results, clock_wall_us(), &done) == 0 &&
	    done.records > 0)
		log_info("learned what is normal here from %zu records in %s", done.records,
		    run->o.results);
}

/* --- while it runs --------------------------------------------------------------------------- */

static void
print_line(struct run *run, const struct buf *line)
{
	if (!run->o.json || run->stdout_failed)
		return;
	if (fwrite(line->data, 1, line->len, stdout) != line->len ||
	    fflush(stdout) != 0) {
		run->stdout_failed = true;
		log_warn("cannot write to standard output; the records go to %s all the same",
		    run->o.results);
	}
}

/* What the archive did, or could not do. It may come in the middle of writing another record. */
static void
take_occurrence(const struct occurrence *o, void *arg)
{
	struct run *run = arg;
	struct measurement *m = envelope_event(run->probe, o);
	struct buf line = BUF_EMPTY;

	measurement_encode(m, &line);
	archive_append(run->archive, line.data, line.len);
	print_line(run, &line);
	measurement_free(m);
	buf_free(&line);
}

static void
take_record(struct measurement *m, void *arg)
{
	struct run *run = arg;

	buf_clear(&run->line);
	measurement_encode(m, &run->line);
	archive_append(run->archive, run->line.data, run->line.len);
	print_line(run, &run->line);
	summary_add(run->summary, m);
	baselines_learn(run->baselines, m);
	measurement_free(m);
}

static void
show_progress(size_t done, size_t all, const char *now, void *arg)
{
	struct run *run = arg;

	if (run->progress != NULL)
		progress_show(run->progress, done, all, now);
}

static void
round_done(void *arg)
{
	struct run *run = arg;

	event_base_loopbreak(run->probe->base);
}

static void
sync_now(evutil_socket_t fd, short what, void *arg)
{
	struct run *run = arg;

	(void)fd;
	(void)what;
	archive_tick(run->archive);
}

static void
stop(struct run *run)
{
	if (run->stopping)
		return;
	run->stopping = true;
	log_info("stopping; what is measured so far is kept (again to stop at once)");
	round_interrupt(run->round);
}

static void
interrupted(evutil_socket_t signal_number, short what, void *arg)
{
	struct run *run = arg;

	(void)what;
	if (run->signals++ == 0) {
		stop(run);
		return;
	}
	archive_sync(run->archive);
	baselines_commit(run->baselines);
	_exit(128 + (int)signal_number);
}

/* The terminal has gone. It comes from the shell and from the kernel, and nobody means "at once" by the second one. */
static void
hung_up(evutil_socket_t signal_number, short what, void *arg)
{
	(void)signal_number;
	(void)what;
	stop(arg);
}

/*
 * nohup has them ignored, and they stay so. Else they are ignored but for the event's time, which ends before what was learned is on
 * the disk.
 */
static void
watch_hangups(struct event *event)
{
	struct sigaction old;

	if (sigaction(SIGHUP, NULL, &old) != 0 || old.sa_handler == SIG_IGN)
		return;
	signal(SIGHUP, SIG_IGN);
	event_add(event, NULL);
}

static void
run_loop(struct run *run)
{
	struct event_base *base = run->probe->base;
	struct event *on_int = evsignal_new(base, SIGINT, interrupted, run);
	struct event *on_term = evsignal_new(base, SIGTERM, interrupted, run);
	struct event *on_hup = evsignal_new(base, SIGHUP, hung_up, run);
	struct event *on_sync = event_new(base, -1, EV_PERSIST, sync_now, run);
	const struct timeval every = {5, 0};

	event_add(on_int, NULL);
	event_add(on_term, NULL);
	watch_hangups(on_hup);
	event_add(on_sync, &every);
	event_base_dispatch(base);
	event_free(on_int);
	event_free(on_term);
	event_free(on_hup);
	event_free(on_sync);
}

static int
measure(struct run *run)
{
	struct round_plan plan = {.targets = run->plan.targets, .ntargets = run->plan.ntargets,
	    .controls = &run->plan.controls, .record = take_record, .progress = show_progress,
	    .done = round_done, .arg = run};

	run->probe = probe_new(run->o.conf);
	if (run->probe == NULL)
		return EX_CONFIG;
	plan.probe = run->probe;
	archive_tell(run->archive, take_occurrence, run);
	open_baselines(run);
	plan.baselines = run->baselines;
	plan.since_last_s = heartbeat_since(run->o.state);
	heartbeat_mark(run->o.state);
	run->summary = summary_new(run->plan.targets, run->plan.ntargets);
	if (!run->o.quiet)
		run->progress = progress_new("measuring");
	run->round = round_start(&plan);
	run_loop(run);
	progress_free(run->progress);
	run->progress = NULL;
	run->journal_failed = !archive_sync(run->archive) || archive_lost(run->archive) > 0;
	baselines_commit(run->baselines);
	return -1;
}

static int
present(const struct run *run)
{
	FILE *words = run->o.json ? stderr : stdout;
	int width = table_terminal_width(run->o.json ? STDERR_FILENO : STDOUT_FILENO);

	if (!run->o.json) {
		summary_table(run->summary, stdout, width, options_use_colour(&run->o));
		fputc('\n', stdout);
	}
	if (!run->o.json || !run->o.quiet)
		summary_words(run->summary, words, width, run->o.results);
	if (run->journal_failed) {
		log_errorx("some records could not be written to %s; see above", run->o.results);
		return EX_IOERR;
	}
	if (fflush(stdout) != 0 && !run->stdout_failed)
		log_error("cannot write to standard output; the records are in %s", run->o.results);
	if (run->stdout_failed || ferror(stdout))
		return EX_IOERR;
	return summary_exit_code(run->summary);
}

static void
clean_up(struct run *run)
{
	summary_free(run->summary);
	round_free(run->round);
	archive_close(run->archive);
	probe_free(run->probe);
	baselines_close(run->baselines);
	lock_drop(run->lock);
	plan_clear(&run->plan);
	buf_free(&run->line);
	options_clear(&run->o);
}

int
cmd_check(int argc, char **argv)
{
	struct run run = {.o = {.colour = "auto"}, .line = BUF_EMPTY};
	int code = options_parse(&run.o, help, argc, argv);

	if (code < 0)
		code = options_configure(&run.o);
	if (code < 0)
		code = plan_load(&run.plan, run.o.conf, run.o.skip_bad);
	if (code < 0)
		code = options_consent(&run.o);
	if (code < 0)
		code = options_pause(&run.o);
	if (code < 0)
		code = open_files(&run);
	if (code < 0)
		code = measure(&run);
	if (code < 0) {
		code = present(&run);
		archive_tidy(run.archive, TIDY_S);
	}
	clean_up(&run);
	return code;
}
