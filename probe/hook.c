/*
 * A program that is run for each event. How events wait is hook_queue.c's business, how a program is started spawn.c's, what its output
 * becomes hook_output.c's, what its end means hook_end.c's.
 */
#include "probe/hook.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "probe/hook_command.h"
#include "probe/hook_end.h"
#include "probe/hook_output.h"
#include "probe/hook_queue.h"
#include "probe/spawn.h"

enum phase {
	PHASE_IDLE,
	PHASE_RUNNING,
	PHASE_TERMINATED, /* SIGTERM was sent, SIGKILL is next */
	PHASE_KILLED,
};

struct hook {
	struct event_base *base;
	char **argv;
	int limit_ms;
	size_t waiting_max;
	struct hook_queue queue;

	/* The program that runs. */
	enum phase phase;
	struct spawned spawned;
	struct hook_order *order;
	size_t written; /* of its JSON */
	struct hook_output output;
	struct hook_ended ended;
	int64_t limit_ns; /* monotonic: when the phase is over */
	struct event in, out, child, limit;

	struct event go; /* look what is next, from the loop */
	bool said[HOOK_END_MAX]; /* since it last ended well */
	struct hook_counts counts;

	bool stopping;
	int64_t stop_ns; /* monotonic: when the last program must be gone */
	int stop_grace_ms;
	void (*stopped)(void *arg);
	void *stopped_arg;
};

/* --- the program at work --------------------------------------------------------------------- */

static void
log_printed(const char *text, void *arg)
{
	const struct hook *h = arg;
	const char *slash = strrchr(h->argv[0], '/');

	log_info("%s: %s", slash + 1, text);
}

static void
close_in(struct hook *h)
{
	event_del(&h->in);
	if (h->spawned.in >= 0)
		close(h->spawned.in);
	h->spawned.in = -1;
}

static void
close_out(struct hook *h)
{
	event_del(&h->out);
	if (h->spawned.out >= 0)
		close(h->spawned.out);
	h->spawned.out = -1;
}

/* A program that does not read leaves the pipe full; one that has gone, or closed it, gives EPIPE. Neither is wrong. */
static void
hook_on_in(evutil_socket_t fd, short what, void *arg)
{
	struct hook *h = arg;
	const struct buf *json = &h->order->json;
	ssize_t n;

	(void)what;
	while (h->written < json->len) {
		n = write(fd, json->data + h->written, json->len - h->written);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0)
			break;
		h->written += (size_t)n;
	}
	close_in(h);
}

/* Reads once. False when there is nothing to be read now, or any more. */
static bool
read_printed(struct hook *h)
{
	char data[16384];
	ssize_t n = h->spawned.out >= 0 ? read(h->spawned.out, data, sizeof(data)) : 0;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		hook_output_take(&h->output, data, (size_t)n, log_printed, h);
	if (h->output.bytes > HOOK_PRINTED_MAX)
		h->ended.noisy = true;
	if (n <= 0 || h->ended.noisy)
		close_out(h);
	return n > 0 && !h->ended.noisy;
}

static void
hook_on_out(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	read_printed(arg);
}

static void
set_limit(struct hook *h, int64_t ms)
{
	struct timeval tv = {ms / 1000, ms % 1000 * 1000};

	h->limit_ns = clock_mono_ns() + ms * 1000000;
	event_add(&h->limit, &tv);
}

/* The time of this phase is over. */
static void
hook_on_limit(evutil_socket_t fd, short what, void *arg)
{
	struct hook *h = arg;

	(void)fd;
	(void)what;
	if (h->phase == PHASE_RUNNING) {
		h->phase = PHASE_TERMINATED;
		h->ended.late = true;
		spawn_signal(&h->spawned, SIGTERM);
		set_limit(h, h->stopping ? h->stop_grace_ms : HOOK_GRACE_MS);
	} else if (h->phase == PHASE_TERMINATED) {
		h->phase = PHASE_KILLED;
		spawn_signal(&h->spawned, SIGKILL);
	}
}

