/* The daemon's weeks. */
#include "tests/lab/month_play.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <event2/event.h>

#include "base/log.h"
#include "base/mem.h"
#include "tests/lab/child.h"
#include "tests/lab/clock_page.h"
#include "tests/lab/country.h"
#include "tests/lab/forwarder.h"
#include "tests/lab/line.h"
#include "tests/lab/premises.h"
#include "tests/lab/probe_files.h"
#include "tests/lab/space.h"

static const int64_t second_ns = 1000000000;

enum {
	TICK_US = 2000,
	DAY_S = 86400,
	/* The lab's certificates are some weeks old, and good for some more. */
	DAYS_BACK = 15,
	/* When a machine's clocks begin to count, it is not on the network yet. */
	BOOT_S = 20,
};

/* What is to happen, in the order of time. */
struct edge {
	int64_t at_s;
	const struct chronicle_episode *episode; /* NULL: a day is over */
	bool begin;
};

struct month {
	const struct month_plan *plan;
	struct arena *arena; /* the plan's, as the chronicle */
	struct chronicle *chronicle;
	struct country country;
	struct line line;
	struct clock_page *page;
	const char *page_path, *skip;
	struct event *tick, *child_ended, *too_long;
	struct edge *edges;
	size_t nedges, next;
	struct episode_truth *truths;
	int64_t began_ns, began_us; /* by the country's time, by the wall clock */
	pid_t daemon; /* -1: it is dead */
	bool leaving; /* it may end */
	bool frozen;
	int64_t frozen_ns;
	int boots;
	bool over, failed;
};

/* --- time ------------------------------------------------------------------------------------- */

static int64_t
country_ns(const struct month *m)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * second_ns + ts.tv_nsec + m->page->skipped_ns;
}

/* By a wall clock that is right. */
static int64_t
wall_us(const struct month *m)
{
	return m->began_us + (country_ns(m) - m->began_ns) / 1000;
}

