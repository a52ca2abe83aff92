/* libcurl's multi interface (socket action) on our event loop. Transfers themselves: transfer.h. */
#include "probe/curlloop.h"

#include <assert.h>
#include <signal.h>
#include <stdlib.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/log.h"
#include "base/mem.h"

struct curlloop {
	struct event_base *base;
	CURLM *multi;
	struct event timer, finished;
	struct curlsock *socks; /* every socket that libcurl has us watch */
	size_t transfers;
};

/* One watched socket; libcurl keeps the pointer for us (curl_multi_assign). */
struct curlsock {
	struct curlloop *loop;
	struct curlsock *next, *prev;
	struct event event;
};

/* What CURLOPT_PRIVATE points to while a handle is ours. */
struct curljob {
	void (*done)(CURL *easy, CURLcode code, void *arg);
	void *arg;
};

static struct curljob *
curljob_of(CURL *easy)
{
	struct curljob *job = NULL;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &job);
	return job;
}

/* Lets libcurl work. Transfers that end by it are handed out later, by curlloop_finished. */
static void
curlloop_act(struct curlloop *loop, curl_socket_t fd, int flags)
{
	int running;
	CURLMcode code = curl_multi_socket_action(loop->multi, fd, flags, &running);

	if (code != CURLM_OK)
		log_fatalx("curl_multi_socket_action: %s", curl_multi_strerror(code));
	event_active(&loop->finished, EV_TIMEOUT, 1);
}

static void
curlloop_ready(evutil_socket_t fd, short what, void *arg)
{
	struct curlsock *sock = arg;
	int flags = 0;

	if (what & EV_READ)
		flags |= CURL_CSELECT_IN;
	if (what & EV_WRITE)
		flags |= CURL_CSELECT_OUT;
	curlloop_act(sock->loop, fd, flags);
}

static void
curlloop_expired(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	curlloop_act(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* One message at a time: `done` may add and remove transfers, also those next in line. */
static void
curlloop_finished(evutil_socket_t fd, short what, void *arg)
{
	struct curlloop *loop = arg;
	struct curljob *job;
	CURLMsg *message;
	CURLcode code;
	CURL *easy;
	int left;

	(void)fd;
	(void)what;
	while ((message = curl_multi_info_read(loop->multi, &left)) != NULL) {
		if (message->msg != CURLMSG_DONE)
			continue;
		easy = message->easy_handle;
		code = message->data.result;
		job = curljob_of(easy);
		job->done(easy, code, job->arg);
	}
}

static void
curlsock_free(struct curlsock *sock)
{
	event_del(&sock->event);
	*(sock->prev != NULL ? &sock->prev->next : &sock->loop->socks) = sock->next;
	if (sock->next != NULL)
		sock->next->prev = sock->prev;
	free(sock);
}

static struct curlsock *
curlsock_new(struct curlloop *loop, curl_socket_t fd)
{
	struct curlsock *sock = xcalloc(1, sizeof(*sock));

	sock->loop = loop;
	sock->next = loop->socks;
	if (sock->next != NULL)
		sock->next->prev = sock;
	loop->socks = sock;
	event_assign(&sock->event, loop->base, fd, 0, curlloop_ready, sock);
	curl_multi_assign(loop->multi, fd, sock);
	return sock;
}

/* libcurl wants a socket watched, or no longer. It may close the descriptor right after. */
static int
curlloop_on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *sockp)
{
	struct curlsock *sock = sockp;
	short events = EV_PERSIST;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (sock != NULL)
			curlsock_free(sock);
		return 0;
	}
	if (sock == NULL)
		sock = curlsock_new(arg, fd);
	if (what & CURL_POLL_IN)
		events |= EV_READ;
	if (what & CURL_POLL_OUT)
		events |= EV_WRITE;
	event_del(&sock->event);
	event_assign(&sock->event, sock->loop->base, fd, events, curlloop_ready, sock);
	event_add(&sock->event, NULL);
	return 0;
}

/* Only arms the timer: we are inside libcurl, which must not be called from here. */
static int
curlloop_on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct curlloop *loop = arg;
	struct timeval tv = {timeout_ms / 1000, timeout_ms % 1000 * 1000};

	(void)multi;
	if (timeout_ms < 0)
		event_del(&loop->timer);
	else
		event_add(&loop->timer, &tv);
	return 0;
}

static void
make_multi(struct curlloop *loop)
{
	loop->multi = curl_multi_init();
	if (loop->multi == NULL)
		log_fatalx("out of memory (libcurl's multi handle)");
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, curlloop_on_socket);
	curl_multi_setopt(loop->multi, CURLMOPT_SOCKETDATA, loop);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERFUNCTION, curlloop_on_timer);
	curl_multi_setopt(loop->multi, CURLMOPT_TIMERDATA, loop);
}

/* With the connections that it kept. */
static void
drop_multi(struct curlloop *loop)
{
	curl_multi_cleanup(loop->multi);
	while (loop->socks != NULL)
		curlsock_free(loop->socks);
	evtimer_del(&loop->timer);
}

struct curlloop *
curlloop_new(struct event_base *base)
{
	struct curlloop *loop;
	CURLcode code = curl_global_init(CURL_GLOBAL_ALL);

	if (code != CURLE_OK) {
		log_errorx("libcurl does not start: %s", curl_easy_strerror(code));
		return NULL;
	}
	/*
	 * Our handles say NOSIGNAL, so libcurl leaves this to us; a peer that is gone must not end
	 * the program.
	 */
	signal(SIGPIPE, SIG_IGN);
	loop = xcalloc(1, sizeof(*loop));
	loop->base = base;
	evtimer_assign(&loop->timer, base, curlloop_expired, loop);
	event_assign(&loop->finished, base, -1, 0, curlloop_finished, loop);
	make_multi(loop);
	return loop;
}

void
curlloop_close_idle(struct curlloop *loop)
{
	if (loop->transfers > 0)
		return;
	drop_multi(loop);
	make_multi(loop);
}

void
curlloop_free(struct curlloop *loop)
{
	if (loop == NULL)
		return;
	assert(loop->transfers == 0);
	drop_multi(loop);
	event_del(&loop->finished);
	free(loop);
	curl_global_cleanup();
}

void
curlloop_add(struct curlloop *loop, CURL *easy, void (*done)(CURL *easy, CURLcode code, void *arg),
    void *arg)
{
	struct curljob *job = xcalloc(1, sizeof(*job));
	CURLMcode code;

	job->done = done;
	job->arg = arg;
	curl_easy_setopt(easy, CURLOPT_PRIVATE, job);
	code = curl_multi_add_handle(loop->multi, easy);
	if (code != CURLM_OK)
		log_fatalx("curl_multi_add_handle: %s", curl_multi_strerror(code));
	loop->transfers++;
}

void
curlloop_remove(struct curlloop *loop, CURL *easy)
{
	struct curljob *job = curljob_of(easy);

	if (job == NULL)
		return;
	/* Its message, if one waits to be read, goes with it. */
	curl_multi_remove_handle(loop->multi, easy);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, NULL);
	free(job);
	loop->transfers--;
}
