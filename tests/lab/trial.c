/* One trial. */
#include "tests/lab/trial.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "results/measurement.h"
#include "results/record_reader.h"
#include "tests/lab/child.h"
#include "tests/lab/country.h"
#include "tests/lab/history.h"
#include "tests/lab/judge.h"
#include "tests/lab/probe_files.h"
#include "tests/lab/space.h"

enum { LONGEST_S = 300 };
/* netvane check ends with these when it could do its work. */
enum { PROBE_STATUS_MOST = 3 };

/* Measured beside the targets of the truth: nobody interferes with them unless the scenario says
 * so. */
static const char *const bystanders[] = {"https://news6.lab/", "https://social3.lab/",
    "https://mail1.lab/", "https://blog1.lab/", "https://chat2.lab/", "https://bank1.kz/"};

struct record {
	struct measurement *m;
	char *json;
};

struct trial {
	const struct trial_plan *plan;
	const struct scenario *scenario;
	struct arena *arena;
	struct country country;
	struct event *child_ended, *too_long;
	pid_t vantage, probe;
	int probe_status;
	struct line clean_line;
	const char *store, *store_place; /* the client's own certificates; NULL: the machine's */
	const char *clock,
	    *clock_step; /* a library that makes the probe's clock wrong, and how; NULL: right */
	struct words urls;
	struct record *records;
	size_t nrecords;
};

/* --- what it is made of ---------------------------------------------------------------------- */

static bool
words_contain(const struct words *words, const char *word)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		if (strcmp(words->items[i], word) == 0)
			return true;
	return false;
}

static void
add_url(struct trial *t, const char *url)
{
	if (!words_contain(&t->urls, url))
		*ARENA_PUSH(t->arena, t->urls.items, t->urls.n) = url;
}

static void
choose_urls(struct trial *t)
{
	const struct scenario *s = t->scenario;
	size_t i;

	for (i = 0; i < s->list.n; i++)
		add_url(t, s->list.items[i]);
	if (s->list.n > 0)
		return;
	for (i = 0; i < s->ntargets; i++)
		add_url(t, s->targets[i].url);
	for (i = 0; i < sizeof(bystanders) / sizeof(bystanders[0]); i++)
		add_url(t, bystanders[i]);
}

static char *
in_dir(const struct trial *t, const char *name)
{
	return arena_printf(t->arena, "%s/%s", t->plan->dir, name);
}

/* --- the world ------------------------------------------------------------------------------- */

/* The lab's addresses are none that the public internet has. */
static int
start_vantage(struct trial *t)
{
	char *argv[] = {arena_strdup(t->arena, t->plan->netvane), arena_strdup(t->arena, "control"),
	    arena_strdup(t->arena, "-c"), in_dir(t, "control.conf"),
	    arena_strdup(t->arena, "--listen"), arena_strdup(t->arena, LAB_VANTAGE),
	    arena_strdup(t->arena, "--allow-private"), NULL};

	if (probe_files_write_control(t->plan->dir, t->plan->certs) != 0)
		return -1;
	return country_start_server(&t->country, argv, "control.log", "http://", &t->vantage);
}

/* --- the way between ------------------------------------------------------------------------- */

static int
open_road(struct trial *t, const struct line *line, bool clean)
{
	return country_open_road(&t->country, line, clean ? NULL : t->scenario->rules,
	    clean ? 0 : t->scenario->nrules, (uint64_t)t->plan->run * 7919 + t->plan->column);
}

/* --- the probe ------------------------------------------------------------------------------- */

static void
on_child(evutil_socket_t signal_number, short what, void *arg)
{
	struct trial *t = arg;
	int status;

	(void)signal_number;
	(void)what;
	if (t->probe <= 0 || waitpid(t->probe, &status, WNOHANG) != t->probe)
		return;
	t->probe = -1;
	t->probe_status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	event_base_loopbreak(t->country.base);
}

static void
on_too_long(evutil_socket_t fd, short what, void *arg)
{
	struct trial *t = arg;

	(void)fd;
	(void)what;
	event_base_loopbreak(t->country.base);
}