static int
make_page(struct month *m)
{
	int fd;

	m->page_path = arena_printf(m->arena, "%s/clock", m->plan->dir);
	fd = open(m->page_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*m->page)) != 0) {
		log_error("cannot write %s", m->page_path);
		return -1;
	}
	m->page = mmap(NULL, sizeof(*m->page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (m->page == MAP_FAILED)
		log_fatal("no shared memory");
	return 0;
}

/* A new boot: clocks that count from there. */
static void
boot(struct month *m)
{
	FILE *file;
	char *path = arena_printf(m->arena, "%s/boot-%d", m->plan->dir, ++m->boots);

	m->page->awake_ns = m->page->boot_ns = BOOT_S * second_ns - country_ns(m);
	file = fopen(path, "we");
	if (file == NULL || fprintf(file, "00000000-0000-4000-8000-%012d\n", m->boots) < 0 || fclose(file) != 0)
		log_fatal("cannot write %s", path);
}

/* At midnight. */
static void
begin_time(struct month *m)
{
	time_t now = time(NULL);

	m->began_us = (int64_t)(now / DAY_S - DAYS_BACK) * DAY_S * 1000000;
	m->began_ns = country_ns(m);
	m->page->wall_ns = m->began_us * 1000 - m->began_ns;
	m->page->stop_ns = m->began_ns;
	boot(m);
}

/* --- the probe -------------------------------------------------------------------------------- */

static struct child_plan
probe_plan(struct month *m, char *const *argv, int out)
{
	return (struct child_plan){.spaces = &m->country.spaces,
	    .space = SPACE_CLIENT,
	    .argv = argv,
	    .home = m->plan->dir,
	    .out = out,
	    .err = -1,
	    .over = "/proc/sys/kernel/random/boot_id",
	    .under = arena_printf(m->arena, "%s/boot-%d", m->plan->dir, m->boots),
	    .preload = m->skip,
	    .clock_page = m->page_path};
}

static pid_t
start_probe(struct month *m, const char *const *words, const char *log)
{
	char **argv = NULL;
	size_t n = 0;
	int out = country_log(&m->country, log);
	struct child_plan plan;
	pid_t pid;

	*ARENA_PUSH(m->arena, argv, n) = arena_strdup(m->arena, m->plan->at->netvane);
	for (; *words != NULL; words++)
		*ARENA_PUSH(m->arena, argv, n) = arena_strdup(m->arena, *words);
	*ARENA_PUSH(m->arena, argv, n) = arena_strdup(m->arena, "-c");
	*ARENA_PUSH(m->arena, argv, n) = arena_printf(m->arena, "%s/netvane.conf", m->plan->dir);
	*ARENA_PUSH(m->arena, argv, n) = NULL;
	plan = probe_plan(m, argv, out);
	pid = child_start(&plan);
	close(out);
	return pid;
}

static void
fail(struct month *m, const char *why)
{
	log_errorx("%s; see the logs (--keep)", why);
	m->failed = m->over = true;
	event_base_loopbreak(m->country.base);
}

static void
start_daemon(struct month *m)
{
	static const char *const words[] = {"run", "--consent", NULL};

	if (m->daemon > 0) {
		fail(m, "netvane run should have ended by then");
		return;
	}
	m->leaving = false;
	m->page->waiting = 0;
	m->daemon = start_probe(m, words, "probe.log");
}

static void
kill_daemon(struct month *m)
{
	child_end(m->daemon);
	m->daemon = -1;
}

static void
ask_daemon_to_stop(struct month *m)
{
	m->leaving = true;
	if (m->daemon > 0)
		kill(m->daemon, SIGTERM);
}

static void
freeze(struct month *m)
{
	int status;

	if (m->daemon <= 0 || kill(m->daemon, SIGSTOP) != 0 || waitpid(m->daemon, &status, WUNTRACED) != m->daemon ||
	    !WIFSTOPPED(status)) {
		fail(m, "netvane run could not be stopped");
		return;
	}
	m->frozen = true;
	m->frozen_ns = country_ns(m);
}

/* asleep: the machine slept, too. */
static void
thaw(struct month *m, bool asleep)
{
	if (asleep)
		m->page->awake_ns -= country_ns(m) - m->frozen_ns;
	m->frozen = false;
	kill(m->daemon, SIGCONT);
}

/* netvane pause, netvane resume: nothing goes over the network meanwhile. */
static void
order(struct month *m, const char *command)
{
	const char *words[] = {command, NULL};

	if (child_wait(start_probe(m, words, "orders.log")) != 0)
		fail(m, "netvane did not take an order");
}

/* --- what happens ----------------------------------------------------------------------------- */

static void
trouble(struct month *m, const struct chronicle_episode *e, bool begin)
{
	struct line line = {.link_down = e->kind == EPISODE_LINK, .gateway_dead = e->kind == EPISODE_GATEWAY};
	int result = begin ? spaces_trouble(&m->country.spaces, &line) : spaces_heal(&m->country.spaces, &line);

	if (begin && result == 0)
		result = spaces_forget_neighbours(&m->country.spaces);
	if (result != 0)
		fail(m, "the line could not be changed");
}

static void
happen(struct month *m, const struct chronicle_episode *e, bool begin)
{
	switch (e->kind) {
	case EPISODE_LINK:
	case EPISODE_GATEWAY:
		trouble(m, e, begin);
		break;
	case EPISODE_SUSPEND:
	case EPISODE_STALL:
		if (begin)
			freeze(m);
		else
			thaw(m, e->kind == EPISODE_SUSPEND);
		break;
	case EPISODE_POWER:
	case EPISODE_KILL:
		if (begin) {
			kill_daemon(m);
			break;
		}
		if (e->kind == EPISODE_POWER)
			boot(m);
		start_daemon(m);
		break;
	case EPISODE_STOP:
		if (begin)
			ask_daemon_to_stop(m);
		else
			start_daemon(m);
		break;
	case EPISODE_PAUSE:
		order(m, begin ? "pause" : "resume");
		break;
	case EPISODE_CLOCK:
		m->page->wall_ns += (begin ? 1 : -1) * e->step_s * second_ns;
		break;
	default:
		chronicle_switch(m->chronicle, e, begin);
		break;
	}
}

static int
open_road(struct month *m)
{
	return country_open_road(&m->country, &m->line, m->chronicle->rules, m->chronicle->nrules, 1);
}

/* The censor remembers every connection: it may forget them while there are none. */
static void
end_day(struct month *m, int64_t day)
{
	log_info("day %lld of %d is over", (long long)day, m->chronicle->days);
	if (!m->page->waiting)
		return;
	country_close_road(&m->country);
	if (open_road(m) != 0)
		fail(m, "the road could not be opened again");
}

static void
pass_edge(struct month *m, const struct edge *edge)
{
	size_t i;

	if (edge->episode == NULL) {
		end_day(m, edge->at_s / DAY_S);
		return;
	}
	i = (size_t)(edge->episode - m->chronicle->episodes);
	log_info("%s %s", edge->episode->name, edge->begin ? "begins" : "ends");
	/* What is said by whom is told to begin is later than that, and what ends is over before. */
	if (edge->begin)
		m->truths[i].from_us = wall_us(m);
	happen(m, edge->episode, edge->begin);
	if (!edge->begin)
		m->truths[i].until_us = wall_us(m);
}

static void
end_month(struct month *m)
{
	m->over = true;
	if (m->daemon > 0)
		ask_daemon_to_stop(m);
	else
		event_base_loopbreak(m->country.base);
}

/* Whether a process waits for something, and has nothing to do. */
static bool
is_asleep(pid_t pid)
{
	char path[64], state = '?';
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
	file = fopen(path, "re");
	/* The name, in brackets, has none itself: it is this program's. */
	if (file != NULL && fscanf(file, "%*d (%*[^)]) %c", &state) != 1)
		state = '?';
	if (file != NULL)
		fclose(file);
	return state == 'S';
}

/* Counts how often in a row nothing was on its way. */
static void
look_for_quiet(struct month *m)
{
	if (forwarder_is_busy(m->country.forwarder) || !is_asleep(m->country.world))
		m->page->quiet = 0;
	else
		m->page->quiet++;
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct month *m = arg;
	int64_t now_ns = country_ns(m), at_ns;

	(void)fd;
	(void)what;
	look_for_quiet(m);
	while (m->next < m->nedges && !m->over) {
		at_ns = m->began_ns + m->edges[m->next].at_s * second_ns;
		if (now_ns < at_ns && (m->daemon <= 0 || m->frozen)) {
			m->page->skipped_ns += at_ns - now_ns;
			now_ns = at_ns;
		}
		if (now_ns < at_ns) {
			m->page->stop_ns = at_ns;
			return;
		}
		pass_edge(m, &m->edges[m->next++]);
		now_ns = country_ns(m);
	}
	if (!m->over)
		end_month(m);
}

static void
on_child(evutil_socket_t signal_number, short what, void *arg)
{
	struct month *m = arg;
	int status;

	(void)signal_number;
	(void)what;
	if (m->daemon <= 0 || waitpid(m->daemon, &status, WNOHANG) != m->daemon)
		return;
	m->daemon = -1;
	if (!m->leaving)
		fail(m, "netvane run ended");
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		fail(m, "netvane run did not end well");
	else if (m->over)
		event_base_loopbreak(m->country.base);
}

static void
on_too_long(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	fail(arg, "it takes too long");
}

/* --- before ----------------------------------------------------------------------------------- */

static void
add_edge(struct month *m, int64_t at_s, const struct chronicle_episode *e, bool begin)
{
	*ARENA_PUSH(m->arena, m->edges, m->nedges) = (struct edge){at_s, e, begin};
}

static int
by_time(const void *a, const void *b)
{
	const struct edge *x = a, *y = b;

	return x->at_s < y->at_s ? -1 : x->at_s > y->at_s;
}

static void
plan_edges(struct month *m)
{
	const struct chronicle *c = m->chronicle;
	size_t i;
	int day;

	for (i = 0; i < c->nepisodes; i++) {
		add_edge(m, c->episodes[i].from_s, &c->episodes[i], true);
		add_edge(m, c->episodes[i].until_s, &c->episodes[i], false);
	}
	for (day = 1; day <= c->days; day++)
		add_edge(m, (int64_t)day * DAY_S, NULL, false);
	qsort(m->edges, m->nedges, sizeof(*m->edges), by_time);
	m->truths = arena_alloc(m->arena, (c->nepisodes + 1) * sizeof(*m->truths));
}

/* Sites of one kind are neighbours. */
static const char *
category_of(const char *url)
{
	return strstr(url, "news") != NULL ? "NEWS" : strstr(url, "social") != NULL ? "GRP" : "CULTR";
}

static int
write_files(struct month *m)
{
	const struct chronicle *c = m->chronicle;
	struct scenario scenario = {.scale = c->scale};
	char *conf = arena_printf(m->arena, "%s/netvane.conf", m->plan->dir);
	char *list = arena_printf(m->arena, "%s/sites.csv", m->plan->dir);
	FILE *file;
	size_t i;

	if (probe_files_write(m->plan->dir, m->plan->at->certs, &scenario, &m->line) != 0)
		return -1;
	file = fopen(list, "we");
	if (file == NULL)
		log_fatal("cannot write %s", list);
	fputs("url,category_code,category_description,date_added,source,notes\n", file);
	for (i = 0; i < c->targets.n; i++)
		fprintf(file, "%s,%s,,,lab,\n", c->targets.items[i], category_of(c->targets.items[i]));
	fclose(file);
	file = fopen(conf, "ae");
	if (file == NULL)
		log_fatal("cannot write %s", conf);
	fprintf(file, "[targets]\nlist = %s\n[schedule]\nevery = %llds\n", list, (long long)c->every_s);
	for (i = 0; i < c->settings.n; i++)
		fputs(c->settings.items[i], file);
	fclose(file);
	return 0;
}

static int
build(struct month *m)
{
	m->skip = arena_printf(m->arena, "%s-skip.so", m->plan->at->self);
	if (access(m->skip, R_OK) != 0) {
		log_error("cannot read %s", m->skip);
		return -1;
	}
	m->country = (struct country){.arena = m->arena, .self = m->plan->at->self, .certs = m->plan->at->certs, .dir = m->plan->dir, .world = -1};
	m->country.base = country_base();
	return make_page(m) == 0 && spaces_make(&m->country.spaces, &m->line) == 0 && write_files(m) == 0 &&
	               country_start_world(&m->country, m->chronicle->path, false) == 0 && open_road(m) == 0
	           ? 0
	           : -1;
}

static void
add_events(struct month *m)
{
	const struct timeval tick = {0, TICK_US}, longest = {m->plan->longest_s, 0};

	m->tick = event_new(m->country.base, -1, EV_PERSIST, on_tick, m);
	m->child_ended = evsignal_new(m->country.base, SIGCHLD, on_child, m);
	m->too_long = event_new(m->country.base, -1, 0, on_too_long, m);
	event_add(m->tick, &tick);
	event_add(m->child_ended, NULL);
	event_add(m->too_long, &longest);
}

/* --- from beginning to end -------------------------------------------------------------------- */

static void
live(struct month *m)
{
	begin_time(m);
	add_events(m);
	start_daemon(m);
	event_base_dispatch(m->country.base);
	event_free(m->tick);
	event_free(m->child_ended);
	event_free(m->too_long);
}

int
month_play(const struct month_plan *plan, struct month_played *played)
{
	struct month m = {.plan = plan, .arena = plan->arena, .chronicle = plan->chronicle, .daemon = -1,
	    .line = {.family = FAMILY_4, .resolver = "router"}};
	struct timespec from, until;
	int result;

	plan_edges(&m);
	result = build(&m);
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (result == 0)
		live(&m);
	clock_gettime(CLOCK_MONOTONIC, &until);
	child_end(m.daemon);
	country_end(&m.country);
	if (m.page != NULL)
		munmap(m.page, sizeof(*m.page));
	*played = (struct month_played){m.truths, m.began_us, (double)(until.tv_sec - from.tv_sec)};
	return result != 0 || m.failed ? -1 : 0;
}
