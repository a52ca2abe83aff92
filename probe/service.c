/* What a service manager is told. */
#include "probe/service.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>
#include <event2/event.h>
#include <event2/event_struct.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"

/* A manager that reads nothing holds us up for so long at most. */
enum { SEND_S = 1 };

struct service {
	int fd; /* connected; -1: nobody listens */
	struct sockaddr_un to;
	socklen_t to_len;
	bool failed; /* the last message did not arrive, and that was said */
	char *status; /* the last one sent */
	int watch_ms; /* 0: nobody watches */
	struct event watch;
	bool watching;
};

/* A path, or with '@' a name in the abstract namespace. Returns 0 or -1. */
static int
address_parse(const char *text, struct sockaddr_un *to, socklen_t *len)
{
	size_t n = strlen(text);

	if ((text[0] != '/' && text[0] != '@') || n < 2 || n >= sizeof(to->sun_path))
		return -1;
	*to = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(to->sun_path, text, n);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (text[0] == '@')
		to->sun_path[0] = '\0';
	else
		*len += 1; /* a path's NUL counts; a name has none */
	return 0;
}

/* Connected now, because a sandbox that comes later may let nothing be opened. */
static void
open_socket(struct service *s, const char *name)
{
	struct timeval limit = {.tv_sec = SEND_S};

	if (address_parse(name, &s->to, &s->to_len) != 0) {
		log_warnx("$NOTIFY_SOCKET is %s: neither a path nor @name; the service manager is told nothing",
		    name);
		return;
	}
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0 || setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) != 0 ||
	    connect(s->fd, (const struct sockaddr *)&s->to, s->to_len) != 0) {
		log_warn("$NOTIFY_SOCKET is %s, but nobody can be told there", name);
		if (s->fd >= 0)
			close(s->fd);
		s->fd = -1;
	}
}

/* A whole number above 0; -1: it is none. */
static int64_t
number(const char *text)
{
	size_t len = strspn(text, "0123456789");
	int64_t v = len > 0 && len < 18 && text[len] == '\0' ? strtoll(text, NULL, 10) : -1;

	return v > 0 ? v : -1;
}

/* Half of the time in which the manager wants to hear of us, ms; 0: it does not. */
static int
watch_interval(void)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t us;

	if (usec == NULL || (pid != NULL && number(pid) != getpid()))
		return 0;
	us = number(usec);
	if (us < 2000) {
		log_warnx("$WATCHDOG_USEC is %s, which is no time; the watchdog gets nothing", usec);
		return 0;
	}
	return us / 2000 > INT32_MAX ? INT32_MAX : (int)(us / 2000);
}

struct service *
service_new(void)
{
	struct service *s = xcalloc(1, sizeof(*s));
	const char *name = getenv("NOTIFY_SOCKET");

	s->fd = -1;
	if (name != NULL && *name != '\0')
		open_socket(s, name);
	if (s->fd >= 0)
		s->watch_ms = watch_interval();
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	service_unwatch(s);
	if (s->fd >= 0)
		close(s->fd);
	free(s->status);
	free(s);
}

bool
service_listens(const struct service *s)
{
	return s->fd >= 0;
}

/* The manager may have been replaced, and listen at the same place with another socket. */
static bool
arrives(const struct service *s, const char *text)
{
	if (send(s->fd, text, strlen(text), MSG_NOSIGNAL) >= 0)
		return true;
	return (errno == ECONNREFUSED || errno == ENOTCONN || errno == ECONNRESET) &&
	    connect(s->fd, (const struct sockaddr *)&s->to, s->to_len) == 0 &&
	    send(s->fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

static void
tell(struct service *s, const char *text)
{
	bool arrived;

	if (s->fd < 0)
		return;
	arrived = arrives(s, text);
	if (!arrived && !s->failed)
		log_warn("the service manager does not take what it is told ($NOTIFY_SOCKET)");
	s->failed = !arrived;
}

void
service_ready(struct service *s)
{
	struct buf text = BUF_EMPTY;

	buf_printf(&text, "READY=1\nMAINPID=%ld", (long)getpid());
	tell(s, buf_str(&text));
	buf_free(&text);
}

void
service_reloading(struct service *s)
{
	struct buf text = BUF_EMPTY;
	struct timespec now;

	/* This clock and no other: systemd compares it with its own, which stands still during a suspend. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	buf_printf(&text, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	tell(s, buf_str(&text));
	buf_free(&text);
}

void
service_starting(struct service *s)
{
	tell(s, "EXTEND_TIMEOUT_USEC=3600000000");
}

void
service_stopping(struct service *s)
{
	tell(s, "STOPPING=1");
}

void
service_status(struct service *s, const char *fmt, ...)
{
	struct buf text = BUF_EMPTY;
	char words[1024], *end;
	va_list ap;

	if (s->fd < 0)
		return;
	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	/* A second line would be a message of its own. */
	while ((end = strpbrk(words, "\r\n")) != NULL)
		*end = ' ';
	if (s->status == NULL || strcmp(s->status, words) != 0) {
		buf_printf(&text, "STATUS=%s", words);
		tell(s, buf_str(&text));
		free(s->status);
		/* What did not arrive is no reason to keep silent next time. */
		s->status = s->failed ? NULL : xstrdup(words);
	}
	buf_free(&text);
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tell(arg, "WATCHDOG=1");
}

int
service_watch(struct service *s, struct event_base *base)
{
	struct timeval interval = {s->watch_ms / 1000, s->watch_ms % 1000 * 1000};

	service_unwatch(s);
	if (s->watch_ms == 0)
		return 0;
	event_assign(&s->watch, base, -1, EV_PERSIST, on_watch, s);
	event_add(&s->watch, &interval);
	s->watching = true;
	return s->watch_ms;
}

void
service_unwatch(struct service *s)
{
	if (s->watching)
		event_del(&s->watch);
	s->watching = false;
}