static char **
probe_arguments(struct trial *t)
{
	char **argv = NULL;
	size_t n = 0, i;
#define ADD(text) (*ARENA_PUSH(t->arena, argv, n) = arena_strdup(t->arena, (text)))

	ADD(t->plan->netvane);
	ADD("check");
	ADD("--consent");
	ADD("-c");
	ADD(in_dir(t, "netvane.conf"));
	if (t->plan->show)
		ADD("--quiet");
	else
		ADD("--json");
	if (t->vantage > 0) {
		ADD("--control");
		ADD("http://" LAB_VANTAGE "/");
	}
	for (i = 0; i < t->urls.n; i++) {
		ADD("--url");
		ADD(t->urls.items[i]);
	}
	for (i = 0; i < t->scenario->arguments.n; i++)
		ADD(t->scenario->arguments.items[i]);
#undef ADD
	*ARENA_PUSH(t->arena, argv, n) = NULL;
	return argv;
}

/* Runs a program at the client's, with the packets on their way meanwhile. Returns its exit status,
 * or -1. */
static int
run_client(struct trial *t, char *const *argv, bool show)
{
	const struct timeval longest = {LONGEST_S, 0};
	int out = show ? -1 : country_log(&t->country, "probe.jsonl"),
	    err = show ? -1 : country_log(&t->country, "probe.log");
	struct child_plan plan = {.spaces = &t->country.spaces,
	    .space = SPACE_CLIENT,
	    .argv = argv,
	    .home = t->plan->dir,
	    .out = out,
	    .err = err,
	    .over = t->store_place,
	    .under = t->store,
	    .preload = t->clock,
	    .clock_step = t->clock_step};

	t->probe = child_start(&plan);
	if (!show) {
		close(out);
		close(err);
	}
	event_add(t->too_long, &longest);
	event_base_dispatch(t->country.base);
	event_del(t->too_long);
	if (t->probe <= 0)
		return t->probe_status;
	child_end(t->probe);
	t->probe = -1;
	log_errorx("%s did not end within %d s", argv[0], LONGEST_S);
	return -1;
}

/* One round. */
static int
run_probe(struct trial *t, bool show)
{
	int status = run_client(t, probe_arguments(t), show);

	if (status > PROBE_STATUS_MOST)
		log_errorx("the probe ended with %d; see its probe.log (--keep)", status);
	return status >= 0 && status <= PROBE_STATUS_MOST ? 0 : -1;
}

/* --- the week before ------------------------------------------------------------------------- */

static int
rebuild_baseline(struct trial *t)
{
	char *argv[] = {arena_strdup(t->arena, t->plan->netvane),
	    arena_strdup(t->arena, "baseline"), arena_strdup(t->arena, "rebuild"),
	    arena_strdup(t->arena, "-c"), in_dir(t, "netvane.conf"), NULL};
	int out = country_log(&t->country, "baseline.log");
	struct child_plan plan = {.spaces = &t->country.spaces,
	    .space = SPACE_CLIENT,
	    .argv = argv,
	    .home = t->plan->dir,
	    .out = out,
	    .err = -1};
	int status = child_wait(child_start(&plan));

	close(out);
	if (status != 0)
		log_errorx(
		    "netvane baseline rebuild ended with %d; see baseline.log (--keep)", status);
	return status == 0 ? 0 : -1;
}

/* One run in the same country on a quiet day, remembered 28 times. */
static int
remember_week(struct trial *t)
{
	char *results = in_dir(t, "state/results"), *clean = in_dir(t, "clean");
	bool ran;

	t->clean_line = scenario_clean_line(t->scenario);
	ran = probe_files_write(t->plan->dir, t->plan->certs, t->scenario, &t->clean_line) == 0 &&
	      country_start_world(&t->country, t->scenario->path, true) == 0 && open_road(t, &t->clean_line, true) == 0 &&
	      (!column_has_vantage(t->plan->column) || start_vantage(t) == 0) &&
	      run_probe(t, false) == 0;
	country_close_road(&t->country);
	child_end(t->vantage);
	child_end(t->country.world);
	t->vantage = t->country.world = -1;
	if (!ran)
		return -1;
	if (rename(results, clean) != 0)
		log_fatal("cannot move %s", results);
	return history_write(clean, results) == 0 ? rebuild_baseline(t) : -1;
}

