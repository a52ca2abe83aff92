/* One address of a target. */
#include "probe/endpoint.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/check_tcp.h"
#include "probe/check_tls.h"

void
endpoint_text(const char *ip, int port, char *out, size_t size)
{
	snprintf(out, size, strchr(ip, ':') != NULL ? "[%s]:%d" : "%s:%d", ip, port);
}

static void
tls_done(struct check *check, void *arg)
{
	struct endpoint *e = arg;

	visit_attempted(&e->visit, check->failure);
}

static void
tcp_done(struct check *check, void *arg)
{
	struct endpoint *e = arg;
	struct check *tls;
	int fd = check_tcp_take(check);

	if (check->failure != NULL || e->server_name == NULL || e->visit.stopped) {
		if (fd >= 0)
			close(fd);
		visit_attempted(&e->visit, check->failure);
		return;
	}
	tls = check_tls_new(
	    e->visit.probe, e->m, fd, e->address, e->server_name, tls_done, e);
	tls->transaction_id = check->transaction_id; /* one connection, one id */
	tls->attempt = check->attempt;
	tls->tag = e->tag;
	e->visit.check = tls;
	check_start(tls);
}

static void
attempt_begin(void *arg)
{
	struct endpoint *e = arg;
	struct check *tcp = check_tcp_new(e->visit.probe, e->m, e->ip, e->port, tcp_done, e);

	tcp->attempt = e->visit.retry.attempt;
	tcp->tag = e->tag;
	e->visit.check = tcp;
	check_start(tcp);
}

static void
visit_done(void *arg)
{
	struct endpoint *e = arg;

	e->done(e->arg);
}

void
endpoint_start(struct endpoint *e, struct probe *probe, int attempts, int64_t *waited_ns,
    void (*done)(void *arg), void *arg)
{
	e->done = done;
	e->arg = arg;
	endpoint_text(e->ip, e->port, e->address, sizeof(e->address));
	visit_start(&e->visit, probe, e->ip, attempts, waited_ns, attempt_begin, visit_done, e);
}