static void
tell_end(struct hook *h)
{
	enum hook_end end = hook_end_find(&h->ended);
	struct buf words = BUF_EMPTY;

	hook_end_words(&h->ended, h->argv[0], h->limit_ms, &words);
	if (h->output.left_out > 0)
		log_info("%s printed %zu more lines", h->argv[0], h->output.left_out);
	if (end == HOOK_END_WELL) {
		h->counts.well++;
		memset(h->said, 0, sizeof(h->said));
	} else
		h->counts.badly++;
	/* Again and again, for months, would hide everything else. */
	if (end == HOOK_END_WELL || h->said[end])
		log_debug("%s", buf_str(&words));
	else
		log_warnx("%s; said once until it goes well again", buf_str(&words));
	h->said[end] = end != HOOK_END_WELL;
	buf_free(&words);
}

/* What it leaves behind in its group is ended with it. */
static void
finish(struct hook *h)
{
	/* As long as nobody has waited for it, its number is no other's. */
	spawn_signal(&h->spawned, SIGKILL);
	/* Somebody who left the group may go on writing for ever. */
	while (h->output.bytes < HOOK_PRINTED_MAX && read_printed(h))
		;
	hook_output_end(&h->output, log_printed, h);
	while (waitpid(h->spawned.pid, &h->ended.status, 0) < 0 && errno == EINTR)
		;
	h->ended.err = spawn_error(&h->spawned);
	close_in(h);
	close_out(h);
	event_del(&h->child);
	event_del(&h->limit);
	tell_end(h);
	hook_order_free(h->order);
	h->order = NULL;
	h->phase = PHASE_IDLE;
	event_active(&h->go, EV_TIMEOUT, 1);
}