/* --- what it found --------------------------------------------------------------------------- */

static void
read_records(struct trial *t)
{
	char *path = in_dir(t, "state/results");
	struct record_reader *reader = record_reader_new(&path, 1, NULL, NULL);
	struct record_line line;
	struct record record;
	char error[256];

	while (record_reader_next(reader, &line) == 1) {
		record.m = measurement_decode(line.data, line.len, NULL, error, sizeof(error));
		if (record.m == NULL) {
			log_errorx("a record cannot be read: %s", error);
			continue;
		}
		record.json = arena_strndup(t->arena, line.data, line.len);
		*ARENA_PUSH(t->arena, t->records, t->nrecords) = record;
	}
	record_reader_free(reader);
}

/* The newest target's record for a URL, or the round's own for NULL: earlier ones are of the week
 * before, or of earlier rounds. */
static const struct record *
find_record(const struct trial *t, const char *url)
{
	size_t i;

	for (i = t->nrecords; i-- > 0;) {
		const struct measurement *m = t->records[i].m;

		if (url == NULL ? strcmp(m->test_name, "netvane_round") == 0
		                : m->input != NULL && strcmp(m->input, url) == 0 &&
		                      m->role != NULL && strcmp(m->role, "target") == 0)
			return &t->records[i];
	}
	return NULL;
}

static const char *
evidence_of(struct trial *t, const struct measurement *m)
{
	struct buf text = BUF_EMPTY;
	const char *copy;
	size_t i;

	for (i = 0; i < m->verdict.nevidence; i++)
		buf_printf(&text, "%s%s", i > 0 ? "," : "", m->verdict.evidence[i]);
	copy = arena_strdup(t->arena, text.len > 0 ? buf_str(&text) : "-");
	buf_free(&text);
	return copy;
}

static long long
bytes_out(const struct measurement *m)
{
	long long sum = 0;
	size_t i;

	if (m->round != NULL)
		return m->round->bytes_out;
	for (i = 0; i < m->ntls; i++)
		sum += m->tls[i].bytes_out;
	return sum;
}

static void
print_row(struct trial *t, const char *target, const char *expected, const char *status,
    const char *mechanism, const struct measurement *m, enum outcome outcome)
{
	fprintf(t->plan->out, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%.2f\t%s\t%.2f\t%lld\t%s\n",
	    t->scenario->name, column_name(t->plan->column), t->plan->run, target, expected, status,
	    mechanism != NULL ? mechanism : "-", m != NULL ? m->verdict.confidence : 0,
	    m != NULL ? evidence_of(t, m) : "-", m != NULL ? m->runtime : 0,
	    m != NULL ? bytes_out(m) : 0, outcome_name(outcome));
}

static bool
report_target(struct trial *t, const char *url)
{
	const struct record *record = find_record(t, url);
	const struct measurement *m = record != NULL ? record->m : NULL;
	const struct truth_target *truth = scenario_truth(t->scenario, url, t->plan->column);
	enum outcome outcome = judge_target(truth, m);

	print_row(t, url,
	    truth == NULL ? "innocent *"
	                  : arena_printf(t->arena, "%s %s", truth->statuses, truth->mechanisms),
	    m != NULL ? verdict_status_name(m->verdict.status) : "-",
	    m != NULL ? mechanism_name(m->verdict.mechanism) : NULL, m, outcome);
	return outcome == OUTCOME_RIGHT;
}

static bool
report_round(struct trial *t)
{
	const struct record *record = find_record(t, NULL);
	const struct measurement *m = record != NULL ? record->m : NULL;
	const char *expected;
	enum outcome outcome =
	    judge_round(t->scenario, m, record != NULL ? record->json : NULL, &expected);
	const char *got =
	    m == NULL
	        ? "-"
	        : arena_printf(t->arena, "network=%s ipv6=%s local_interception=%s",
	              network_state_name(m->context.network), ipv6_state_name(m->context.ipv6),
	              m->context.local_interception ? "true" : "false");

	print_row(t, "(round)", expected, got, NULL, m, outcome);
	return outcome == OUTCOME_RIGHT;
}

static int
report(struct trial *t)
{
	bool right;
	size_t i;

	read_records(t);
	right = report_round(t);
	for (i = 0; i < t->urls.n; i++)
		right = report_target(t, t->urls.items[i]) && right;
	return right ? TRIAL_RIGHT : TRIAL_WRONG;
}

/* --- from beginning to end ------------------------------------------------------------------- */

static int
prepare_store(struct trial *t)
{
	if (t->scenario->line.os_root == NULL)
		return 0;
	t->store = in_dir(t, "store.pem");
	return probe_files_write_store(
	    t->store, t->plan->certs, t->scenario->line.os_root, &t->store_place);
}

/* The library lies beside this program. */
static int
prepare_clock(struct trial *t)
{
	const struct line *line = &t->scenario->line;
	const char *self = t->plan->self;

	if (line->clock_step_s == 0)
		return 0;
	t->clock = arena_printf(t->arena, "%s-clock.so", self);
	t->clock_step = arena_printf(t->arena, "%d %g", line->clock_step_s, line->clock_step_at_s);
	if (access(t->clock, R_OK) == 0)
		return 0;
	log_error("cannot read %s", t->clock);
	return -1;
}

/* All but the probe: the country with its troubles. */
static int
build(struct trial *t)
{
	const struct scenario *s = t->scenario;

	if (spaces_make(&t->country.spaces, &s->line) != 0)
		return -1;
	if (column_has_week(t->plan->column) && remember_week(t) != 0)
		return -1;
	if (probe_files_write(t->plan->dir, t->plan->certs, s, &s->line) != 0 ||
	    prepare_store(t) != 0 || prepare_clock(t) != 0 || country_start_world(&t->country, t->scenario->path, false) != 0 ||
	    open_road(t, &s->line, false) != 0)
		return -1;
	if (column_has_vantage(t->plan->column) && start_vantage(t) != 0)
		return -1;
	return spaces_trouble(&t->country.spaces, &s->line);
}

static int
try(struct trial *t)
{
	int round;

	for (round = 1; round <= t->scenario->rounds; round++)
		if (run_probe(t, t->plan->show && round == t->scenario->rounds) != 0)
			return TRIAL_FAILED;
	return report(t);
}

static void
trial_begin(struct trial *t, const struct trial_plan *plan)
{
	*t = (struct trial){.plan = plan,
	    .scenario = plan->scenario,
	    .arena = arena_new(),
	    .vantage = -1,
	    .probe = -1};
	t->country = (struct country){.arena = t->arena,
	    .self = plan->self,
	    .certs = plan->certs,
	    .dir = plan->dir,
	    .base = country_base(),
	    .world = -1};
	t->child_ended = evsignal_new(t->country.base, SIGCHLD, on_child, t);
	event_add(t->child_ended, NULL);
	t->too_long = event_new(t->country.base, -1, 0, on_too_long, t);
	choose_urls(t);
}

static void
trial_end(struct trial *t)
{
	size_t i;

	child_end(t->vantage);
	event_free(t->child_ended);
	event_free(t->too_long);
	country_end(&t->country);
	for (i = 0; i < t->nrecords; i++)
		measurement_free(t->records[i].m);
	arena_free(t->arena);
}

int
trial_run(const struct trial_plan *plan)
{
	struct trial t;
	int result;

	trial_begin(&t, plan);
	result = build(&t) == 0 ? try(&t) : TRIAL_FAILED;
	trial_end(&t);
	fflush(plan->out);
	return result;
}

int
trial_command(const struct trial_plan *plan)
{
	struct trial t;
	int status;

	trial_begin(&t, plan);
	status = build(&t) == 0 ? run_client(&t, plan->command, true) : -1;
	trial_end(&t);
	return status >= 0 ? status : TRIAL_UNTRIED;
}