/* Some process has ended. Only ours is asked about, and it is not waited for yet. */
static void
hook_on_child(evutil_socket_t fd, short what, void *arg)
{
	struct hook *h = arg;
	siginfo_t info = {.si_pid = 0};

	(void)fd;
	(void)what;
	if (h->phase == PHASE_IDLE)
		return;
	if (waitid(P_PID, (id_t)h->spawned.pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
	    info.si_pid == h->spawned.pid)
		finish(h);
}

static void
watch_pipes(struct hook *h)
{
	event_assign(&h->in, h->base, h->spawned.in, EV_WRITE | EV_PERSIST, hook_on_in, h);
	event_assign(&h->out, h->base, h->spawned.out, EV_READ | EV_PERSIST, hook_on_out, h);
	if (h->spawned.in >= 0)
		event_add(&h->in, NULL);
	if (h->spawned.out >= 0)
		event_add(&h->out, NULL);
}

/* Milliseconds for the next program; below 1: none may be started. */
static int64_t
time_allowed(const struct hook *h)
{
	int64_t left;

	if (!h->stopping)
		return h->limit_ms;
	left = (h->stop_ns - clock_mono_ns()) / 1000000 - h->stop_grace_ms;
	return left < h->limit_ms ? left : h->limit_ms;
}

static void
start(struct hook *h)
{
	int64_t allowed = time_allowed(h);

	h->order = hook_queue_take(&h->queue);
	h->written = 0;
	memset(&h->output, 0, sizeof(h->output));
	h->ended = (struct hook_ended){.stopped = allowed < h->limit_ms};
	h->counts.started++;
	/* Before there is a process, so that its end cannot be missed. */
	event_add(&h->child, NULL);
	if (spawn(h->argv, h->order->env, &h->spawned) != 0) {
		h->ended.err = errno;
		event_del(&h->child);
		tell_end(h);
		hook_order_free(h->order);
		h->order = NULL;
		event_active(&h->go, EV_TIMEOUT, 1);
		return;
	}
	h->phase = PHASE_RUNNING;
	watch_pipes(h);
	set_limit(h, allowed);
}

static void
hook_on_go(evutil_socket_t fd, short what, void *arg)
{
	struct hook *h = arg;
	void (*stopped)(void *) = h->stopped;

	(void)fd;
	(void)what;
	if (h->phase != PHASE_IDLE)
		return;
	if (time_allowed(h) < 1)
		hook_queue_drop_all(&h->queue);
	if (h->queue.n > 0) {
		start(h);
		return;
	}
	hook_queue_tell(&h->queue, h->argv[0]);
	h->stopped = NULL;
	if (h->stopping && stopped != NULL)
		stopped(h->stopped_arg);
}

/* --- for others ------------------------------------------------------------------------------ */

static char **
copy_words(char *const *words)
{
	char **copy;
	size_t n = 0, i;

	while (words[n] != NULL)
		n++;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (i = 0; i < n; i++)
		copy[i] = xstrdup(words[i]);
	return copy;
}

void
hook_configure(struct hook *h, const struct hook_options *options)
{
	assert(options->argv[0] != NULL && options->argv[0][0] == '/');
	hook_command_free(h->argv);
	h->argv = copy_words(options->argv);
	h->limit_ms = options->limit_ms;
	h->waiting_max = options->waiting_max;
	memset(h->said, 0, sizeof(h->said));
	/* Better now than at the first event, months later. */
	if (access(h->argv[0], X_OK) != 0)
		log_warn("%s cannot be run for events", h->argv[0]);
}

static void
assign_events(struct hook *h, struct event_base *base)
{
	h->base = base;
	event_assign(&h->go, base, -1, 0, hook_on_go, h);
	evsignal_assign(&h->child, base, SIGCHLD, hook_on_child, h);
	evtimer_assign(&h->limit, base, hook_on_limit, h);
	watch_pipes(h);
}

struct hook *
hook_new(struct event_base *base, const struct hook_options *options)
{
	struct hook *h = xcalloc(1, sizeof(*h));

	/* A program may end before it has read everything. */
	signal(SIGPIPE, SIG_IGN);
	h->spawned = (struct spawned){-1, -1, -1, -1};
	assign_events(h, base);
	hook_configure(h, options);
	return h;
}

void
hook_move(struct hook *h, struct event_base *base)
{
	int64_t left_ms = (h->limit_ns - clock_mono_ns()) / 1000000;

	event_del(&h->go);
	event_del(&h->child);
	event_del(&h->limit);
	event_del(&h->in);
	event_del(&h->out);
	assign_events(h, base);
	event_active(&h->go, EV_TIMEOUT, 1);
	if (h->phase == PHASE_IDLE)
		return;
	event_add(&h->child, NULL);
	if (h->phase != PHASE_KILLED)
		set_limit(h, left_ms > 0 ? left_ms : 0);
	/* It may have ended in between. */
	event_active(&h->child, EV_SIGNAL, 1);
}

void
hook_event(struct hook *h, const void *json, size_t len, const struct hook_variable *variables,
    size_t n)
{
	if (h->stopping) {
		h->queue.dropped++;
		return;
	}
	hook_queue_add(&h->queue, h->waiting_max, h->argv[0], json, len, variables, n);
	event_active(&h->go, EV_TIMEOUT, 1);
}

void
hook_stop(struct hook *h, int within_ms, void (*done)(void *arg), void *arg)
{
	int64_t allowed, latest_ns;

	assert(!h->stopping);
	h->stopping = true;
	h->stopped = done;
	h->stopped_arg = arg;
	h->stop_ns = clock_mono_ns() + (int64_t)within_ms * 1000000;
	h->stop_grace_ms = within_ms / 2 < HOOK_GRACE_MS ? within_ms / 2 : HOOK_GRACE_MS;
	allowed = within_ms - h->stop_grace_ms;
	latest_ns = h->stop_ns - h->stop_grace_ms * INT64_C(1000000);
	if (h->phase == PHASE_RUNNING && h->limit_ns > latest_ns) {
		h->ended.stopped = true;
		set_limit(h, allowed);
	} else if (h->phase == PHASE_TERMINATED && h->limit_ns > h->stop_ns)
		set_limit(h, within_ms);
	event_active(&h->go, EV_TIMEOUT, 1);
}

/* After SIGKILL: only a process that the kernel cannot let go of takes longer. */
static void
wait_briefly(pid_t pid)
{
	static const struct timespec moment = {.tv_nsec = 5000000};
	int i;

	for (i = 0; i < 200 && waitpid(pid, NULL, WNOHANG) == 0; i++)
		nanosleep(&moment, NULL);
}

void
hook_free(struct hook *h)
{
	if (h == NULL)
		return;
	event_del(&h->go);
	if (h->phase != PHASE_IDLE) {
		close_in(h);
		close_out(h);
		event_del(&h->child);
		event_del(&h->limit);
		spawn_signal(&h->spawned, SIGKILL);
		wait_briefly(h->spawned.pid);
		spawn_close(&h->spawned);
		hook_order_free(h->order);
	}
	hook_queue_drop_all(&h->queue);
	hook_queue_tell(&h->queue, h->argv[0]);
	hook_command_free(h->argv);
	free(h);
}

void
hook_count(const struct hook *h, struct hook_counts *counts)
{
	*counts = h->counts;
	counts->dropped = h->queue.dropped;
	counts->waiting = h->queue.n;
}
